import copy
import itertools
import pickle

import attrs
import numpy as np
import pytest

import gsynth
from gsynth import DimSpec, GsynthModel
from gsynth.model import Outside, freeze
from gsynth.model.smoothing import smoothed_cdf


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
        "bin_merge": [{"from": 2, "to": (1, 2)}], "closed": "left",
    }  # fmt: skip
    assert [c.shape for c in m.model_data["counts"]] == [(16, 4)] * 6
    assert m.model_data["cdf"][3][:, 3].tolist() == [1.0] * 16
    assert (m.total_n, m.total_masked, m.pseudocount, m.min_obs, m.iterator) == (7, 8, 1.0, 0, 200)
    assert (m.prior_mode, m.prior_matrix, m.marginal_fallbacks) == ("none", None, 0)


def test_unstratified():
    m = GsynthModel(k=1, counts=np.zeros((1, 4, 4)))
    assert (m.n_dims, m.dim_sizes, m.total_bins, m.dim_specs) == (0, [1], 1, [])


ARRAYS = ("counts", "prior_matrix", "stored_cdf", "cdf", "per_bin_kmers")
CDF = np.tile([0.1, 0.2, 0.9, 1], (6, 16, 1))


def full(**changes):
    """A model with every array that there can be."""
    prior = {"prior_mode": "explicit", "prior_matrix": np.full((6, 4), 0.25), "stored_cdf": CDF.copy()}
    dims = [DimSpec("gc", [0, 0.4, 1], [1, 1], categories=["low", "high"]), DimSpec("cpg", [-np.inf, 1, 2, np.inf])]
    return model(**({"dims": dims} | prior | changes))


def test_what_the_caller_does_to_an_array_afterwards_changes_nothing():
    counts, prior, cdf = np.ones((2, 4, 4), np.uint64), np.full((2, 4), 0.25), CDF[:2, :4].copy()
    breaks, bin_map = np.array([0.0, 0.5, 1]), np.array([1, 1], np.int32)
    merge, metadata = [{"from": 0.6, "to": (0, 0.5)}], {"lab": 1}
    given = (counts, prior, cdf, breaks, bin_map)
    for array in given:
        array.flags.writeable = False  # which its owner can undo
    dims = [DimSpec("gc", breaks, bin_map), DimSpec("one", [0, 0.5, 1], bin_merge=merge)]
    make = {"prior_mode": "explicit", "prior_matrix": prior, "stored_cdf": cdf, "metadata": metadata}
    m = GsynthModel(k=1, dims=dims[:1], counts=counts, **make)
    before = copy.deepcopy(m)
    for array in given:
        array.flags.writeable = True
        array[...] = 0
    merge[0]["to"] = (9, 9)
    metadata["lab"] = 2
    assert m == before
    assert (m.metadata, dims[1].bin_merge) == ({"lab": 1}, [{"from": 0.6, "to": (0, 0.5)}])
    dims[1].as_dict()["bin_merge"].clear()
    assert dims[1].bin_merge


@pytest.mark.parametrize(
    "remade",
    [
        lambda m: m,
        copy.copy,
        copy.deepcopy,
        attrs.evolve,
        *(lambda m, p=p: pickle.loads(pickle.dumps(m, protocol=p)) for p in range(2, pickle.HIGHEST_PROTOCOL + 1)),
    ],
)
def test_no_array_of_a_model_can_be_written_to(remade):
    m = remade(full())
    arrays = [getattr(m, name) for name in ARRAYS] + [m.dims[0].breaks, m.dims[0].bin_map, model().dims[1].bin_map]
    arrays += m.model_data["counts"] + m.model_data["cdf"] + [remade(model()).cdf]
    for array in arrays:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
        with pytest.raises(ValueError, match="WRITEABLE"):
            array.flags.writeable = True
    assert m == full()
    assert m.metadata == full().metadata


def test_an_array_that_was_given_up_is_kept_without_a_copy():
    counts = np.ones((4, 4, 4), dtype=np.uint64)
    m = GsynthModel(k=1, dims=[DimSpec("gc", [0, 1, 2, 3, 4])], counts=freeze(counts))
    assert np.shares_memory(m.counts, counts)
    assert not counts.flags.writeable
    again = attrs.evolve(m, total_n=3)
    assert np.shares_memory(again.counts, counts)
    # Only the very array that was given up: of a view or a flag nothing is known.
    assert not np.shares_memory(GsynthModel(k=1, counts=m.counts[:1]).counts, counts)
    # Given up, not exempted.
    with pytest.raises(ValueError, match="found -1"):
        GsynthModel(k=1, counts=freeze(np.full((1, 4, 4), -1)))
    with pytest.raises(ValueError, match="sum to 1"):
        GsynthModel(k=1, counts=m.counts[:1], prior_mode="explicit", prior_matrix=freeze(np.full((1, 4), 7.0)))


def test_training_hands_its_table_over(monkeypatch):
    handed = []
    monkeypatch.setattr("gsynth.training.freeze", lambda array: handed.append(array) or freeze(array))
    m = gsynth.train(genome={"a": "ACGTTGCA" * 9}, k=2)
    assert np.shares_memory(m.counts, handed[0])


def spoilt(value, dtype, place=(4, 6, 3)):
    counts = np.ones((6, 16, 4), dtype=dtype)
    counts[place] = value
    return counts


@pytest.mark.parametrize(
    ("value", "dtype", "found"),
    [
        (-1, np.int64, "-1"),
        (-1, np.int8, "-1"),
        (0.9, np.float64, "0.9"),
        (0.5, np.float16, "0.5"),
        (0.5, np.float32, "0.5"),
        (np.nan, np.float64, "nan"),
        (np.nan, np.float32, "nan"),
        (np.inf, np.float64, "inf"),
        (np.inf, np.float16, "inf"),
        (-np.inf, np.longdouble, "-inf"),
        (2.0**63, np.float64, "9.2"),
        (-1, object, "-1"),
        (2**63, object, str(2**63)),
        (0.5, object, "0.5"),
        (None, object, "None"),
        ("7", object, "'7'"),
        (True, object, "True"),
        pytest.param(10**5000, object, "too many digits", id="huge"),
    ],
)
def test_a_count_that_is_none_is_shown_with_its_place(value, dtype, found):
    with pytest.raises(ValueError, match="counts must be") as caught:
        model(counts=spoilt(value, dtype))
    assert str(caught.value).endswith(f"for T after CG in bin 4 ({model().bin_label(4)})")
    assert found in str(caught.value)


def test_the_first_of_several_is_shown_also_far_into_a_large_table():
    counts = np.ones((2, 4**8, 4))
    counts[1, 40_000, 2] = counts[1, 40_001, 0] = counts[1, 65_535, 3] = 0.5
    context = "".join(next(itertools.islice(itertools.product("ACGT", repeat=8), 40_000, None)))
    with pytest.raises(ValueError, match=rf"0\.5 for G after {context} in bin 1 \(gc 1-2\)"):
        GsynthModel(k=8, dims=[DimSpec("gc", [0, 1, 2])], counts=counts)


@pytest.mark.parametrize(
    "dtype",
    [np.uint8, np.int16, np.uint32, np.int64, ">u8", "<u8", np.float16, np.float32, ">f8", np.longdouble, object],
)
def test_whole_counts_of_any_dtype_are_taken(dtype):
    values = np.random.default_rng(3).integers(0, 100, (6, 16, 4))
    for given in (values.astype(dtype), np.asfortranarray(values.astype(dtype)), values.astype(dtype).tolist()):
        m = model(counts=given)
        assert m.counts.tolist() == values.tolist()
        assert (m.counts.dtype, m.counts.flags.c_contiguous) == (np.uint64, True)


@pytest.mark.parametrize(
    "counts",
    [
        np.ones((6, 16, 4), bool),
        np.ones((6, 16, 4), complex),
        np.full((6, 16, 4), "1"),
        np.full((6, 16, 4), np.datetime64("2020")),
        np.ma.masked_equal(np.arange(6 * 16 * 4).reshape(6, 16, 4), 3),
        [[[1, 2, 3, 4], [1, 2]]],
        None,
        "counts",
    ],
)
def test_counts_that_are_no_numbers_at_all_are_refused(counts):
    with pytest.raises(ValueError, match="counts"):
        model(counts=counts)


def test_sums_are_exact_up_to_int64_and_refused_beyond():
    dims = [DimSpec("gc", [0, 1, 2])]
    counts = np.zeros((2, 4, 4), np.uint64)
    counts[0, 0, 0], counts[0, 3, 3], counts[1, 2, 2] = 2**62, 2**61, 2**61 - 1
    m = GsynthModel(k=1, dims=dims, counts=counts)
    assert (m.per_bin_kmers.tolist(), m.total_kmers) == ([2**62 + 2**61, 2**61 - 1], 2**63 - 1)
    counts[1, 0, 0] = 1
    with pytest.raises(ValueError, match="counts sum to 9,223,372,036,854,775,808 in all"):
        GsynthModel(k=1, dims=dims, counts=counts)
    # Each sum is 2**64 and would wrap to 0.
    with pytest.raises(ValueError, match=r"counts of bin 0 \(gc 0-1\) sum to 18,446,744,073,709,551,616"):
        GsynthModel(k=1, dims=dims, counts=np.full((2, 4, 4), 2**60, np.uint64))
    counts[0, 0, 0] = 2**64 - 1
    with pytest.raises(ValueError, match="counts of bin 0"):
        GsynthModel(k=1, dims=dims, counts=counts)


IMPOSSIBLE = [
    ({"counts": np.full((6, 16, 4), -1)}, "found -1 for A after AA in bin 0"),
    ({"counts": np.full((6, 16, 4), 0.9)}, r"found 0\.9 for A after AA"),
    ({"counts": np.full((6, 16, 4), np.nan)}, "whole numbers"),
    ({"counts": np.full((6, 16, 4), np.inf)}, "whole numbers"),
    ({"counts": np.full((6, 16, 4), True)}, "array of bool"),
    ({"counts": np.full((6, 16, 4), "1")}, "array of <U1"),
    ({"counts": np.full((6, 16, 4), None)}, "whole numbers"),
    ({"counts": np.full((6, 16, 4), 2**62, dtype=np.uint64)}, r"the limit is 2\*\*63"),
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
    ({"total_n": -1}, "total_n"),
    ({"total_masked": float("nan")}, "total_masked"),
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
    ({"stored_cdf": np.full((6, 16, 4), np.nan)}, "NaN after AA in bin 0 .*, which has"),
]


@pytest.mark.parametrize(("change", "message"), IMPOSSIBLE, ids=[message for _, message in IMPOSSIBLE])
def test_an_impossible_model_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        model(**change)


NOT_WHOLE = [-1, 0.5, float("nan"), float("inf"), "5", True, None, 2**63, 10**5000, [1], np.array([1, 2])]


@pytest.mark.parametrize("name", ["min_obs", "total_masked", "total_n", "marginal_fallbacks"])
def test_whole_numbers(name):
    for value in NOT_WHOLE:
        with pytest.raises(ValueError, match=f"{name} must be a whole number"):
            model(**{name: value})
    for value in (5, 5.0, np.uint8(5), np.float32(5), np.array(5)):
        found = getattr(model(**{name: value}), name)
        assert (found, type(found)) == (5, int)
    assert getattr(model(**{name: 2**63 - 1}), name) == 2**63 - 1


def test_iterator():
    for value in (0, -1, 0.5, float("nan"), "5", True, 2**62, 10**5000):
        with pytest.raises(ValueError, match="iterator must be a whole number from 1"):
            model(iterator=value)
        with pytest.raises(ValueError, match="iterator must be a whole number from 1"):
            gsynth.train({"expr": "gc", "breaks": [0, 1]}, genome={"a": "ACGT" * 9}, k=1, iterator=value)
    assert model(iterator=5.0).iterator == 5
    assert model(iterator=None).iterator is None


def test_a_cdf_is_computed_once(monkeypatch):
    calls = []
    monkeypatch.setattr("gsynth.model.model.smoothed_cdf", lambda *args: calls.append(1) or smoothed_cdf(*args))
    m = model(min_obs=10**6)
    assert [m.cdf[i, 0, 3] for i in range(6)] == pytest.approx([np.nan] * 6, nan_ok=True)
    assert [len(m.model_data["cdf"]) for _ in range(3)] == [6] * 3
    assert len(calls) == 1
    m.computed_cdf()
    assert len(calls) == 2
    assert attrs.evolve(m, min_obs=0).cdf[0, 0, 3] == 1
    monkeypatch.setattr("gsynth.model.model._MOST_KEPT", 10)
    large = model()
    assert large.cdf is not large.cdf


def test_a_part_of_the_cdf_is_that_of_the_whole():
    for changes in (
        {},
        {"min_obs": 3300},
        {"prior_mode": "explicit", "prior_matrix": np.tile([0.1, 0.2, 0.3, 0.4], (6, 1))},
    ):
        m = model(**changes)
        for start, stop in [(0, 1), (2, 5), (5, 6)]:
            assert np.array_equal(m.computed_cdf(start, stop), m.cdf[start:stop], equal_nan=True)


@pytest.mark.parametrize(
    "row",
    [
        [0.5, 0.4, 1, 1],
        [0.1, 0.2, 0.3, 0.4],
        [0.1, 0.2, 1.1, 1],
        [-0.1, 0, 1, 1],
        [np.nan, 0.5, 1, 1],
        [0, 0, 1, np.inf],
    ],
)
def test_a_stored_row_that_does_not_rise_to_1_is_shown_with_its_place(row):
    cdf = CDF.copy()
    cdf[2, 5] = row
    with pytest.raises(ValueError, match=r"must rise from 0 to 1 .* after CC in bin 2 \(gc 0-0.4, cpg 1-2\)"):
        model(stored_cdf=cdf)


def test_single_precision_of_other_programs_is_kept():
    cdf = CDF.copy()
    cdf[..., 3] = 1 - 5e-7
    cdf[0, 0] = [0.3, 0.3 - 5e-7, 1 + 5e-7, 1]
    assert np.array_equal(model(stored_cdf=cdf).cdf, cdf)


def test_only_a_sparse_or_an_empty_bin_may_be_nan():
    counts = model().counts.copy()
    counts[3] = 0
    cdf = CDF.copy()
    cdf[3] = np.nan
    assert np.isnan(model(counts=counts, stored_cdf=cdf).cdf[3]).all()
    cdf[4, 6:] = np.nan
    with pytest.raises(ValueError, match=r"NaN after CG in bin 4 \(gc 0-0.4, cpg 2-3\), which has enough observations"):
        model(counts=counts, stored_cdf=cdf)
    assert np.isnan(model(counts=counts, stored_cdf=cdf, min_obs=10**6).cdf[4, 6:]).all()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"stored_cdf": np.ones((6, 16, 4), bool)}, ValueError),
        ({"stored_cdf": np.ones((6, 16))}, ValueError),
        ({"stored_cdf": "cdf"}, ValueError),
        ({"dims": DimSpec("gc", [0, 1])}, TypeError),
        ({"dims": {"expr": "gc", "breaks": [0, 1]}}, TypeError),
        ({"dims": "gc"}, TypeError),
        ({"dims": ["gc", "cpg"]}, TypeError),
        ({"dims": 3}, TypeError),
        ({"metadata": ["lab"]}, TypeError),
        ({"dims": model().dims[:1]}, ValueError),
    ],
)
def test_refuses_what_is_something_else(changes, error):
    with pytest.raises(error):
        model(**changes)


def test_the_table_of_a_pickle_is_not_copied_once_more():
    remake, (kind, fields) = model().__reduce__()
    counts = fields["counts"].copy()
    assert np.shares_memory(remake(kind, {**fields, "counts": counts}).counts, counts)


def test_a_pickle_that_was_tampered_with_makes_no_impossible_model():
    kind, (model_kind, fields) = model().__reduce__()
    with pytest.raises(ValueError, match="found -1"):
        kind(model_kind, {**fields, "counts": np.full((6, 16, 4), -1)})


def test_equality_sees_every_field():
    assert model() == model()
    for change in (
        {"counts": np.zeros((6, 16, 4))},
        {"total_n": 1},
        {"total_masked": 1},
        {"pseudocount": 2},
        {"min_obs": 1},
        {"marginal_fallbacks": 1},
        {"iterator": 100},
        {"dims": [DimSpec("gc", [0, 0.5, 1]), DimSpec("cpg", [0, 1, 2, 3])]},
        {"prior_mode": "uniform", "prior_matrix": np.full((6, 4), 0.25)},
        {"stored_cdf": CDF},
    ):
        assert model() != model(**change)
    explicit = [full(prior_matrix=np.tile(row, (6, 1))) for row in ([0.25] * 4, [0.1, 0.2, 0.3, 0.4])]
    assert explicit[0] != explicit[1]
    assert full() != full(prior_mode="uniform")
    assert full() != full(stored_cdf=CDF**2)
    assert model() != "a model"


def test_equality_is_about_what_a_model_does_not_who_wrote_it():
    assert model(metadata={"writer": "me"}) == model()
    by_ranges = DimSpec("gc", [0, 1, 2], bin_merge=[{"from": 1, "to": (0, 1)}])
    assert by_ranges == DimSpec("gc", [0, 1, 2], [0, 0])
    assert DimSpec("gc", [0, 1, 2], [0, 1]) == DimSpec("gc", [0, 1, 2])
    others = [
        ("at", [0, 1, 2]),
        ("gc", [0, 1, 3]),
        ("gc", [0, 1, 2], [1, 1]),
        ("gc", [0, 1, 2], None, None, ["a", "b"]),
    ]
    for other in others:
        assert DimSpec("gc", [0, 1, 2]) != DimSpec(*other)


def test_repr_is_for_people():
    text = repr(model(min_obs=10**6))
    assert "Markov order 2" in text
    assert "gc (2 bins) x cpg (3 bins), every 200 bp" in text
    assert "sparse: 4 bins" in text  # the two merged away are not counted


@pytest.mark.parametrize(
    "k", [0, 11, 2.5, "5", True, None, float("nan"), float("inf"), pytest.param(10**5000, id="huge"), [2]]
)
def test_refuses_bad_order(k):
    with pytest.raises(ValueError, match="k must be"):
        GsynthModel(k=k, counts=np.zeros((1, 4, 4)))


def test_takes_a_whole_order_of_any_kind():
    for k in (2, 2.0, np.int8(2), np.array(2.0)):
        assert model(k=k).k == 2
        assert type(model(k=k).k) is int


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
        ({"expr": "gc", "breaks": [float("nan"), 1]}, ValueError),
        ({"expr": "gc", "breaks": [-np.inf, -np.inf, 1]}, ValueError),
        ({"expr": "gc", "breaks": [0, 1, np.inf, np.inf]}, ValueError),
        ({"expr": "gc", "breaks": ["0", "1"]}, ValueError),
        ({"expr": "gc", "breaks": [0, "1"]}, ValueError),
        ({"expr": "gc", "breaks": [0, None]}, ValueError),
        ({"expr": "gc", "breaks": np.array([0, object()], object)}, ValueError),
        ({"expr": "gc", "breaks": [False, True]}, ValueError),
        ({"expr": "gc", "breaks": [0, 1j]}, ValueError),
        ({"expr": "gc", "breaks": [0, 10**400]}, ValueError),
        ({"expr": "gc", "breaks": np.ma.masked_equal([0, 1, 2], 1)}, ValueError),
        ({"expr": "gc", "breaks": [[0, 1], [2, 3]]}, ValueError),
        ({"expr": 5, "breaks": [0, 1]}, ValueError),
        ({"expr": None, "breaks": [0, 1]}, ValueError),
        ({"expr": b"gc", "breaks": [0, 1]}, ValueError),
        ({"expr": "gc", "breaks": [0, 1, 2], "bin_map": [0, 0.5]}, ValueError),
        ({"expr": "gc", "breaks": [0, 1, 2], "bin_map": [0, float("nan")]}, ValueError),
        ({"expr": "gc", "breaks": [0, 1, 2], "bin_map": [0, float("inf")]}, ValueError),
        ({"expr": "gc", "breaks": [0, 1, 2], "bin_map": [0, 2**32]}, ValueError),
        ({"expr": "gc", "breaks": [0, 1, 2], "bin_map": [0, -1]}, ValueError),
        ({"expr": "gc", "breaks": [0, 1, 2], "bin_map": ["0", "1"]}, ValueError),
        ({"expr": "gc", "breaks": [0, 1, 2], "bin_map": [True, True]}, ValueError),
        ({"expr": "gc", "breaks": [0, 1, 2], "bin_map": [[0, 1]]}, ValueError),
        ({"expr": "gc", "breaks": [0, 1, 2], "bin_map": [0, 1], "bin_merge": [{"from": 1, "to": (0, 1)}]}, ValueError),
        ({"expr": "gc", "breaks": [0, 1], "bin_map": [0], "bin_merge": "all"}, TypeError),
        ({"expr": "gc", "breaks": [0, 1], "categories": "a"}, ValueError),
        ({"expr": "gc", "breaks": [0, 1], "categories": [1]}, ValueError),
        ({"expr": "gc", "breaks": [0, 1], "merge": 1}, ValueError),
        ({"expr": "", "breaks": [0, 1]}, ValueError),
        ({"expr": "gc", "breaks": [0, 1], "bin_map": [1]}, ValueError),
    ],
)
def test_refuses_bad_dimensions(spec, error):
    with pytest.raises(error):
        DimSpec.from_mapping(spec)


def test_a_map_that_ranges_contradict_is_refused():
    with pytest.raises(ValueError, match=r"bin_merge of 'x' makes the bin_map \[0, 1, 1\], found \[0, 1, 2\]"):
        DimSpec("x", [0, 1, 2, 3], [0, 1, 2], [{"from": 2, "to": (1, 2)}])


def test_ranges_and_a_map_that_agree_are_kept():
    merge = [{"from": 1, "to": (0, 1)}]
    for bin_map in ([0, 0], [0.0, 0.0], np.zeros(2, np.int64)):
        dim = DimSpec("gc", [0, 1, 2], bin_map, merge)
        assert (dim.bin_map.tolist(), dim.bin_map.dtype, dim.bin_merge) == ([0, 0], np.int32, merge)


def test_nan_is_not_a_valid_break():
    with pytest.raises(ValueError, match="NaN is not a valid break"):
        DimSpec("gc", [0, np.nan, 1])


def test_a_notebook_shows_what_info_prints():
    dims = [DimSpec("gc", [0, 0.5, 0.7, 0.9, 1]), DimSpec("a < b & c", [0, 1])]
    counts = np.zeros((4, 4, 4))
    counts[0], counts[1, 0, 0], counts[2] = 1000, 1, 5
    outside = Outside(counts=np.full((4, 4), 7), causes=[[0, 56, 0], [3, 0, 0]])
    shown = GsynthModel(k=1, dims=dims, counts=counts, outside=outside, min_obs=50)
    html = shown._repr_html_()
    for text in ("a &lt; b &amp; c", "112 observations", "gc 56 below 0", "<td>16,000</td>", "<td>sparse</td>"):
        assert text in html
    assert "a < b" not in html
    text = repr(shown)
    assert "empty: 1 bin with no observations" in text
    assert "thin: 1 bin with fewer than 16" in text
    assert "sparse: 2 bins with fewer than 50" in text
    assert (shown.empty_bins.tolist(), shown.thin_bins.tolist(), shown.sparse_bins.tolist()) == ([3], [1], [1, 3])
