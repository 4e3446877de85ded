"""Yeast and fly in the files that people have: one genome twice, and strata from standard tracks."""

from __future__ import annotations

import gzip
import itertools
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import gsynth
from gsynth.genomes import open_genome
from gsynth.plugins import Genome, Track
from gsynth.tracks import open_tracks

pytestmark = pytest.mark.slow

Find = Callable[[str], Path]


@pytest.fixture(scope="module")
def yeast(linked: Find) -> tuple[Genome, Genome]:
    """As FASTA with the names chrI ..., and as 2bit with I ...."""
    return open_genome(linked("sacCer3.fa.gz")), open_genome(linked("sacCer_R64_ensembl94.2bit"))


@pytest.fixture(scope="module")
def fly(data: Find) -> Genome:
    return open_genome(data("dm3.chr2R.2bit"))


def test_one_genome_twice_gives_equal_models_contig_by_contig(yeast: tuple[Genome, Genome]) -> None:
    fasta, twobit = yeast
    names = [name for name in fasta.contigs if name != "chrM"]
    assert len(names) == 16
    assert set(twobit.contigs) == {name.removeprefix("chr") for name in names}
    gc = {"expr": "gc", "breaks": [0, 0.33, 0.38, 0.43, 1]}
    call: dict[str, Any] = {"iterator": 100, "k": 6}
    for name in names:
        one = gsynth.gsynth_train(gc, genome=fasta, intervals=name, **call)
        other = gsynth.gsynth_train(gc, genome=twobit, intervals=name, chrom_alias="ucsc-ensembl", **call)
        assert one.total_kmers == 2 * (fasta.contigs[name] - 6)
        np.testing.assert_array_equal(one.counts, other.counts)
        np.testing.assert_array_equal(one.cdf, other.cdf)
        assert (one.total_n, one.per_bin_kmers.tolist()) == (other.total_n, other.per_bin_kmers.tolist())


@pytest.mark.parametrize(
    "name", ["sacCer_R64_ensembl94.2bit", "dm3.chr2R.2bit", "sacCer3.fa.gz", "ecoli_536.NC_008253.fna.gz"]
)
def test_twobit_fasta_py2bit_and_pysam_agree_byte_for_byte(name: str, linked: Find, tmp_path: Path) -> None:
    """Case too; a 2bit is written out as FASTA by py2bit, and so comes back through our reader and through pysam."""
    pysam = pytest.importorskip("pysam", reason="pysam is the reference")
    plain = tmp_path / "plain.fa"
    if name.endswith(".2bit"):
        py2bit = pytest.importorskip("py2bit", reason="py2bit is the reference")
        with plain.open("w") as file:
            reference = py2bit.open(str(linked(name)), True)
            for contig in reference.chroms():
                bases = reference.sequence(contig)
                lines = (bases[i : i + 70] for i in range(0, len(bases), 70))
                file.write(f">{contig} of {name}\n" + "\n".join(lines) + "\n")
    else:
        with gzip.open(linked(name)) as packed, plain.open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked)
    ours, again = open_genome(linked(name)), open_genome(plain)
    with pysam.FastaFile(str(plain)) as theirs:
        assert list(ours.contigs.items()) == list(again.contigs.items())
        assert list(ours.contigs.items()) == list(zip(theirs.references, theirs.lengths, strict=True))
        for contig, size in ours.contigs.items():
            bases = ours.fetch(contig, 0, size).tobytes()
            assert bases == again.fetch(contig, 0, size).tobytes() == theirs.fetch(contig).encode()
            assert bases.decode().isupper() is not (name.startswith("dm3"))


def test_the_fly_is_the_fasta_that_it_was_made_from(fly: Genome, data: Find) -> None:
    """Both pieces of the example lie in the 2bit, soft masks and gap and all; so does every mask of the BED."""
    whole = fly.fetch("chr2R", 0, fly.contigs["chr2R"])
    text = whole.tobytes()
    pieces = open_genome(data("example/fly300k.fa.gz"))
    assert list(pieces.contigs.values()) == [200_000, 100_000]
    for name, size in pieces.contigs.items():
        bases = pieces.fetch(name, 0, size).tobytes()
        assert not bases.isupper()
        assert text.count(bases) == 1
    lower = np.zeros(whole.size, dtype=np.bool_)
    for line in data("dm3.chr2R.softmask.bed").read_text().splitlines():
        start, end = map(int, line.split("\t")[1:3])
        lower[start:end] = True
    np.testing.assert_array_equal((whole & 0x20) > 0, lower)


def edges_of(size: int, width: int) -> NDArray[np.int64]:
    return np.append(np.arange(0, size, width), size).astype(np.int64)


def position_counts(bases: NDArray[np.uint8], strata: NDArray[np.int64], bins: int, k: int) -> NDArray[np.int64]:
    """(k+1)-mers on the forward strand by the stratum of their first base, one position after the other."""
    codes = np.full(256, 4, dtype=np.int64)
    codes[np.frombuffer(b"ACGTacgt", dtype=np.uint8)] = [0, 1, 2, 3] * 2
    words, good = np.zeros(bases.size - k, dtype=np.int64), strata[: bases.size - k] >= 0
    for i in range(k + 1):
        letters = codes[bases[i : bases.size - k + i]]
        words, good = words * 4 + letters, good & (letters < 4)
    flat = strata[: bases.size - k] * 4 ** (k + 1) + words
    return np.bincount(flat[good], minlength=bins * 4 ** (k + 1)).reshape(bins, 4**k, 4)


def both_strands(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """`counts` of 3-mers plus those of their reverse complements."""
    cube = counts.reshape(-1, 4, 4, 4)
    return (cube + cube[:, ::-1, ::-1, ::-1].transpose(0, 3, 2, 1)).reshape(counts.shape)


def test_strata_of_chromatin_states(fly: Genome, data: Find) -> None:
    """The state that covers most of a window, by a plain loop over the BED's lines; the counts by it, too."""
    path, width, k = data("dm3.chromatinStates_kc.bed.gz"), 200, 2
    source = {"path": path, "column": "name", "pattern": "[A-Z]+"}
    states = ["BLACK", "BLUE", "GREEN", "RED", "YELLOW"]
    size = fly.contigs["chr2R"]
    covered = np.zeros((5, -(-size // width)), dtype=np.int64)
    with gzip.open(path, "rt") as lines:
        for line in itertools.islice(lines, 1, None):
            contig, start, end, name = line.split("\t")[:4]
            if contig == "chr2R":
                state, low, high = states.index(name.split("_")[0]), int(start), int(end)
                for window in range(low // width, -(-high // width)):
                    left, right = max(low, window * width), min(high, (window + 1) * width)
                    covered[state, window] += right - left
    expected = np.where(covered.any(axis=0), covered.argmax(axis=0), -1)
    (track,) = open_tracks(["states"], {"states": source}, fly)
    found = track.window_values("chr2R", edges_of(size, width), None)
    np.testing.assert_array_equal(np.nan_to_num(found, nan=-1), expected)

    with pytest.warns(UserWarning, match=r"2\.7% .* outside of the strata \(states 577,506 NaN\)"):
        model = gsynth.gsynth_train(
            {"expr": "states", "breaks": "categories"}, genome=fly, tracks={"states": source}, iterator=width, k=k
        )
    assert model.dims[0].categories == tuple(states)
    strata = np.repeat(expected, width)[:size]
    counts = position_counts(fly.fetch("chr2R", 0, size), strata, 5, k)
    assert counts.reshape(5, -1).sum(axis=1).min() > 1_000_000
    np.testing.assert_array_equal(model.counts, both_strands(counts))


def test_strata_of_the_bigwig_are_those_of_the_sequence(fly: Genome, data: Find) -> None:
    """Window by window; no multiple of 1/20 is an inner break, so rounding to float32 moves none to another bin."""
    breaks, size = [0, 0.275, 0.375, 0.475, 0.575, 1], fly.contigs["chr2R"]
    bases, tracks = fly.fetch("chr2R", 0, size), {"stored": data("dm3.chr2R.gc20.bw")}
    (stored,) = open_tracks(["stored"], tracks, fly)
    values = stored.window_values("chr2R", edges_of(size, 20), None)
    # GC of each 20 bp by cumulative sums over single letters; the file has nothing for a window with an N or cut short.
    letters = np.bincount(np.frombuffer(b"CGcg", dtype=np.uint8), minlength=256)[bases]
    gaps = np.flatnonzero((bases & 0xDF) == ord("N"))
    gc = np.add.reduceat(letters, np.arange(0, size, 20)) / 20
    expected = np.digitize(gc, breaks[1:-1])
    expected[np.unique(gaps // 20)] = expected[-1] = -1
    assert gaps.size == 100
    np.testing.assert_array_equal(np.isnan(values), expected < 0)
    known = expected >= 0
    np.testing.assert_allclose(values[known], gc[known], atol=1e-7)
    np.testing.assert_array_equal(np.digitize(values[known], breaks[1:-1]), expected[known])

    model = gsynth.gsynth_train({"expr": "stored", "breaks": breaks}, genome=fly, tracks=tracks, iterator=20, k=2)
    counts = position_counts(bases, np.repeat(expected, 20)[:size], 5, 2)
    np.testing.assert_array_equal(model.counts, both_strands(counts))
    assert model.per_bin_kmers.min() > 1_000_000


def test_window_means_of_the_fly_are_pybigwigs(fly: Genome, data: Find) -> None:
    pyBigWig = pytest.importorskip("pyBigWig", reason="pyBigWig is the reference")
    path, size = data("dm3.chr2R.gc20.bw"), fly.contigs["chr2R"]
    with pyBigWig.open(str(path)) as file:
        bases = np.array(file.values("chr2R", 0, size, numpy=True), dtype=np.float64)
        track: Track = open_tracks(["stored"], {"stored": path}, fly)[0]
        for width in (20, 200, 333):
            edges = edges_of(size, width)
            known = ~np.isnan(bases)
            counts = np.add.reduceat(known.astype(np.int64), edges[:-1])
            sums = np.add.reduceat(np.where(known, bases, 0), edges[:-1])
            means = np.divide(sums, counts, out=np.full(counts.size, np.nan), where=counts > 0)
            found = track.window_values("chr2R", edges, None)
            np.testing.assert_allclose(found, means, rtol=1e-12)
        # Its own summary, too, of whole windows.
        theirs = file.stats("chr2R", 1_000_000, 1_100_000, nBins=500, exact=True)
    np.testing.assert_allclose(track.window_values("chr2R", np.arange(1_000_000, 1_100_001, 200), None), theirs)
