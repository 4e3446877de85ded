import copy
import pickle

import numpy as np
import pytest

from gsynth import DimSpec, GsynthModel


def model(**changes):
    counts = np.random.default_rng(1).integers(0, 100, (6, 16, 4))
    dims = [DimSpec("gc", [0, 0.4, 1]), DimSpec("cpg", [0, 1, 2, 3], bin_merge=[{"from": 2, "to": (1, 2)}])]
    return GsynthModel(**({"k": 2, "dims": dims, "counts": counts, "iterator": 200} | changes))


def test_attributes_of_the_public_model():
    m = model(total_n=7, total_masked=8)
    assert (m.k, m.n_dims, m.dim_sizes, m.total_bins, m.num_kmers) == (2, 2, [2, 3], 6, 16)
    assert m.total_kmers == int(m.counts.sum()) == int(m.per_bin_kmers.sum())
    assert m.dim_specs[1] == {
        "expr": "cpg", "breaks": [0.0, 1.0, 2.0, 3.0], "num_bins": 3, "bin_map": [0, 1, 1],
        "bin_merge": [{"from": 2, "to": (1, 2)}],
    }  # fmt: skip
    assert [c.shape for c in m.model_data["counts"]] == [(16, 4)] * 6
    assert m.model_data["cdf"][3][:, 3].tolist() == [1.0] * 16
    assert (m.total_n, m.total_masked, m.pseudocount, m.min_obs, m.iterator) == (7, 8, 1.0, 0, 200)
    assert (m.prior_mode, m.prior_matrix, m.marginal_fallbacks) == ("none", None, 0)


def test_unstratified():
    m = GsynthModel(k=1, counts=np.zeros((1, 4, 4)))
    assert (m.n_dims, m.dim_sizes, m.total_bins, m.dim_specs) == (0, [1], 1, [])


def test_holds_one_copy_and_pickles_equal():
    counts = np.ones((1, 4, 4), dtype=np.uint64)
    m = GsynthModel(k=1, counts=counts)
    assert not np.shares_memory(m.counts, counts)
    counts.flags.writeable = False
    assert np.shares_memory(GsynthModel(k=1, counts=counts).counts, counts)
    for made in (m, pickle.loads(pickle.dumps(m)), copy.deepcopy(m), copy.copy(m)):
        assert made == m
        assert not made.counts.flags.writeable


def test_what_is_handed_in_can_be_written_to_afterwards_and_changes_nothing():
    counts, breaks, matrix = np.ones((2, 4, 4)), np.array([0.0, 0.5, 1.0]), np.full((2, 4), 0.25)
    cdf, merged = np.tile(np.array([0.25, 0.5, 0.75, 1.0]), (2, 4, 1)), np.array([0, 0])
    dim = DimSpec("gc", breaks, merged)
    m = GsynthModel(k=1, dims=[dim], counts=counts, prior_mode="explicit", prior_matrix=matrix, stored_cdf=cdf)
    before = pickle.dumps(m)
    for given in (counts, breaks, matrix, cdf, merged):
        given[...] = 7
    assert pickle.dumps(m) == before
    view = np.ones((1, 4, 4), dtype=np.uint64)[:]
    view.flags.writeable = False
    assert not np.shares_memory(GsynthModel(k=1, counts=view).counts, view)
    again = pickle.loads(before)
    for made in (m, again):
        for array in (made.counts, made.dims[0].breaks, made.dims[0].bin_map, made.prior_matrix, made.stored_cdf):
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0


IMPOSSIBLE = [
    ({"counts": np.full((6, 16, 4), -1)}, "found np.int64.-1. for bin 0, context AA, base A"),
    ({"counts": np.full((6, 16, 4), 0.9)}, r"found np.float64.0.9."),
    ({"counts": np.full((6, 16, 4), np.nan)}, "whole numbers"),
    ({"counts": np.full((6, 16, 4), np.inf)}, "whole numbers"),
    ({"counts": np.full((6, 16, 4), True)}, "array of bool"),
    ({"counts": np.full((6, 16, 4), "1")}, "array of <U1"),
    ({"counts": np.full((6, 16, 4), None)}, "whole numbers"),
    ({"counts": np.full((6, 16, 4), 2**62, dtype=np.uint64)}, r"at most 2\*\*63"),
    ({"k": 2.5}, "k must be a whole number from 1 to 10"),
    ({"k": float("nan")}, "k must be"),
    ({"k": float("inf")}, "k must be"),
    ({"k": "2"}, "k must be"),
    ({"k": True}, "k must be"),
    ({"min_obs": -5}, "min_obs"),
    ({"min_obs": 1.5}, "min_obs"),
    ({"min_obs": 2**63}, "min_obs"),
    ({"iterator": 0}, "iterator"),
    ({"iterator": 2**63}, "iterator"),
    ({"total_n": -1}, "total_masked and total_n"),
    ({"total_masked": float("nan")}, "total_masked and total_n"),
    ({"pseudocount": -1}, "pseudocount"),
    ({"pseudocount": 1e308}, "pseudocount"),
    ({"pseudocount": float("nan")}, "pseudocount"),
    ({"pseudocount": "1"}, "pseudocount"),
    ({"prior_mode": "banana"}, "prior_mode must be one of"),
    ({"prior_mode": "marginal"}, "needs its prior_matrix"),
    ({"prior_matrix": np.full((6, 4), 0.25)}, "has no prior_matrix"),
    ({"prior_mode": "explicit", "prior_matrix": np.full((6, 4), 7.0)}, "sum to 1"),
    ({"prior_mode": "explicit", "prior_matrix": np.full((6, 4), np.nan)}, "sum to 1"),
    ({"stored_cdf": np.full((6, 16, 4), 0.5)}, "rise from 0 to 1"),
    ({"stored_cdf": np.tile([0.5, 0.2, 0.7, 1.0], (6, 16, 1))}, "rise from 0 to 1"),
    ({"stored_cdf": np.full((6, 16, 4), np.nan)}, "NaN in bin 0, which has"),
]


@pytest.mark.parametrize(("change", "message"), IMPOSSIBLE, ids=[message for _, message in IMPOSSIBLE])
def test_an_impossible_model_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        model(**change)


@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.int64, np.float32, np.float64, object])
def test_counts_of_any_type_that_are_counts(dtype):
    counts = np.random.default_rng(1).integers(0, 100, (6, 16, 4))
    assert model(counts=counts.astype(dtype)) == model(counts=counts)


@pytest.mark.parametrize("bin_map", [[0, 1.5, 2], [0, np.nan, 2], ["0", "1", "2"], [0, 2**40, 2]])
def test_a_bin_map_that_is_none(bin_map):
    with pytest.raises(ValueError, match="bin_map"):
        DimSpec("gc", [0, 0.3, 0.6, 1], bin_map)


def test_a_bin_map_and_merge_ranges_that_disagree():
    merge = [{"from": 2, "to": (1, 2)}]
    assert DimSpec("x", [0, 1, 2, 3], [0, 1, 1], merge).merged().tolist() == [0, 1, 1]
    with pytest.raises(ValueError, match="bin_merge of 'x' makes the bin_map"):
        DimSpec("x", [0, 1, 2, 3], [0, 1, 2], merge)


def test_probabilities_are_computed_once(monkeypatch):
    m = model()
    assert m.cdf is m.cdf
    monkeypatch.setattr("gsynth.model.model._MOST_KEPT", 10)
    assert model().cdf is not model().cdf


def test_equality_sees_every_field():
    assert model() == model()
    for change in (
        {"counts": np.zeros((6, 16, 4))},
        {"total_n": 1},
        {"pseudocount": 2},
        {"iterator": 100},
        {"dims": [DimSpec("gc", [0, 0.5, 1]), DimSpec("cpg", [0, 1, 2, 3])]},
        {"prior_mode": "uniform", "prior_matrix": np.full((6, 4), 0.25)},
        {"stored_cdf": np.tile([0.5, 0.5, 0.5, 1.0], (6, 16, 1))},
    ):
        assert model() != model(**change)


def test_repr_is_for_people():
    text = repr(model(min_obs=10**6))
    assert "Markov order 2" in text
    assert "gc (2 bins) x cpg (3 bins), every 200 bp" in text
    assert "sparse: 4 bins" in text  # the two merged away are not counted


@pytest.mark.parametrize("k", [0, 11, 2.5, "5", True, None])
def test_refuses_bad_order(k):
    with pytest.raises(ValueError, match="k must be"):
        GsynthModel(k=k, counts=np.zeros((1, 4, 4)))


def test_refuses_counts_of_another_shape():
    with pytest.raises(ValueError, match="counts has shape"):
        GsynthModel(k=2, counts=np.zeros((1, 4, 4)))


@pytest.mark.parametrize(
    ("spec", "error"),
    [
        (["gc", [0, 1]], TypeError),
        ({"breaks": [0, 1]}, ValueError),
        ({"expr": "gc"}, ValueError),
        ({"expr": "gc", "breaks": [0]}, ValueError),
        ({"expr": "gc", "breaks": [1, 0]}, ValueError),
        ({"expr": "gc", "breaks": [0, float("nan"), 1]}, ValueError),
        ({"expr": "gc", "breaks": [0, 1], "merge": 1}, ValueError),
        ({"expr": "", "breaks": [0, 1]}, ValueError),
        ({"expr": "gc", "breaks": [0, 1], "bin_map": [1]}, ValueError),
    ],
)
def test_refuses_bad_dimensions(spec, error):
    with pytest.raises(error):
        DimSpec.from_mapping(spec)
