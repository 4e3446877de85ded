import numpy as np
import pytest

import gsynth
from gsynth import DimSpec, GsynthModel, gsynth_cell_merge
from gsynth.model.merging import nearest_learned, redirects

pd = pytest.importorskip("pandas")


@pytest.fixture
def model():
    counts = np.full((6, 4, 4), 10, dtype=np.uint64)
    counts[[2, 5]] = 1
    dims = [DimSpec("gc", [0, 0.3, 0.6, 1]), DimSpec("cpg", [0, 1, 2])]
    return GsynthModel(k=1, dims=dims, counts=counts, min_obs=100, iterator=10)


ENTRIES = [{"from": [0.9, 1.5], "to": [0.1, 0.5]}, {"from": [1.0, 0.0], "to": [0.3, 2.0]}]


@pytest.mark.parametrize("as_frame", [False, True])
def test_flat_bins_count_from_one_and_outer_edges_belong(model, as_frame):
    entries = ENTRIES
    if as_frame:
        entries = pd.DataFrame({"from_1": [0.9, 1.0], "from_2": [1.5, 0.0], "to_1": [0.1, 0.3], "to_2": [0.5, 2.0]})
    table = gsynth_cell_merge(model, entries)
    assert list(table["source_flat"]) == [6, 3]
    assert list(table["target_flat"]) == [1, 5]
    assert [list(table[c]) for c in ("from_1", "to_1", "from_2", "to_2")] == [[3, 3], [1, 2], [2, 1], [1, 2]]


def test_agrees_with_pymisha(model):
    pm = pytest.importorskip("pymisha")
    theirs = pm.GsynthModel(
        k=1, n_dims=2, dim_sizes=[3, 2], total_bins=6, dim_specs=[
            {"expr": d["expr"], "breaks": d["breaks"], "num_bins": d["num_bins"], "bin_map": None}
            for d in model.dim_specs
        ],
    )  # fmt: skip
    merges = [None, [{"from": (1, 2), "to": (0, 1)}]]
    for bin_merge in (None, merges):
        ours = gsynth_cell_merge(model, ENTRIES, bin_merge)
        expected = pm.gsynth_cell_merge(theirs, ENTRIES, bin_merge)
        assert ours.to_dict("list") == expected.to_dict("list")


def test_self_redirects_duplicates_and_sparse_targets_are_told(model):
    with pytest.warns(UserWarning, match="1 redirects of a cell to itself"):
        sources, _ = redirects(model, [{"from": [0.1, 0.1], "to": [0.2, 0.2]}], None)
    assert sources.size == 0
    twice = [{"from": [0.9, 0.5], "to": [0.1, 0.5]}, {"from": [0.9, 0.5], "to": [0.4, 0.5]}]
    with pytest.warns(UserWarning, match="more than once"):
        sources, targets = redirects(model, twice, None)
    assert (sources.tolist(), targets.tolist()) == ([2], [1])
    with pytest.warns(UserWarning, match="sparse"):
        redirects(model, [{"from": [0.1, 0.5], "to": [0.9, 0.5]}], None)


@pytest.mark.parametrize(
    "entries",
    [
        [{"from": [0.9, 1.5]}],
        [{"from": [0.9], "to": [0.1, 0.1]}],
        [{"from": [1.9, 1.5], "to": [0.1, 0.5]}],
        [{"from": [0.9, 1.5], "to": [float("nan"), 0.5]}],
        pd.DataFrame({"from_1": [0.9]}),
    ],
)
def test_refuses_what_it_cannot_resolve(model, entries):
    with pytest.raises(ValueError, match="cell_merge"):
        gsynth_cell_merge(model, entries)


def test_needs_strata(model):
    with pytest.raises(ValueError, match="strata"):
        gsynth_cell_merge(GsynthModel(k=1, counts=np.ones((1, 4, 4))), ENTRIES)
    with pytest.raises(TypeError, match="GsynthModel"):
        gsynth_cell_merge("model", ENTRIES)


def test_sparse_cells_go_to_the_nearest_learned_one(model):
    poor, nearest = nearest_learned(model)
    assert (poor.tolist(), nearest.tolist()) == ([2, 5], [1, 4])
    assert model.sparse_bins.tolist() == [2, 5]
    assert model.bin_label(5) == "gc 0.6-1, cpg 1-2"


def test_a_redirect_changes_what_is_sampled():
    counts = np.zeros((2, 4, 4), dtype=np.uint64)
    counts[0, :, 0] = counts[1, :, 1] = 5  # the first bin makes A, the second C
    model = GsynthModel(k=1, dims=[DimSpec("t", [0, 1, 2])], counts=counts, pseudocount=0, iterator=10)
    call = {"genome": {"c": 40}, "tracks": {"t": lambda contig, starts, ends: np.full(len(starts), 1.5)}, "seed": 1}
    assert set(gsynth.sample(model, **call)[0][1:]) == {"C"}
    assert set(gsynth.sample(model, cell_merge=[{"from": [1.5], "to": [0.5]}], **call)[0][1:]) == {"A"}
    assert set(gsynth.sample(model, bin_merge=[[{"from": 1, "to": (0, 1)}]], **call)[0][1:]) == {"A"}
    with pytest.raises(ValueError, match="bin_merge must be a list of 1"):
        gsynth.sample(model, bin_merge=[None, None], **call)
