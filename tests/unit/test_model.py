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
    assert np.shares_memory(m.counts, counts)
    assert not m.counts.flags.writeable
    assert pickle.loads(pickle.dumps(m)) == m


def test_equality_sees_every_field():
    assert model() == model()
    for change in (
        {"counts": np.zeros((6, 16, 4))},
        {"total_n": 1},
        {"pseudocount": 2},
        {"iterator": 100},
        {"dims": [DimSpec("gc", [0, 0.5, 1]), DimSpec("cpg", [0, 1, 2, 3])]},
        {"prior_mode": "uniform", "prior_matrix": np.full((6, 4), 0.25)},
        {"stored_cdf": np.full((6, 16, 4), 0.5)},
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
