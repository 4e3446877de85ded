import collections
import subprocess
import sys
import types
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gsynth
from gsynth import GsynthModel
from gsynth.model.priors import resolve_prior
from gsynth.model.smoothing import Smoothing, smoothed_cdf
from gsynth.model.thresholds import thresholds_from_cdf, thresholds_from_counts
from gsynth.testing import oracle

COUNTS = np.array([[[5, 0, 1, 2]] * 4, [[0, 0, 0, 0]] * 4, [[0, 9, 0, 0]] * 4], dtype=np.uint64)
NONE_SPARSE = np.zeros(3, dtype=bool)


def exact(row, pseudocount, prior=None):
    return [float(p) for p in oracle.cumulative([int(n) for n in row], Fraction(pseudocount), prior)]


@settings(derandomize=True, max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 2**40), min_size=4, max_size=4), st.sampled_from([0, 0.25, 1, 7]))
def test_additive_smoothing(row, pseudocount):
    counts = np.array(row, dtype=np.uint64).reshape(1, 1, 4)
    cdf = smoothed_cdf(counts, pseudocount, None, np.zeros(1, bool))
    assert cdf[0, 0] == pytest.approx(exact(row, pseudocount), abs=1e-15)
    assert cdf[0, 0, 3] == 1.0


@pytest.mark.parametrize("last", [2, 3])
@pytest.mark.parametrize(("pseudocount", "prior"), [(0.0, None), (0.3, [0.1, 0.7, 0.2, 0.0]), (0.3, [0.3, 0.7, 0, 0])])
def test_last_bases_without_probability_are_impossible_however_the_others_round(last, pseudocount, prior):
    counts = np.random.default_rng(1).integers(0, 1000, (1, 4**6, 4)).astype(np.uint64)
    counts[..., last:] = 0
    matrix = None if prior is None else np.array([prior])
    rows = [exact(row, pseudocount, prior) for row in counts[0].tolist()]
    certain = np.array([[p == 1.0 for p in row] for row in rows])
    assert certain[:, 2].any()
    # 1 and not the largest number below it, in thousands of rows.
    assert ((smoothed_cdf(counts, pseudocount, matrix, NONE_SPARSE[:1])[0] == 1.0) == certain).all()
    found = thresholds_from_counts(counts, pseudocount, matrix, NONE_SPARSE[:1])[0]
    assert ((found == 2**31) == certain[:, :3]).all()


@pytest.mark.parametrize("prior", ["uniform", "marginal", "global", [1, 2, 3, 4], np.ones((3, 4))])
def test_priors(prior):
    _, matrix, fallbacks = resolve_prior(prior, COUNTS)
    assert matrix.sum(axis=1) == pytest.approx(1)
    assert fallbacks == (1 if isinstance(prior, str) and prior == "marginal" else 0)
    cdf = smoothed_cdf(COUNTS, 2.0, matrix, NONE_SPARSE)
    for i in range(3):
        assert cdf[i, 0] == pytest.approx(exact(COUNTS[i, 0], 2, matrix[i].tolist()), abs=1e-14)


def test_marginal_is_the_bins_own_composition_and_global_the_pooled_one():
    assert resolve_prior("marginal", COUNTS)[1].tolist() == [[5 / 8, 0, 1 / 8, 2 / 8], [0.25] * 4, [0, 1, 0, 0]]
    assert resolve_prior("global", COUNTS)[1].tolist() == [[20 / 68, 36 / 68, 4 / 68, 8 / 68]] * 3


HUGE = 10**5000
BAD_PRIORS = {
    "unknown": "beta",
    "short": [1, 2],
    "negative": [-1, 1, 1, 1],
    "nothing": [0, 0, 0, 0],
    "two rows": np.ones((2, 4)),
    "one row": np.ones((1, 4)),
    "nan": [np.nan] * 4,
    "infinite": [1, 1, 1, np.inf],
    "overflows": [1e308] * 4,
    "texts": ["0.1", "0.2", "0.3", "0.4"],
    "bools": [True, False, False, False],
    "huge": [HUGE, 1, 1, 1],
    "one number": 0.25,
    "ragged": [[1, 2, 3, 4], [1, 2]],
    "object": object(),
}


@pytest.mark.parametrize("prior", BAD_PRIORS.values(), ids=BAD_PRIORS)
def test_refuses_bad_priors_before_anything_is_counted(prior, monkeypatch):
    with pytest.raises((ValueError, TypeError), match="prior"):
        resolve_prior(prior, COUNTS)
    monkeypatch.setattr("gsynth.training.count_intervals", None)
    with pytest.raises((ValueError, TypeError), match="prior"):
        gsynth.train({"expr": "gc", "breaks": [0, 0.3, 0.6, 1]}, genome={"a": "ACGT" * 9}, k=1, iterator=4, prior=prior)


EXPECTED = [0.1, 0.2, 0.3, 0.4]
ROWS = [[0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1], [0.25, 0.25, 0.25, 0.25]]


def columns(names, rows=ROWS):
    """The columns of those bases, in the order of `names`."""
    return {name: [row["ACGT".index(name.upper())] for row in rows] for name in names}


ORDERS = ["ACGT", "TGCA", "GATC", "tgca", "TgCa"]


@pytest.mark.parametrize("names", ORDERS)
@pytest.mark.parametrize(
    "kind", ["dict", "mapping", "counter", "namedtuple", "structured", "pandas series", "pandas row"]
)
def test_a_vector_goes_by_its_names(names, kind):
    prior: object
    plain = {name: column[0] for name, column in columns(names).items()}
    if kind == "dict":
        prior = plain
    elif kind == "mapping":
        prior = types.MappingProxyType(plain)
    elif kind == "counter":
        prior = collections.Counter({name: round(10 * value) for name, value in plain.items()})
    elif kind == "namedtuple":
        prior = collections.namedtuple("Prior", plain)(**plain)
    elif kind == "structured":
        prior = np.array([tuple(plain.values())], dtype=[(name, float) for name in names])[0]
    else:
        pd = pytest.importorskip("pandas")
        prior = pd.Series(plain) if kind == "pandas series" else pd.DataFrame([plain, plain]).iloc[1]
    mode, matrix, _ = resolve_prior(prior, COUNTS)
    assert mode == "explicit"
    assert matrix == pytest.approx(np.tile(EXPECTED, (3, 1)))


@pytest.mark.parametrize("names", ORDERS)
@pytest.mark.parametrize("kind", ["dict", "arrays", "structured", "pandas", "polars", "pyarrow"])
def test_a_matrix_goes_by_the_names_of_its_columns(names, kind):
    prior: object
    table = columns(names)
    if kind == "arrays":
        prior = {name: np.array(column) for name, column in table.items()}
    elif kind == "structured":
        prior = np.array(list(zip(*table.values(), strict=True)), dtype=[(name, float) for name in names])
    elif kind == "dict":
        prior = table
    else:
        library = pytest.importorskip(kind)
        prior = library.table(table) if kind == "pyarrow" else library.DataFrame(table)
    assert resolve_prior(prior, COUNTS)[1] == pytest.approx(np.array(ROWS))
    model = gsynth.train(
        {"expr": "gc", "breaks": [0, 0.3, 0.6, 1]}, genome={"a": "ACGT" * 9}, k=1, iterator=4, prior=prior
    )
    assert model.prior_matrix == pytest.approx(np.array(ROWS))


@pytest.mark.parametrize("kind", ["dict", "pandas", "polars", "pyarrow"])
@pytest.mark.parametrize("names", ["ACG", "ACGU", "ACGTN", "ACGTa", "acgtT"])
def test_wrong_missing_and_further_names_are_refused(kind, names):
    table = {name: [0.25] * 3 for name in names}
    if kind != "dict":
        library = pytest.importorskip(kind)
        table = library.table(table) if kind == "pyarrow" else library.DataFrame(table)
    with pytest.raises(ValueError, match="prior must be named exactly A, C, G and T"):
        resolve_prior(table, COUNTS)


@pytest.mark.parametrize(
    "prior",
    [
        {},
        {"A": 0.1, "C": 0.2, "G": 0.3, 3: 0.4},
        {"A": [0.1] * 3, "C": [0.1] * 3, "G": [0.1] * 3, "T": [0.1] * 2},
        {"A": [0.1] * 3, "C": 0.1, "G": 0.1, "T": 0.1},
        {"A": "0.1", "C": "0.2", "G": "0.3", "T": "0.4"},
        {"A": 0.1, "C": 0.2, "G": 0.3, "T": None},
        {"A": [0.1], "C": [0.2], "G": [0.3], "T": [0.4]},
        {"A": [[0.1] * 3], "C": [[0.1] * 3], "G": [[0.1] * 3], "T": [[0.1] * 3]},
    ],
)
def test_refuses_names_with_values_that_are_no_prior(prior):
    with pytest.raises((ValueError, TypeError), match="prior"):
        resolve_prior(prior, COUNTS)


def test_values_without_names_are_in_the_order_of_the_bases():
    pd = pytest.importorskip("pandas")
    for prior in (EXPECTED, tuple(EXPECTED), np.array(EXPECTED), pd.Series(EXPECTED)):
        assert resolve_prior(prior, COUNTS)[1] == pytest.approx(np.tile(EXPECTED, (3, 1)))
    for prior in (ROWS, np.array(ROWS), pd.DataFrame(ROWS)):
        assert resolve_prior(prior, COUNTS)[1] == pytest.approx(np.array(ROWS))
    for name in ("polars", "pyarrow"):
        library = pytest.importorskip(name)
        vector = library.Series(EXPECTED) if name == "polars" else library.array(EXPECTED)
        assert resolve_prior(vector, COUNTS)[1] == pytest.approx(np.tile(EXPECTED, (3, 1)))


def test_labels_that_say_neither_bases_nor_positions_are_refused():
    pd = pytest.importorskip("pandas")
    with pytest.raises(ValueError, match="must be named exactly A, C, G and T"):
        resolve_prior(pd.Series(EXPECTED).sort_values(ascending=False), COUNTS)
    with pytest.raises(ValueError, match="must be named exactly A, C, G and T"):
        resolve_prior(pd.Series(EXPECTED, index=list("ACCT")), COUNTS)
    frame = pd.DataFrame(columns("ACGT"))
    with pytest.raises(ValueError, match="not in the order of the bins"):
        resolve_prior(frame.sort_values("A"), COUNTS)
    assert resolve_prior(frame.set_index(pd.Index(["low", "middle", "high"])), COUNTS)[1] == pytest.approx(
        np.array(ROWS)
    )
    twice = pd.DataFrame(np.ones((3, 5)), columns=list("ACGTA"))
    with pytest.raises(ValueError, match="prior"):
        resolve_prior(twice, COUNTS)


def test_a_named_prior_trains_without_pandas():
    code = (
        "import sys; sys.modules['pandas'] = None; import gsynth; "
        "m = gsynth.train(genome={'a': 'ACGT' * 9}, k=1, prior={'T': .4, 'G': .3, 'C': .2, 'A': .1}); "
        "print(m.prior_matrix.tolist())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[[0.1, 0.2, 0.3, 0.4]]"


PSEUDOCOUNTS = {
    "negative": -1,
    "nan": float("nan"),
    "infinite": float("inf"),
    "text": "1",
    "bool": True,
    "none": None,
    "too large to add": 1e308,
    "larger than all counts": 1.1e15,
    "subnormal": 5e-324,
    "huge": HUGE,
    "two": [1, 2],
}


@pytest.mark.parametrize("pseudocount", PSEUDOCOUNTS.values(), ids=PSEUDOCOUNTS)
def test_bad_pseudocounts_are_refused_at_every_door(pseudocount):
    for make in (
        lambda: Smoothing(pseudocount=pseudocount),
        lambda: GsynthModel(k=1, counts=np.ones((1, 4, 4)), pseudocount=pseudocount),
        lambda: gsynth.train(genome={"a": "ACGT" * 9}, k=1, pseudocount=pseudocount),
    ):
        with pytest.raises(ValueError, match="pseudocount"):
            make()


@pytest.mark.parametrize("pseudocount", [sys.float_info.min, 1e-300, 1e-9, 1e15])
@pytest.mark.parametrize("prior", [None, [1, 2, 3, 4], "uniform"])
def test_any_pseudocount_that_is_taken_gives_the_right_probabilities(pseudocount, prior):
    model = gsynth.train(genome={"a": "AACC" * 9}, k=1, pseudocount=pseudocount, prior=prior)
    pi = None if prior is None else model.prior_matrix[0].tolist()
    for context in range(4):
        row = model.counts[0, context]
        assert model.cdf[0, context] == pytest.approx(exact(row, pseudocount, pi), abs=1e-14)


@pytest.mark.parametrize("min_obs", [-5, 0.5, float("nan"), "5", True, 2**63])
def test_bad_min_obs_is_refused_at_every_door(min_obs):
    for make in (
        lambda: Smoothing(min_obs=min_obs),
        lambda: GsynthModel(k=1, counts=np.ones((1, 4, 4)), min_obs=min_obs),
        lambda: gsynth.train(genome={"a": "ACGT" * 9}, k=1, min_obs=min_obs),
    ):
        with pytest.raises(ValueError, match="min_obs"):
            make()


QUARTERS = np.full((1, 4), 0.25)


@pytest.mark.parametrize(
    ("mode", "matrix", "message"),
    [
        ("marginal", None, "needs its prior_matrix"),
        ("uniform", None, "needs its prior_matrix"),
        ("global", None, "needs its prior_matrix"),
        ("explicit", None, "needs its prior_matrix"),
        ("none", QUARTERS, "has no prior_matrix"),
        ("beta", QUARTERS, "prior_mode must be one of"),
        (None, None, "prior_mode must be one of"),
        (["none"], None, "prior_mode must be one of"),
        ("uniform", [[0.1, 0.2, 0.3, 0.4]], "means 0.25 for every base"),
        ("explicit", np.full((1, 4), 7.0), r"sum to 1, found \[7.0, 7.0, 7.0, 7.0\] for bin 0"),
        ("explicit", [[0.5, 0.5, 0.5, -0.5]], "sum to 1"),
        ("explicit", [[np.nan] * 4], "sum to 1"),
        ("explicit", [[np.inf, 0, 0, 0]], "sum to 1"),
        ("explicit", [[0.25, 0.25, 0.25, 0.2501]], "sum to 1"),
        ("explicit", [0.25] * 4, "4 columns"),
        ("explicit", [[0.2] * 5], "4 columns"),
        ("explicit", [["0.25"] * 4], "must be numbers"),
        ("explicit", np.full((2, 4), 0.25), "shape"),
    ],
)
def test_modes_and_matrices_that_do_not_go_together_are_refused(mode, matrix, message):
    with pytest.raises(ValueError, match=message):
        GsynthModel(k=1, counts=np.ones((1, 4, 4)), prior_mode=mode, prior_matrix=matrix)


def test_a_prior_of_few_digits_is_taken_as_it_is():
    row = [0.3333333, 0.3333333, 0.3333333, 0]
    model = GsynthModel(k=1, counts=np.ones((1, 4, 4)), prior_mode="explicit", prior_matrix=[row])
    assert model.prior_matrix.tolist() == [row]
    assert model.smoothing.prior_matrix is model.prior_matrix


def test_equal_smoothing():
    plain = {"prior_mode": "explicit", "prior_matrix": QUARTERS}
    assert Smoothing(**plain) == Smoothing(**plain)
    assert Smoothing() == Smoothing(pseudocount=1)
    changes = ({"pseudocount": 2}, {"min_obs": 1}, {"marginal_fallbacks": 1}, {"prior_matrix": [[0.1, 0.2, 0.3, 0.4]]})
    for change in (*changes, {"prior_mode": "uniform"}):
        assert Smoothing(**plain) != Smoothing(**{**plain, **change})
    assert Smoothing() != "smoothing"


def test_nothing_at_all_is_uniform_and_sparse_bins_are_nan():
    cdf = smoothed_cdf(COUNTS, 0.0, None, np.array([True, False, False]))
    assert np.isnan(cdf[0]).all()
    assert cdf[1, 0].tolist() == [0.25, 0.5, 0.75, 1]
    thresholds = thresholds_from_cdf(cdf)
    assert thresholds[0].tolist() == thresholds[1].tolist() == thresholds[3].tolist()


def test_certain_and_impossible_are_exact():
    thresholds = thresholds_from_cdf(smoothed_cdf(COUNTS, 0.0, None, NONE_SPARSE))
    assert thresholds.dtype == np.uint32
    assert thresholds[2, 0].tolist() == [0, 2**31, 2**31]
    assert thresholds.shape == (4, 4, 3)


@settings(derandomize=True, max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
def test_thresholds_are_the_floor_of_the_cdf(seed):
    counts = np.random.default_rng(seed).integers(0, 50, (2, 16, 4)).astype(np.uint64)
    cdf = smoothed_cdf(counts, 0.5, None, np.zeros(2, bool))
    assert np.array_equal(thresholds_from_cdf(cdf), oracle.thresholds(cdf))


@pytest.mark.parametrize("order", [2, 8])
@pytest.mark.parametrize("pseudocount", [0.0, 0.3])
@pytest.mark.parametrize("prior", [None, [1, 2, 3, 4]])
def test_thresholds_from_counts_are_those_of_the_cdf(order, pseudocount, prior):
    counts = np.random.default_rng(order).integers(0, 5, (3, 4**order, 4)).astype(np.uint64)
    counts[2, ::3] = 0
    matrix = resolve_prior(prior, counts)[1]
    sparse = np.array([False, True, False])
    cdf = smoothed_cdf(counts, pseudocount, matrix, sparse)
    found = thresholds_from_counts(counts, pseudocount, matrix, sparse)
    assert np.array_equal(found, oracle.thresholds(cdf))
    assert np.array_equal(found, thresholds_from_cdf(cdf))
