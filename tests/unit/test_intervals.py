"""Intervals: every kind of source, names, bounds, errors that name the row."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gsynth.errors import ArgumentError, ArgumentTypeError, ContigError, FormatError, MissingFileError
from gsynth.files import textblocks
from gsynth.genomes import open_genome
from gsynth.intervals import Interval, Intervals, resolve_intervals

GENOME = open_genome({"chr1": 1000, "chr2": 500, "HLA:01:02": 300, "chrM": 0, "huge": 2**40})
BED = "track name=x\nbrowser position chr1\n#c\n\nchr2\t10\t20\tname\t0\t+\nchr1 5 9\nchr2\t0\t500\n"
FROM_BED = [("chr2", 10, 20), ("chr1", 5, 9), ("chr2", 0, 500)]


def triples(source: object, **options: Any) -> list[tuple[str, int, int]]:
    found = resolve_intervals(source, GENOME, **options)
    assert found.names == tuple(GENOME.contigs)
    assert found.ids.dtype == found.starts.dtype == found.ends.dtype == np.int64
    assert len(found) == len(found.ids)
    assert found.total == sum(len(interval) for interval in found)
    return [(interval.contig, interval.start, interval.end) for interval in found]


WHOLE = [("chr1", 0, 1000), ("chr2", 0, 500), ("HLA:01:02", 0, 300), ("chrM", 0, 0), ("huge", 0, 2**40)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (None, WHOLE),
        ([], []),
        ((), []),
        ("chr1", [("chr1", 0, 1000)]),
        ("chr1:1-1,000", [("chr1", 0, 1000)]),
        ("chr1:7-7", [("chr1", 6, 7)]),
        ("chr1:901", [("chr1", 900, 1000)]),
        ("chr1:901-", [("chr1", 900, 1000)]),
        ("HLA:01:02", [("HLA:01:02", 0, 300)]),
        ("HLA:01:02:5-6", [("HLA:01:02", 4, 6)]),
        ("huge:1,000,000,000,001-1,000,000,000,002", [("huge", 10**12, 10**12 + 2)]),
        (("chr1", 5, 9), [("chr1", 5, 9)]),
        (["chr1", 5, 9], [("chr1", 5, 9)]),
        (("chr1", np.int64(5), np.int32(9)), [("chr1", 5, 9)]),
        (Interval("chr2", 1, 2), [("chr2", 1, 2)]),
        ([("chr2", 5, 9), ["chr1", 0, 4], ("chr2", 5, 9)], [("chr2", 5, 9), ("chr1", 0, 4), ("chr2", 5, 9)]),
        ((("chr2", 5, 9), ("chr1", 0, 4)), [("chr2", 5, 9), ("chr1", 0, 4)]),
        (
            ["chr1:1-2", ("chr2", 3, 4), ["chr2:1-1", "chr1:5-6"]],
            [("chr1", 0, 2), ("chr2", 3, 4), ("chr2", 0, 1), ("chr1", 4, 6)],
        ),
        (np.array(["chr1:1-2", "chr2:1-2"]), [("chr1", 0, 2), ("chr2", 0, 2)]),
        (resolve_intervals(("chr2", 5, 9), GENOME), [("chr2", 5, 9)]),
        ([resolve_intervals(("chr2", 5, 9), open_genome({"chr2": 10})), "chr1:1-1"], [("chr2", 5, 9), ("chr1", 0, 1)]),
    ],
)
def test_sources(source: object, expected: list[tuple[str, int, int]]) -> None:
    assert triples(source) == expected


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_bed(tmp_path: Path, packed: bool, as_text: bool, end: str) -> None:
    path = tmp_path / "x.bed"
    raw = BED.replace("\n", end).encode()
    path.write_bytes(gzip.compress(raw) if packed else raw)
    assert triples(str(path) if as_text else path) == FROM_BED
    assert triples([path, "chr1:1-1"]) == [*FROM_BED, ("chr1", 0, 1)]


_names = st.sampled_from(["chr1", "chr2", "huge", "HLA:01:02"])
_bed_line = st.one_of(
    st.tuples(_names, st.integers(0, 200), st.integers(1, 100), st.sampled_from(["", "\tx", "\t0\t+ y", "\r", " "])),
    st.sampled_from(["", "#x\t1\t2", "track a=1", "browser position chr1:1-9", "  ", "chr1 3 8", "chr2\t 3\t8"]),
)


@given(lines=st.lists(_bed_line, max_size=12), last=st.booleans(), block=st.sampled_from([1, 5, 40, 1 << 18]))
@settings(max_examples=200, deadline=None)
def test_any_bed(
    tmp_path_factory: pytest.TempPathFactory, lines: list[tuple[str, int, int, str] | str], last: bool, block: int
) -> None:
    text, expected = "", []
    for line in lines:
        if isinstance(line, tuple):
            name, start, size, rest = line
            text += f"{name}\t{start}\t{start + size}{rest}\n"
            expected.append((name, start, start + size))
        else:
            text += line + "\n"
            expected += [(line[:4], 3, 8)] if line.startswith("chr") else []
    path = tmp_path_factory.mktemp("bed") / "x.bed"
    path.write_bytes(text.encode() if last else text.encode().removesuffix(b"\n"))
    with mock.patch.object(textblocks, "CHUNK", block):
        if expected:
            assert triples(path) == expected
        else:
            with pytest.raises(FormatError, match="holds no intervals"):
                triples(path)


def test_empty_bed(tmp_path: Path) -> None:
    path = tmp_path / "x.bed"
    path.write_text("# nothing\n")
    with pytest.raises(FormatError, match=r"x\.bed holds no intervals: no line with an interval"):
        triples(path)
    path.write_text("")
    with pytest.raises(FormatError, match=r"x\.bed holds no intervals: 0 bytes"):
        triples(path)


def test_intervals_without_bases_are_skipped_and_reported_once(tmp_path: Path) -> None:
    path = tmp_path / "x.bed"
    path.write_text("chr1\t1\t5\n\nchr1\t3\t3\nchr1\t4\t4\n")
    with pytest.warns(UserWarning, match=r"skipped 2 lines \(the first is line 3\), where start == end") as caught:
        assert triples(path) == [("chr1", 1, 5)]
    assert len(caught) == 1


def test_rows_without_bases_are_skipped_and_reported_once() -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pandas.DataFrame({"chrom": ["chr1"] * 3, "start": [4, 1, 7], "end": [4, 5, 7]})
    with pytest.warns(UserWarning, match=r"intervals: skipped 2 rows \(the first is row 0\), where start == end"):
        assert triples(frame) == [("chr1", 1, 5)]
    with (
        pytest.warns(UserWarning, match="intervals: skipped row 0"),
        pytest.raises(FormatError, match="no row with an interval of at least one base"),
    ):
        triples(frame.head(1))


def test_contig_name_comes_before_a_file_of_that_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("chr1").write_text("chr2\t1\t2\n")
    Path("other").write_text("chr2\t1\t2\n")
    assert triples("chr1") == [("chr1", 0, 1000)]
    assert triples("other") == [("chr2", 1, 2)]


def frame(kind: str, columns: dict[str, list[Any]]) -> Any:
    module = pytest.importorskip(kind, reason=f"{kind} is not installed")
    return module.table(columns) if kind == "pyarrow" else module.DataFrame(columns)


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
@pytest.mark.parametrize(
    "names", [("chrom", "start", "end"), ("Chromosome", "Start", "End"), ("chrom", "chromStart", "chromEnd")]
)
def test_frames(kind: str, names: tuple[str, str, str]) -> None:
    columns: dict[str, list[Any]] = dict(
        zip(names, ([c for c, _, _ in FROM_BED], [s for _, s, _ in FROM_BED], [e for _, _, e in FROM_BED]), strict=True)
    )
    assert triples(frame(kind, {"score": [1, 2, 3], **columns})) == FROM_BED


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_series(kind: str) -> None:
    module = pytest.importorskip(kind, reason=f"{kind} is not installed")
    assert triples(module.Series(["chr1:1-2", "chr2"])) == [("chr1", 0, 2), ("chr2", 0, 500)]


def test_pandas_kinds() -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    columns = pandas.DataFrame({"chrom": ["chr2", "chr1"], "start": [1.0, 2.0], "end": [5, 6]}, index=[7, 3])
    expected = [("chr2", 1, 5), ("chr1", 2, 6)]
    assert triples(columns) == expected
    assert triples(columns.astype({"chrom": "category", "start": "Int64", "end": "uint8"})) == expected
    assert triples([columns, ("chr1", 0, 1)]) == [*expected, ("chr1", 0, 1)]
    assert triples(columns.iloc[:0]) == []


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"chrom": ["chr1"], "start": [1]}, "no column 'end', found chrom, start"),
        ({"chrom": ["chr1"], "start": [1.5], "end": [3]}, "column 'start' must hold integers"),
        ({"chrom": ["chr1"], "start": [float("nan")], "end": [3]}, "column 'start' must hold integers"),
        ({"chrom": ["chr1"], "start": ["1"], "end": [3]}, "column 'start' must hold integers"),
        ({"chrom": [None], "start": [1], "end": [3]}, "column 'chrom' holds missing values"),
        ({"chrom": ["chr1", "chr1"], "start": [1, -5], "end": [3, 9]}, "intervals, row 1: chr1 -5 9 starts before 0"),
    ],
)
def test_bad_frames(columns: dict[str, list[Any]], says: str) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    with pytest.raises(ArgumentError, match=re.escape(says)):
        triples(pandas.DataFrame(columns))


@pytest.mark.parametrize(
    ("source", "error", "says"),
    [
        ("chr1:0-5", ArgumentError, "starts before 1"),
        ("chr1:9-5", ArgumentError, "must start before its end"),
        ("chr3", ContigError, "contig 'chr3' is not in the genome"),
        ("1:5-9", ContigError, "1 is the genome's chr1: pass chrom_alias='ucsc-ensembl'"),
        ("chr1:5-9x", ArgumentError, "'chr1:5-9x' is not a region: expected START-END in whole numbers"),
        ("no.bed", MissingFileError, "no file 'no.bed'"),
        (Path("chr1"), MissingFileError, "no file 'chr1'"),
        (("chr1", -1, 5), ArgumentError, "row 0: chr1 -1 5 starts before 0"),
        (("chr1", 5, 5), ArgumentError, "row 0: chr1 5 5 must start before its end"),
        (["chr2", ("chr1", 1, 5), ("chr1", 6, 5)], ArgumentError, "row 2: chr1 6 5"),
        ([("chr1", 1, 5), ("2", 1, 5)], ContigError, "contig '2' is not"),
        (("chr1", 1, 2**70), ArgumentError, "64 bits"),
        (("chr1", 1.5, 3), ArgumentTypeError, "found float 1.5"),
        (5, ArgumentTypeError, "found int 5"),
        ({"chrom": ["chr1"]}, ArgumentTypeError, "found dict"),
    ],
)
def test_refused(source: object, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=re.escape(says)):
        triples(source)


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("chr1\t1\n", FormatError, "line 1: expected contig, start and end"),
        ("#\nchr1\t1\tx\n", FormatError, "line 2: expected"),
        ("chr1\t1\t5\nchr1\t1\t\tx\n", FormatError, "line 2: column 3 is empty"),
        ("chr1\t1\t5\nchr1\t1;\t7\tx\n", FormatError, "line 2: expected"),
        ("chr1\t1\t5\n\t1\t7\n", FormatError, "line 2: column 1 is empty"),
        ("x" * (3 << 20), FormatError, "not a BED file"),
        ("chr1\t1\t99999999999999999999\n", FormatError, "line 1: expected"),
        ("chr1\t1\t5\nchr1\t-3\t5\n", FormatError, "line 2: expected 0 <= start"),
        ("chr1\t1\t5\n\nchr1\t3\t2\n", FormatError, "line 3: expected a start that is not above its end"),
        ("1\t1\t5\n2\t1\t4\n", ContigError, "has: 1, 2\n  the genome has: chr1, chr2"),
    ],
)
def test_bad_bed(tmp_path: Path, text: str, error: type[Exception], says: str) -> None:
    path = tmp_path / "x.bed"
    path.write_text(text)
    with pytest.raises(error, match=re.escape(says)) as caught:
        triples(path)
    assert "x.bed" in str(caught.value)


def test_damaged_gzip_bed(tmp_path: Path) -> None:
    path = tmp_path / "x.bed.gz"
    path.write_bytes(gzip.compress(b"chr1\t1\t2\n" * 10_000)[:-20])
    with pytest.raises(FormatError, match="cut short"):
        triples(path)


def test_beyond_the_end_is_clipped_with_one_warning() -> None:
    source = [("chr1", 0, 5), ("chr1", 990, 1001), ("chr2", 500, 600), ("chr2", 499, 2**50), ("chr2", 600, 700)]
    with pytest.warns(UserWarning, match="mask: 4 intervals reach beyond the end") as caught:
        assert triples(source, what="mask") == [("chr1", 0, 5), ("chr1", 990, 1000), ("chr2", 499, 500)]
    assert len(caught) == 1
    assert "2 of them left out" in str(caught[0].message)
    with pytest.warns(UserWarning, match="1 interval reaches"):
        assert triples("chr1:1001") == []


@pytest.mark.parametrize("alias", ["ucsc-ensembl", {"1": "chr1", "2": "chr2"}])
def test_alias(tmp_path: Path, alias: Any) -> None:
    path = tmp_path / "x.bed"
    path.write_text("1\t5\t6\nchr2\t1\t2\n")
    expected = [("chr1", 5, 6), ("chr2", 1, 2), ("chr2", 0, 3)]
    assert triples([path, "2:1-3"], alias=alias) == expected
    carried = open_genome(GENOME, chrom_alias=alias)
    assert [(i.contig, i.start, i.end) for i in resolve_intervals([path, "2:1-3"], carried)] == expected


def test_whole_genome() -> None:
    assert [interval.contig for interval in Intervals.whole(GENOME)] == list(GENOME.contigs)
