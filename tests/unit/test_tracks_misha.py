"""Tracks of a misha database against pymisha's own values."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gsynth.errors import ArgumentError, TrackError
from gsynth.storage import gsynth_load
from gsynth.tracks import open_tracks
from gsynth.training import gsynth_train

pm = pytest.importorskip("pymisha")


class Database:
    """A misha database as far as tracks ask for one."""

    has_sequence = True

    def __init__(self, root: Path) -> None:
        self.name = str(root)
        self.contigs = {"1": 500000, "2": 300000, "X": 200000}

    def fetch(self, contig: str, start: int, end: int) -> Any:
        raise AssertionError("tracks of a database need no bases")


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """A fresh copy of pymisha's example database, which is open."""
    target = tmp_path / "db"
    shutil.copytree(pm.gdb_examples_path(), target)
    found = next(path.parent for path in target.rglob("chrom_sizes.txt"))
    pm.CONFIG["progress"] = False
    pm.gdb_init(str(found))
    yield found
    pm.gdb_unload()


def track(root: Path, expression: str, tracks: Any = None) -> Any:
    return open_tracks([expression], tracks, Database(root))[0]


EDGES = np.concatenate([[10017], np.arange(10050, 20417, 50), [20417]])


def pymisha_values(expression: str) -> Any:
    interval = pm.gintervals(["1"], [10017], [20417])
    table = pm.gextract([expression], interval, iterator=50, colnames=["v"], progress=False)
    return table["v"].to_numpy()


@pytest.mark.parametrize(
    "expression",
    ["dense_track", "sparse_track", "subdir.dense_track2", "dense_track * 2 + sparse_track",
     "np.log(dense_track + 0.1)", "(dense_track > 0.1) * 1 + abs(subdir.dense_track2)"],
)  # fmt: skip
def test_expressions_equal_pymisha(root: Path, expression: str) -> None:
    expected = pymisha_values(expression)
    assert np.isfinite(expected).any()
    np.testing.assert_array_equal(track(root, expression).window_values("1", EDGES, None), expected)


def test_uneven_windows(root: Path) -> None:
    edges = np.array([10017, 10020, 10020, 10300, 10350, 10400, 10401])
    found = track(root, "dense_track").window_values("1", edges, None)
    one_by_one = [
        pm.gextract(["dense_track"], pm.gintervals(["1"], [a], [b]), iterator=b - a, progress=False)["dense_track"]
        .to_numpy()
        .tolist()
        if b > a
        else [np.nan]
        for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
    ]
    assert np.isfinite(found).sum() == 5
    # An iterator of another width starts elsewhere, so a window may come in two parts there.
    single = [values[0] for values in one_by_one if len(values) == 1]
    np.testing.assert_array_equal(found[[len(values) == 1 for values in one_by_one]], single)


def test_virtual_track_of_the_open_database(root: Path) -> None:
    pm.gvtrack_create("cgs", None, func="kmer.frac", kmer="CG", extend=False)
    found = track(root, "cgs").window_values("1", EDGES, None)
    np.testing.assert_array_equal(found, pymisha_values("cgs"))
    assert (found > 0).any()
    text = pm.gseq_extract(pm.gintervals(["1"], [10017], [20417]))
    bases = np.frombuffer((text if isinstance(text, str) else text[0]).encode(), dtype=np.uint8)
    ours = track(root, 'kmer_frac("CG")').window_values("1", EDGES, bases)
    np.testing.assert_allclose(ours, found, rtol=1e-6)


def test_another_database_is_left_as_it_was(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(root, other)
    dense = track(other, "dense_track")
    assert np.isfinite(dense.window_values("1", EDGES, None)).any()
    assert Path(pm.gdb_info()["path"]) == root
    pm.gvtrack_create("cgs", None, func="kmer.frac", kmer="CG")
    with pytest.raises(TrackError, match="virtual tracks"):
        dense.window_values("1", EDGES, None)
    assert pm.gvtrack_ls() == ["cgs"]


def test_without_an_open_database(root: Path) -> None:
    pm.gdb_unload()
    assert np.isfinite(track(root, "dense_track").window_values("1", EDGES, None)).any()


def test_from_threads(root: Path) -> None:
    dense = track(root, "dense_track + sparse_track * 0")
    expected = dense.window_values("1", EDGES, None)
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(dense.window_values("1", EDGES, None))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    for values in found:
        np.testing.assert_array_equal(values, expected)


def test_unknown_and_clashing_names(root: Path) -> None:
    with pytest.raises(TrackError, match=r"(?s)in the genome: array_track, dense_track.*did you mean 'dense_track'"):
        track(root, "dense_trak")
    with pytest.raises(TrackError, match="rects_track"):
        track(root, "rects_track").window_values("1", EDGES, None)
    shutil.copytree(root / "tracks" / "dense_track.track", root / "tracks" / "gc.track")
    pm.gdb_reload()
    with pytest.raises(ArgumentError, match="both built in and a track of"):
        track(root, "gc")
    own = track(root, "own_gc", {"own_gc": {"format": "misha", "name": "gc"}})
    np.testing.assert_array_equal(
        own.window_values("1", EDGES, None), track(root, "dense_track").window_values("1", EDGES, None)
    )


DENSE = {
    "expr": "dense_track",
    "breaks": [-0.001, 0.05, 0.1, 0.2, 0.3, 0.5, 1.001],
    "bin_merge": [{"from": (0.3, 1.001), "to": (0.2, 0.3)}],
}
DIMS = {
    "one": [DENSE],
    "two": [DENSE, {"expr": "dense_track * 2 + abs(subdir.dense_track2)", "breaks": [-1, 0.25, 0.5, 4]}],
    "numpy": [{"expr": "np.log2(dense_track + 1)", "breaks": [-0.001, 0.1, 0.3, 1.001]}],
    "virtual": [{"expr": "cgs", "breaks": [-0.001, 0.01, 0.03, 0.06, 1.001]}],
}


@pytest.mark.parametrize("dims", DIMS)
@pytest.mark.parametrize("unaligned", [False, True])
@pytest.mark.parametrize("masked", [False, True])
def test_training_counts_equal_pymisha(root: Path, dims: str, unaligned: bool, masked: bool) -> None:
    pd = pytest.importorskip("pandas")
    pm.gvtrack_create("cgs", None, func="kmer.frac", kmer="CG")
    given: dict[str, Any] = {"iterator": 50, "k": 2}
    if unaligned:
        places = {"chrom": ["1", "2", "X"], "start": [17, 1033, 150011], "end": [180003, 299999, 199987]}
        given["intervals"] = pd.DataFrame(places)
    if masked:
        given["mask"] = pd.DataFrame({"chrom": ["1", "2"], "start": [5000, 70], "end": [9000, 20000]})
    theirs = pm.gsynth_train(*DIMS[dims], **given)
    ours = gsynth_train(*DIMS[dims], genome=root, **given)
    np.testing.assert_array_equal(ours.counts, np.array(theirs.model_data["counts"]))
    assert ours.total_kmers == theirs.total_kmers > 0
    assert (ours.total_masked, ours.total_n) == (theirs.total_masked, theirs.total_n)


@pytest.mark.parametrize("breaks", [[0, 1, 2, 3], [0, 1, 3]])
def test_strata_of_a_pymisha_model_are_pymishas_own(root: Path, tmp_path: Path, breaks: list[int]) -> None:
    """Every value of the track lies on a break, or may, so the two rules differ in each window."""
    expression = "(dense_track > 0.05) * 1 + (dense_track > 0.1) * 1 + (dense_track > 0.2) * 1"
    values = pymisha_values(expression)
    assert set(breaks) <= set(values[np.isfinite(values)])
    theirs = pm.gsynth_train({"expr": expression, "breaks": breaks}, k=2, iterator=50)
    pm.gsynth_save(theirs, str(tmp_path / "theirs.gsm"))
    loaded = gsynth_load(tmp_path / "theirs.gsm")
    assert (loaded.dims[0].closed, loaded.outside) == ("right", None)
    with pytest.warns(UserWarning, match=f"at or below {breaks[0]}"):
        ours = gsynth_train(*loaded.dims, k=2, iterator=50, genome=str(root))
    np.testing.assert_array_equal(ours.counts, loaded.counts)
    np.testing.assert_array_equal(ours.counts, np.stack(theirs.model_data["counts"]))
    left = gsynth_train({"expr": expression, "breaks": breaks}, k=2, iterator=50, genome=str(root))
    assert (left.per_bin_kmers != ours.per_bin_kmers).all()
