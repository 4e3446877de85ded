"""Many stretches of a genome at once: what one fetch after the other gives, from every kind of genome."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

from gsynth.genomes import resolve_genome
from gsynth.genomes.fetching import fetch
from gsynth.plugins import ManyFetcher

pack_twobit = runpy.run_path(str(Path(__file__).with_name("test_genome_twobit.py")))["pack"]

SIZES = {"a": 30_000, "empty": 0, "b": 7, "c": 200_000, "d": 61}


def sequences():
    rng = np.random.default_rng(4)
    made = {}
    for name, size in SIZES.items():
        letters = rng.choice(list("ACGT"), size)
        for low in rng.integers(0, max(size, 1), 5 if size > 100 else 0).tolist():
            letters[low : low + 50] = "N"
        text = "".join(letters)
        for low in rng.integers(0, max(size, 1), 9 if size > 100 else 0).tolist():
            text = text[:low] + text[low : low + 300].lower() + text[low + 300 :]
        made[name] = text
    return made


BASES = sequences()


def fasta_text(width):
    lines = ("".join(f"{text[i : i + width]}\n" for i in range(0, len(text), width)) for text in BASES.values())
    return "".join(f">{name}\n{body}" for name, body in zip(BASES, lines, strict=True))


@pytest.fixture(params=["dict", "fasta 60", "fasta long lines", "ragged fasta", "bgzip", "2bit", "plain fetch"])
def genome(request, tmp_path):
    kind = request.param
    if kind == "dict":
        return resolve_genome(BASES)
    if kind == "2bit":
        path = tmp_path / "g.2bit"
        path.write_bytes(pack_twobit({name: text.encode() for name, text in BASES.items()}))
        return resolve_genome(path)
    if kind == "plain fetch":
        return Plain(resolve_genome(BASES))
    path = tmp_path / "g.fa"
    path.write_text(fasta_text(10**6 if kind == "fasta long lines" else 60))
    if kind == "ragged fasta":
        path.write_text(fasta_text(60).replace(BASES["c"][600:660], BASES["c"][600:630] + "\n" + BASES["c"][630:660]))
    if kind == "bgzip":
        pysam = pytest.importorskip("pysam")
        pysam.tabix_compress(str(path), str(path) + ".gz")
        path = tmp_path / "g.fa.gz"
    return resolve_genome(path)


class Plain:
    """A genome without the ability."""

    def __init__(self, genome):
        self.name, self.contigs, self.has_sequence, self.fetch = "plain", genome.contigs, True, genome.fetch


def test_who_has_the_ability(genome):
    assert isinstance(genome, ManyFetcher) == (type(genome) is not Plain)


@pytest.mark.parametrize("count", [0, 1, 2, 40, 3000])
@pytest.mark.parametrize("longest", [0, 9, 700, 40_000])
def test_equals_one_after_the_other(genome, count, longest):
    if count * longest > 10**7:
        pytest.skip("too large to be worth it")
    rng = np.random.default_rng([count, longest])
    names, sizes = tuple(SIZES), np.array(list(SIZES.values()))
    ids = rng.integers(0, sizes.size, count)
    lows = rng.integers(0, sizes[ids] + 1)
    highs = np.minimum(lows + rng.integers(0, longest + 1, count), sizes[ids])
    for order in (np.arange(count), np.lexsort((lows, ids))):
        found = fetch(genome, names, ids[order], lows[order], highs[order])
        expected = "".join(BASES[names[ids[i]]][lows[i] : highs[i]] for i in order)
        assert found.bases.tobytes().decode() == expected
        assert (np.diff(found.places) == (highs - lows)[order]).all()


def test_a_line_of_another_length_is_seen(tmp_path):
    path = tmp_path / "g.fa"
    path.write_text(">a\n" + ("A" * 60 + "\n") * 40)
    resolve_genome(path)
    text = bytearray(path.read_bytes())
    text[3 + 61 * 20 - 1] = ord("A")
    path.write_bytes(bytes(text))
    genome = resolve_genome(path)
    starts = np.array([0, 1150, 2000])
    with pytest.raises(ValueError, match="not 60 bases long"):
        genome.fetch_many(  # type: ignore[attr-defined]  # a FASTA has it
            np.zeros(3, dtype=np.int64), starts, starts + 200, np.empty(600, dtype=np.uint8)
        )
