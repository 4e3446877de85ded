"""Tracks from files, arrays and functions, against loops over single bases and against pyBigWig."""

import contextlib
import gzip
import itertools
import os
import pickle
import re
import threading
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gsynth.errors import ArgumentError, ContigError, FormatError, MissingFileError
from gsynth.plugins import Categorical
from gsynth.tracks import category_breaks, open_tracks, parse_track_option

DATA = Path(os.environ.get("GSYNTH_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
NAN = np.nan
Edges = NDArray[np.int64]


class Sizes:
    """A genome as far as tracks ask for one."""

    name = "a test genome"
    has_sequence = False

    def __init__(self, **contigs: int) -> None:
        self.contigs = contigs


def opened(source: Any, alias: Any = None, **contigs: int) -> Any:
    (track,) = open_tracks(["t"], {"t": source}, Sizes(**contigs), alias=alias)
    return track


def edges_of(start: int, end: int, width: int) -> Edges:
    inner = np.arange((start // width + 1) * width, end, width)
    return np.concatenate([[start], inner, [end]]).astype(np.int64)


def bed(tmp_path: Path, text: str, name: str = "x.bed") -> Path:
    path = tmp_path / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


@pytest.mark.parametrize("name", ["x.bed", "x.bed.gz", "x.txt"])
def test_coverage(tmp_path: Path, name: str) -> None:
    text = "track name=x\n#chrom\tstart\tend\nbrowser position c\nc\t15\t20\r\nc\t2\t5\n\nc\t4\t8\nc\t9\t9\nd 1 2\n"
    with pytest.warns(UserWarning, match=r"skipped line 8, where start == end") as caught:
        track = opened(bed(tmp_path, text, name), c=30, d=5, e=9)
    assert len(caught) == 1
    assert not track.uses_sequence
    np.testing.assert_allclose(track.window_values("c", np.array([0, 4, 8, 16, 30]), None), [0.5, 1, 1 / 8, 4 / 14])
    np.testing.assert_allclose(track.window_values("d", np.array([1, 2, 5]), None), [1, 0])
    np.testing.assert_allclose(track.window_values("e", np.array([0, 9]), None), [0])


def test_numeric_column_weighs_by_bases_and_overlaps(tmp_path: Path) -> None:
    path = bed(tmp_path, "c\t0\t4\ta\t1\nc\t2\t10\tb\t4\nc\t10\t12\tc\t.\nc\t20\t21\td\t7\n")
    with pytest.warns(UserWarning, match="no value in line 3: '.', 'NA' or 'nan'"):
        track = opened({"path": path, "column": "score"}, c=30)
    expected = [(2 * 1 + 0) / 2, (2 * 1 + 8 * 4) / 10, NAN, 7]
    np.testing.assert_allclose(track.window_values("c", np.array([0, 2, 10, 15, 30]), None), expected)


def test_bedgraph_by_suffix_or_track_line(tmp_path: Path) -> None:
    line = "c\t2\t6\t0.5\nc\t6\t8\t-1e1\n"
    for path in (bed(tmp_path, line, "x.bedGraph.gz"), bed(tmp_path, 'track type="bedGraph"\n' + line, "x.txt")):
        track = opened(path, c=10)
        np.testing.assert_allclose(track.window_values("c", np.array([0, 2, 7, 10]), None), [NAN, -8 / 5, -10])
    track = opened({"path": bed(tmp_path, line), "format": "bedgraph"}, c=10)
    np.testing.assert_allclose(track.window_values("c", np.array([0, 4]), None), [0.5])


def test_categories(tmp_path: Path) -> None:
    text = "c\t0\t10\tred\nc\t10\t14\tblue\nc\t13\t30\tred\nc\t30\t33\t.\nc\t40\t42\tgreen\nc\t42\t44\tblue\n"
    source = {"path": bed(tmp_path, text), "column": "name"}
    track = opened(source, c=100)
    values = track.window_values("c", np.array([0, 8, 12, 13, 15, 30, 34, 40, 44, 50]), None)
    #                                      red  tie  blue tie  red  none none tie  none
    np.testing.assert_array_equal(values, [2, 0, 0, 2, 2, NAN, NAN, 0, NAN])
    categories = track.categories
    assert isinstance(track, Categorical)
    assert categories == ("blue", "green", "red")
    assert category_breaks(opened(source, c=100), "t").tolist() == [-0.5, 0.5, 1.5, 2.5]


def test_numbers_as_categories_and_patterns(tmp_path: Path) -> None:
    path = bed(tmp_path, "c\t0\t5\tRED_1\t10\nc\t5\t9\tBLUE_2\t2\n")
    assert opened({"path": path, "column": 5, "kind": "category"}, c=9).categories == ("10", "2")
    assert opened({"path": path, "column": "name", "pattern": "^[A-Z]+"}, c=9).categories == ("BLUE", "RED")
    assert opened(f"{path}:name:^[A-Z]+", c=9).categories == ("BLUE", "RED")
    assert opened({"path": path, "column": "name", "pattern": "_(.)"}, c=9).categories == ("1", "2")
    with pytest.raises(FormatError, match=r"matches nothing in '(RED_1|BLUE_2)'"):
        opened({"path": path, "column": "name", "pattern": "x"}, c=9)
    with pytest.raises(ArgumentError, match="'t' has numbers"):
        category_breaks(opened({"path": path, "column": "score"}, c=9), "t")


def test_random_intervals_against_single_bases(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    starts = rng.integers(0, 950, 60)
    ends = starts + rng.integers(1, 50, 60)
    codes = rng.integers(0, 4, 60)
    path = bed(tmp_path, "".join(f"c\t{s}\t{e}\ts{v}\t{v}\n" for s, e, v in zip(starts, ends, codes, strict=True)))
    weights = np.zeros((4, 1000))
    for start, end, code in zip(starts, ends, codes, strict=True):
        weights[code, start:end] += 1
    edges = np.array([3, 3, 10, 11, 40, 300, 305, 306, 700, 990, 1000])
    state = opened({"path": path, "column": 4}, c=1000).window_values("c", edges, None)
    score = opened({"path": path, "column": 5}, c=1000).window_values("c", edges, None)
    cover = opened(path, c=1000).window_values("c", edges, None)
    for j, (a, b) in enumerate(itertools.pairwise(edges)):
        bases = weights[:, a:b].sum(axis=1)
        np.testing.assert_equal(state[j], np.argmax(bases) if bases.any() else NAN)
        np.testing.assert_allclose(score[j], bases @ np.arange(4) / bases.sum() if bases.any() else NAN)
        np.testing.assert_allclose(cover[j], (weights[:, a:b].sum(axis=0) > 0).mean() if b > a else NAN)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("c\t1\t5\nc\t9\t3\n", "line 2: expected a start that is not above its end"),
        ("c\t1\t5\nc\tx\t3\n", "line 2: expected contig, start and end"),
        ("c\t1\t5\nc 5\n", "line 2"),
        ("c\t-1\t5\n", "line 1: expected 0 <= start"),
        ("hello\n", "line 1: expected contig, start and end .*, found 'hello'"),
    ],
)
def test_damaged_text(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises((FormatError, ArgumentError)) as caught:
        opened(bed(tmp_path, text), c=9)
    assert re.search(message, str(caught.value), re.DOTALL)


def test_refused_sources(tmp_path: Path) -> None:
    path = bed(tmp_path, "c\t1\t5\ta\nc\t1\t5\n")
    with pytest.raises(FormatError, match="line 2: expected a column 4, it has 3"):
        opened({"path": path, "column": "name"}, c=9)
    with pytest.raises(ArgumentError, match=r"unknown option.* colum"):
        opened({"path": path, "colum": "name"}, c=9)
    with pytest.raises(ArgumentError, match="one of name, score"):
        opened({"path": path, "column": "state"}, c=9)
    with pytest.raises(MissingFileError, match="track 't': no file"):
        opened(tmp_path / "none.bw", c=9)
    with pytest.raises(ArgumentError, match="a int"):
        opened(3, c=9)
    many = bed(tmp_path, "".join(f"c\t{i}\t{i + 1}\tS_{i}\n" for i in range(1001)), "many.bed")
    with pytest.raises(ArgumentError, match=r"1,001 different names, such as S_0.*pattern"):
        opened({"path": many, "column": "name"}, c=2000)
    cut = tmp_path / "cut.bed.gz"
    cut.write_bytes(gzip.compress(os.urandom(9000).hex().encode().join([b"c\t1\t5\n" * 9000] * 2))[:-2000])
    with pytest.raises(FormatError, match=r"gzip|expected"):
        opened(cut, c=9)


def test_contig_names(tmp_path: Path) -> None:
    path = bed(tmp_path, "chr1\t0\t5\nchrM\t0\t4\n")
    with pytest.raises(ContigError, match=r"(?s)track 't'.*has: chr1, chrM.*the genome has: 1, MT.*ucsc-ensembl"):
        opened(path, **{"1": 10, "MT": 8})
    track = opened(path, alias="ucsc-ensembl", **{"1": 10, "MT": 8})
    assert track.window_values("MT", np.array([0, 8]), None).tolist() == [0.5]
    with pytest.raises(ContigError, match="are both '1'"):
        opened(path, alias={"chr1": "1", "chrM": "1"}, **{"1": 10})


def test_beyond_the_end_warns_once(tmp_path: Path) -> None:
    path = bed(tmp_path, "c\t0\t50\nd\t0\t60\n")
    with pytest.warns(UserWarning, match=r"extends to 50 on c, which has 10.*1 more") as caught:
        track = opened(path, c=10, d=10)
    assert len(caught) == 1
    assert track.window_values("c", np.array([0, 10]), None).tolist() == [1]


ARRAY = np.array([1.0, 2, NAN, 4, 5, 6, 7])


@pytest.mark.parametrize("width", [1, 3, 10])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int16])
def test_arrays(width: int, dtype: type) -> None:
    whole = np.concatenate([ARRAY, np.arange(100.0)])[: 100 // width]
    array = np.nan_to_num(whole).astype(dtype) if dtype is np.int16 else whole.astype(dtype)
    source: Mapping[str, object] = {"c": array} if width == 1 else {"arrays": {"c": array}, "width": width}
    track = opened(source, c=100)
    bases = np.concatenate([np.repeat(array.astype(float), width), np.full(100 - array.size * width, NAN)])
    for edges in (edges_of(1, 100, 4), np.array([0, 2, 2, 3, 5, 7, 8, 64, 71]), edges_of(90, 95, 2)):
        expected = [
            bases[a:b][~np.isnan(bases[a:b])].mean() if (~np.isnan(bases[a:b])).any() else NAN
            for a, b in itertools.pairwise(edges)
        ]
        np.testing.assert_allclose(track.window_values("c", edges, None), expected)
    assert np.isnan(opened(source, c=100, d=4).window_values("d", np.array([0, 2, 4]), None)).all()


def test_array_for_a_contig_whose_end_it_passes_by_less_than_a_value() -> None:
    assert opened({"arrays": {"c": np.arange(4)}, "width": 3}, c=10).names == {"c": "c"}
    with pytest.warns(UserWarning, match="extends to 10 on c, which has 9"):
        opened({"arrays": {"c": np.arange(4)}, "width": 3}, c=9)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"c": np.zeros((2, 2))}, "1-D"),
        ({"c": ["a"]}, "1-D array of numbers"),
        ({"arrays": {"c": [1]}, "width": 0}, "width"),
        ({"c": np.zeros(8)}, "8 values, each of 1 bp, for a contig of 9 bp"),
        ({"arrays": {"c": np.zeros(2)}, "width": 3}, "needs 3 or more"),
        ({"arrays": {"c": [1]}, "bin": 2}, "bin"),
    ],
)
def test_refused_arrays(source: object, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        opened(source, c=9)


def test_function() -> None:
    calls = []

    def middle(contig: str, starts: Edges, ends: Edges) -> list[float]:
        calls.append(contig)
        return list((starts + ends) / 2)

    assert opened(middle, c=9).window_values("c", np.array([0, 4, 9]), None).tolist() == [2, 6.5]
    assert calls == ["c"]
    wrong: list[Callable[..., object]] = [lambda c, s, e: s[:-1], lambda c, s, e: ["x"] * s.size, lambda c, s, e: None]
    for function in wrong:
        with pytest.raises(ArgumentError, match="must return"):
            opened(function, c=9).window_values("c", np.array([0, 4, 9]), None)


def test_several_sources_in_one_expression(tmp_path: Path) -> None:
    (track,) = open_tracks(
        ["where(inside > 0.5, level, -1) + 1"],
        {"inside": bed(tmp_path, "c\t0\t5\n"), "level": {"c": np.arange(10)}},
        Sizes(c=10),
    )
    assert track.window_values("c", np.array([0, 2, 4, 6, 10]), None).tolist() == [1.5, 3.5, 0, 0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=b.bw", ("a", "b.bw")),
        ("a=/x/y.bed.gz:name", ("a", {"path": "/x/y.bed.gz", "column": "name"})),
        ("a=y.bed:4:^(?:A|B):", ("a", {"path": "y.bed", "column": "4", "pattern": "^(?:A|B):"})),
        ("a=kmer_frac('CG')", ("a", "kmer_frac('CG')")),
    ],
)
def test_track_option(text: str, expected: object) -> None:
    assert parse_track_option(text) == expected


def test_track_option_prefers_files_that_exist(tmp_path: Path) -> None:
    path = bed(tmp_path, "", "a:b.bed")
    assert parse_track_option(f"x={path}") == ("x", str(path))
    assert parse_track_option(f"x={path}:name") == ("x", {"path": str(path), "column": "name"})
    for wrong in ("x", "=y", "x="):
        with pytest.raises(ArgumentError, match="NAME=SOURCE"):
            parse_track_option(wrong)


def base_means(bases: NDArray[np.float64], edges: Edges) -> NDArray[np.float64]:
    """Means over single bases, those that are NaN left out."""
    known = ~np.isnan(bases)
    starts = edges[:-1] - edges[0]
    counts = np.add.reduceat(known.astype(np.int64), starts)
    sums = np.add.reduceat(np.where(known, bases, 0), starts)
    means = np.full(counts.size, NAN)
    np.divide(sums, counts, out=means, where=counts > 0)
    return means


@pytest.fixture(scope="module")
def gappy() -> Path:
    path = DATA / "dm.chrX_2M-5M.bw"
    if not path.exists():
        pytest.skip(f"needs {path.name} of the test data")
    return path


@pytest.mark.parametrize(
    ("start", "end", "width"),
    [(0, 22422827, 1000), (1_999_950, 2_010_003, 7), (3_049_991, 3_060_017, 50), (3_055_000, 3_055_100, 20),
     (4_990_000, 5_000_000, 333)],
)  # fmt: skip
def test_bigwig_equals_pybigwig(gappy: Path, start: int, end: int, width: int) -> None:
    pyBigWig = pytest.importorskip("pyBigWig")
    track = opened(gappy, alias={"chrX": "X"}, X=22_422_827)
    edges = edges_of(start, end, width)
    bases = np.array(pyBigWig.open(str(gappy)).values("chrX", start, end))
    expected = base_means(bases, edges)
    found = track.window_values("X", edges, None)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert np.isnan(expected).any() or start == 4_990_000 or width == 7


def test_bigwig_uneven_windows_and_past_the_end_of_the_file(gappy: Path) -> None:
    pyBigWig = pytest.importorskip("pyBigWig")
    track = opened(gappy, chrX=22_422_900)
    edges = np.array([3_049_000, 3_049_990, 3_050_001, 3_050_002, 3_060_100, 3_070_000, 22_422_800, 22_422_850])
    edges = np.append(edges, 22_422_900)
    bases = np.array(pyBigWig.open(str(gappy)).values("chrX", 3_049_000, 22_422_827))
    expected = base_means(np.concatenate([bases, np.full(73, NAN)]), edges)
    np.testing.assert_allclose(track.window_values("chrX", edges, None), expected, rtol=1e-12)


def test_bigwig_from_threads(gappy: Path) -> None:
    track = opened(gappy, chrX=22_422_827)
    edges = edges_of(2_000_000, 5_000_000, 50)
    expected = track.window_values("chrX", edges, None)
    found: list[Any] = []
    threads = [
        threading.Thread(target=lambda: found.append(track.window_values("chrX", edges, None))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    for values in found:
        np.testing.assert_array_equal(values, expected)


def written(path: Path, kind: str) -> NDArray[np.float64]:
    """A small bigWig of one kind of record on two contigs, and what contig b holds base by base."""
    pyBigWig = pytest.importorskip("pyBigWig")
    bases = np.full(100_000, NAN)
    with pyBigWig.open(str(path), "w") as file:
        file.addHeader([("a", 5000), ("b", bases.size)])
        for contig, end in (("a", 5000), ("b", bases.size)):
            starts = np.arange(10, end - 10, 7)
            values = (starts % 50) / 4
            if kind == "bedgraph":
                ends = starts + 1 + starts % 7
                file.addEntries([contig] * starts.size, starts.tolist(), ends=ends.tolist(), values=values.tolist())
            elif kind == "variable":
                file.addEntries(contig, starts.tolist(), values=values.tolist(), span=5)
                ends = starts + 5
            else:
                file.addEntries(contig, 10, values=values.tolist(), span=3, step=7)
                ends = starts + 3
            if contig == "b":
                for start, stop, value in zip(starts, ends, values, strict=True):
                    bases[start:stop] = value
    return bases


@pytest.mark.parametrize("kind", ["bedgraph", "variable", "fixed"])
@pytest.mark.parametrize("width", [1, 5, 7, 64, 3000])
def test_kinds_of_bigwig_record(tmp_path: Path, kind: str, width: int) -> None:
    bases = written(tmp_path / "x.bw", kind)
    track = opened(tmp_path / "x.bw", a=5000, b=bases.size, c=50)
    for start, end in ((0, bases.size), (12, 20_003), (99_000, 99_999)):
        edges = edges_of(start, end, width)
        expected = base_means(bases[start:end], edges)
        np.testing.assert_allclose(track.window_values("b", edges, None), expected, rtol=1e-12)
    assert np.isnan(track.window_values("c", np.array([0, 50]), None)).all()
    assert pickle.loads(pickle.dumps(track)).window_values("a", np.array([10, 11]), None)[0] == 2.5


@pytest.mark.parametrize("size", [0, 3, 40, 63, 300, 400, 600, 3000])
def test_bigwig_cut_short(tmp_path: Path, size: int) -> None:
    written(tmp_path / "x.bw", "bedgraph")
    path = tmp_path / "cut.bw"
    path.write_bytes((tmp_path / "x.bw").read_bytes()[:size])
    with pytest.raises(FormatError, match=r"cut\.bw"):
        opened({"path": path, "format": "bigwig"}, b=100_000)


def test_bigwig_with_any_byte_changed_fails_cleanly_or_not_at_all(tmp_path: Path) -> None:
    written(tmp_path / "x.bw", "bedgraph")
    data = (tmp_path / "x.bw").read_bytes()
    path = tmp_path / "y.bw"
    for place in [*range(4, 64), *np.random.default_rng(5).integers(64, len(data), 300).tolist()]:
        path.write_bytes(data[:place] + bytes([data[place] ^ 0xA5]) + data[place + 1 :])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with contextlib.suppress(FormatError, ContigError):
                opened(path, a=5000, b=100_000).window_values("b", edges_of(0, 100_000, 500), None)


def test_bigbed_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.bb"
    path.write_bytes(b"\xeb\xf2\x89\x87" + bytes(200))
    with pytest.raises(FormatError, match="bigBed"):
        opened(path, b=9)


def test_strata_of_the_fly_from_bigwig_equal_those_of_the_sequence() -> None:
    """The bigWig holds GC per 20 bp, and nothing where a bin touches the gap or is the contig's incomplete last."""
    from gsynth.genomes import open_genome

    if not (DATA / "dm3.chr2R.2bit").exists():
        pytest.skip("needs dm3.chr2R.2bit of the test data")
    genome = open_genome(DATA / "dm3.chr2R.2bit")
    gc, stored = open_tracks(["gc", "stored"], {"stored": DATA / "dm3.chr2R.gc20.bw"}, genome)
    size = genome.contigs["chr2R"]
    edges = edges_of(0, size, 20)
    from_sequence = gc.window_values("chr2R", edges, genome.fetch("chr2R", 0, size))
    from_file = stored.window_values("chr2R", edges, None)
    missing = np.flatnonzero(np.isnan(from_file))
    assert missing.tolist() == [*range(16_668_212 // 20, 16_668_311 // 20 + 1), edges.size - 2]
    known = ~np.isnan(from_file)
    np.testing.assert_allclose(from_file[known], from_sequence[known], atol=1e-7)
