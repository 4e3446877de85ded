"""Masks: runs against the obvious set of positions; sources; names that the genome lacks."""

from __future__ import annotations

import warnings
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gsynth.errors import ArgumentError, ContigError
from gsynth.genomes import open_genome
from gsynth.genomes.memory import DictGenome
from gsynth.intervals.masks import Mask, merged, resolve_mask
from gsynth.intervals.pieces import Pieces

BASES = "ACGTacgtNNnnACNNyYNNNn" * 3
GENOME = DictGenome({"chr1": BASES, "chr2": BASES[::-1]})
SIZE = len(BASES)


def pieces_of(rows: list[tuple[int, int, int]], names: tuple[str, ...] = tuple(GENOME.contigs)) -> Pieces:
    """Stretches (contig, start, end) of whole contigs."""
    ids, firsts, lasts = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return Pieces(names, ids, np.zeros_like(ids), np.full_like(ids, 2**40), firsts, lasts)


def runs_of(mask: Mask, contig: int, start: int, end: int, names: tuple[str, ...] = tuple(GENOME.contigs)):
    bases = GENOME.fetch(names[contig], start, end) if mask.uses_sequence else np.empty(0, dtype=np.uint8)
    return mask.block_runs(pieces_of([(contig, start, end)], names), np.zeros(1, dtype=np.int64), bases) + start


def positions(mask: Mask, contig: str, start: int, end: int) -> set[int]:
    runs = runs_of(mask, list(GENOME.contigs).index(contig), start, end)
    assert runs.dtype == np.int64
    assert runs.ndim == 2
    assert runs.shape[1] == 2
    assert (runs[:, 0] < runs[:, 1]).all()
    assert (runs[1:, 0] > runs[:-1, 1]).all()
    return {position for low, high in runs.tolist() for position in range(low, high)}


_intervals = st.lists(st.tuples(st.integers(0, SIZE - 1), st.integers(1, 9)), max_size=12)


@given(spans=_intervals, soft=st.booleans(), window=st.tuples(st.integers(0, SIZE), st.integers(0, SIZE)))
@settings(max_examples=200, deadline=None)
def test_equals_the_set_of_positions(spans: list[tuple[int, int]], soft: bool, window: tuple[int, int]) -> None:
    start, end = sorted(window)
    rows = [("chr1", low, min(SIZE, low + size)) for low, size in spans]
    mask = resolve_mask([*rows, *(["soft"] if soft else [])], GENOME)
    assert mask is not None
    assert mask.uses_sequence == soft
    for contig in ("chr1", "chr2"):
        expected = {p for name, low, high in rows if name == contig for p in range(low, high)}
        bases = GENOME.fetch(contig, 0, SIZE).tobytes().decode()
        expected |= {p for p in range(SIZE) if soft and bases[p].islower()}
        assert positions(mask, contig, start, end) == expected & set(range(start, end))


def test_none_is_no_mask() -> None:
    assert resolve_mask(None, GENOME) is None


@pytest.mark.parametrize("source", [[], "file"])
def test_empty_mask(tmp_path: Path, source: object) -> None:
    if source == "file":
        source = tmp_path / "x.bed"
        source.write_text("")
    with pytest.warns(UserWarning, match="holds no intervals: 0 bytes") if source else nullcontext():
        mask = resolve_mask(source, GENOME)
    assert mask is not None
    assert positions(mask, "chr1", 0, SIZE) == set()


def test_mixed_sources(tmp_path: Path) -> None:
    path = tmp_path / "x.bed"
    path.write_text("chr2\t8\t12\nchr1\t10\t14\nchr2\t3\t9\nchr2\t3\t5\n")
    mask = resolve_mask([path, "chr1:1-2", [("chr2", 12, 13), "soft"]], GENOME)
    assert mask is not None
    soft = {p for p, base in enumerate(BASES[::-1]) if base.islower()}
    assert positions(mask, "chr2", 0, SIZE) == set(range(3, 13)) | soft
    only = resolve_mask([path], GENOME)
    assert only is not None
    assert runs_of(only, 1, 0, SIZE).tolist() == [[3, 12]]
    assert runs_of(only, 1, 5, 7).tolist() == [[5, 7]]
    assert runs_of(only, 1, 12, 20).tolist() == []


def test_soft_needs_sequence() -> None:
    with pytest.raises(ArgumentError, match="needs a genome with sequence"):
        resolve_mask("soft", open_genome({"chr1": 100}))


@given(
    spans=_intervals,
    soft=st.booleans(),
    rows=st.lists(st.tuples(st.integers(0, 1), st.integers(0, SIZE), st.integers(0, SIZE)), min_size=1, max_size=8),
    gap=st.integers(0, 3),
)
@settings(max_examples=200, deadline=None)
def test_many_pieces_at_once(
    spans: list[tuple[int, int]], soft: bool, rows: list[tuple[int, int, int]], gap: int
) -> None:
    rows = [(contig, min(a, b), max(a, b)) for contig, a, b in rows]
    mask = resolve_mask(
        [*(("chr1", low, min(SIZE, low + size)) for low, size in spans), *(["soft"] if soft else [])], GENOME
    )
    assert mask is not None
    sizes = np.array([high - low for _, low, high in rows])
    places = np.cumsum(sizes + gap) - sizes - gap
    # Lower case between the pieces must not count.
    bases = np.full(int((sizes + gap).sum()), ord("a"), dtype=np.uint8)
    for place, (contig, low, high) in zip(places.tolist(), rows, strict=True):
        bases[place : place + high - low] = GENOME.fetch(("chr1", "chr2")[contig], low, high)
    found = mask.block_runs(pieces_of(rows), places, bases)
    assert (found[1:, 0] >= found[:-1, 1]).all()
    masked = {position for low, high in found.tolist() for position in range(low, high)}
    expected = {
        int(place) + position - low
        for place, (contig, low, high) in zip(places, rows, strict=True)
        for position in positions(mask, ("chr1", "chr2")[contig], low, high)
    }
    assert masked == expected


def test_a_mask_of_more_contigs_than_the_genome_has(tmp_path: Path) -> None:
    path = tmp_path / "x.bed"
    path.write_text("chr3\t1\t9\nchr2\t1\t9\nchrY\t1\t9\nchr3\t1\t9\n")
    with pytest.warns(UserWarning, match=r"3 lines are on contigs that .* lacks \(chr3, chrY\)") as caught:
        mask = resolve_mask(path, GENOME)
    assert len(caught) == 1
    assert mask is not None
    assert positions(mask, "chr2", 0, SIZE) == set(range(1, 9))
    with pytest.raises(ContigError, match="pass chrom_alias='ucsc-ensembl'"):
        resolve_mask([("1", 1, 2), ("Y", 1, 2)], GENOME)
    with pytest.warns(UserWarning, match="chr3"):
        assert resolve_mask([("1", 1, 2), ("chr3", 1, 2)], GENOME, alias="ucsc-ensembl") is not None


def test_clipping_warns_once() -> None:
    with pytest.warns(UserWarning, match="mask_copy: 2 intervals reach") as caught:
        mask = resolve_mask([("chr1", 60, 900), ("chr1", 800, 900)], GENOME, what="mask_copy")
    assert len(caught) == 1
    assert mask is not None
    assert positions(mask, "chr1", 0, SIZE) == set(range(60, SIZE))


def test_rows_are_checked() -> None:
    with pytest.raises(ArgumentError, match="mask, row 1: chr1 5 5"):
        resolve_mask([("chr1", 1, 5), ("chr1", 5, 5)], GENOME)


def test_many_runs() -> None:
    genome = open_genome({"a": 2**32})
    starts = np.arange(0, 2**31, 2**13, dtype=np.int64)
    runs = np.stack([starts, starts + 100], axis=1)
    shuffled = np.random.default_rng(1).permutation(runs)
    np.testing.assert_array_equal(merged(shuffled), runs)
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        mask = resolve_mask(pandas.DataFrame({"chrom": "a", "start": shuffled[:, 0], "end": shuffled[:, 1]}), genome)
    assert mask is not None
    assert runs_of(mask, 0, 2**30 + 50, 2**30 + 2**13 + 7, ("a",)).tolist() == [
        [2**30 + 50, 2**30 + 100],
        [2**30 + 2**13, 2**30 + 2**13 + 7],
    ]
