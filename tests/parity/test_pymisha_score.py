"""Scores against pymisha's on its example database, as tracks that it made itself."""

import shutil
from pathlib import Path

import numpy as np
import pytest

import gsynth

pm = pytest.importorskip("pymisha")
pd = pytest.importorskip("pandas")

# It empties its trash in a process that it does not wait for.
pytestmark = pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")

# Unaligned, on several contigs, in an odd order; one begins in a window of another.
INTERVALS = [("2", 777, 123_456), ("1", 333_333, 444_441), ("1", 13, 200_001), ("X", 30_002, 30_007), ("2", 0, 601)]
MASK = [("1", 50, 7000), ("1", 190_000, 350_000), ("2", 100_000, 100_001), ("2", 123_000, 200_005)]
# Away from the values themselves: at which end a bin is closed differs.
DENSE = [0.003, 0.053, 0.103, 0.203, 0.9]


def frame(rows):
    return pd.DataFrame(rows, columns=["chrom", "start", "end"])


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A fresh copy of pymisha's example database, which is open."""
    target = tmp_path_factory.mktemp("misha") / "db"
    shutil.copytree(pm.gdb_examples_path(), target)
    found = next(path.parent for path in target.rglob("chrom_sizes.txt"))
    pm.CONFIG["progress"] = False
    pm.gdb_init(str(found))
    yield found
    pm.gdb_unload()


def theirs(model, intervals=None, **settings):
    """The bins of the track that pymisha makes: chrom, number of the bin, score."""
    pm.gsynth_score(model, "scored", intervals=intervals, overwrite=True, **settings)
    resolution = settings["resolution"]
    try:
        table = pm.gextract("scored", intervals=pm.gintervals_all(), iterator=resolution, progress=False)
    finally:
        pm.gtrack_rm("scored", force=True)
    return {
        (str(chrom), start // resolution): score
        for chrom, start, score in zip(table["chrom"], table["start"], table["scored"], strict=True)
    }


def assert_same(ours, expected, resolution):
    """Each of our windows is what their bin holds, NaN for NaN; where they have a score, we have a window."""
    bins: dict[tuple[str, int], float] = {}
    for chrom, start, score in zip(ours["chrom"], ours["start"], ours["score"], strict=True):
        key = str(chrom), start // resolution
        bins[key] = bins.get(key, 0.0) + score
    assert {key for key, score in expected.items() if not np.isnan(score)} <= set(bins)
    keys = list(bins)
    found, wanted = np.array([bins[key] for key in keys]), np.array([expected[key] for key in keys])
    np.testing.assert_array_equal(np.isnan(found), np.isnan(wanted))
    assert (~np.isnan(found)).any()
    # Their track holds single precision.
    np.testing.assert_allclose(found, wanted, rtol=2e-7, atol=1e-4)


def trained(root, k, dims=(), breaks=DENSE):
    """A model of pymisha's, and the same one as gsynth reads it from the file."""
    model = pm.gsynth_train(*({"expr": expr, "breaks": breaks} for expr in dims), k=k, iterator=200)
    path = Path(root).parent / "model.gsm"
    pm.gsynth_save(model, str(path))
    loaded = gsynth.gsynth_load(path)
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    return model, loaded


@pytest.mark.parametrize("resolution", [1, 50, 200])
@pytest.mark.parametrize("k", [1, 5])
def test_unstratified(root, k, resolution):
    model, ours = trained(root, k)
    intervals = frame([("2", 0, 90_000), ("X", 0, 200_000)])
    found = gsynth.gsynth_score(ours, genome=str(root), intervals=intervals, resolution=resolution)
    assert_same(found, theirs(model, intervals, resolution=resolution), resolution)


@pytest.mark.parametrize("resolution", [1, 50, 200])
@pytest.mark.parametrize("policy", ["NA", "uniform"])
def test_stratified_in_parts_and_masked(root, policy, resolution):
    model, ours = trained(root, 3, ["dense_track"])
    intervals, mask = frame(INTERVALS), frame(MASK)
    settings = {"mask": mask, "resolution": resolution, "n_policy": policy, "sparse_policy": policy}
    found = gsynth.gsynth_score(ours, genome=str(root), intervals=intervals, **settings)
    assert_same(found, theirs(model, intervals, **settings), resolution)


@pytest.mark.parametrize("resolution", [50, 200, 1000])
def test_whole_contigs_in_two_dimensions(root, resolution):
    model, ours = trained(root, 2, ["dense_track", "subdir.dense_track2"])
    # pymisha 0.14.0 trains with the first dimension fastest, and scores with the last one fastest.
    bins = np.arange(16).reshape(4, 4).T.reshape(-1)
    model.model_data["cdf"] = [model.model_data["cdf"][i] for i in bins]
    found = gsynth.gsynth_score(ours, genome=str(root), resolution=resolution)
    assert_same(found, theirs(model, resolution=resolution), resolution)


@pytest.mark.parametrize("policy", ["NA", "uniform"])
def test_sparse_bins(root, policy):
    model, ours = trained(root, 2, ["dense_track"])
    model.model_data["cdf"][1][:] = np.nan
    cdf = ours.cdf.copy()
    cdf[1] = np.nan
    fields = {name: getattr(ours, name) for name in ("k", "dims", "counts", "iterator", "outside", "pseudocount")}
    ours = gsynth.GsynthModel(**fields, min_obs=int(ours.per_bin_kmers[1]) + 1, stored_cdf=cdf)
    settings = {"resolution": 200, "sparse_policy": policy}
    found = gsynth.gsynth_score(ours, genome=str(root), **settings)
    assert_same(found, theirs(model, **settings), 200)
    assert np.isnan(found["score"]).any()


def test_the_default_resolution_is_the_iterator(root):
    model, ours = trained(root, 4)
    found = gsynth.gsynth_score(ours, genome=str(root))
    assert (found["end"] - found["start"]).max() == 200
    assert_same(found, theirs(model, resolution=200), 200)


def test_a_track_of_ours_is_the_track_of_theirs(root):
    model, ours = trained(root, 3, ["dense_track"])
    intervals = frame(INTERVALS)
    gsynth.gsynth_score(
        ours, "ours.scored", output_format="misha", genome=str(root), intervals=intervals, resolution=50
    )
    pm.gsynth_score(model, "theirs.scored", intervals=intervals, resolution=50)
    tables = [
        pm.gextract(f"{whose}.scored", intervals=pm.gintervals_all(), colnames=["v"], progress=False)
        for whose in ("ours", "theirs")
    ]
    for name in ("ours", "theirs"):
        pm.gtrack_rm(f"{name}.scored", force=True)
    np.testing.assert_allclose(tables[0]["v"], tables[1]["v"], rtol=2e-7, atol=1e-4, equal_nan=True)
    assert len(tables[0]) == 20_000
