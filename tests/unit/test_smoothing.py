from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gsynth.model.smoothing import resolve_prior, smoothed_cdf
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


@pytest.mark.parametrize("prior", ["beta", [1, 2], [-1, 1, 1, 1], [0, 0, 0, 0], np.ones((2, 4)), [np.nan] * 4])
def test_refuses_bad_priors(prior):
    with pytest.raises(ValueError, match="prior"):
        resolve_prior(prior, COUNTS)


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


TABLE = np.ones((3, 4, 4), dtype=np.uint64)
WEIGHTS = {"T": 0.4, "G": 0.3, "C": 0.2, "A": 0.1}
ORDERED = [0.1, 0.2, 0.3, 0.4]


@pytest.mark.parametrize("kind", ["dict", "lower case", "pandas Series", "pandas", "polars", "pyarrow", "sequence"])
def test_a_prior_with_names_goes_by_them(kind):
    if kind == "dict":
        prior: Any = WEIGHTS
    elif kind == "lower case":
        prior = {name.lower(): value for name, value in WEIGHTS.items()}
    elif kind == "sequence":
        prior = ORDERED
    else:
        library = pytest.importorskip(kind.split()[0])
        rows = {name: [value] * 3 for name, value in WEIGHTS.items()}
        if kind == "pandas Series":
            prior = library.Series(WEIGHTS)
        else:
            prior = library.table(rows) if kind == "pyarrow" else library.DataFrame(rows)
    mode, matrix, _ = resolve_prior(prior, TABLE)
    assert mode == "explicit"
    np.testing.assert_allclose(matrix, [ORDERED] * 3)


def test_numbers_without_names_are_a_c_g_t():
    pandas = pytest.importorskip("pandas")
    np.testing.assert_allclose(resolve_prior(pandas.Series(ORDERED), TABLE)[1], [ORDERED] * 3)
    np.testing.assert_allclose(resolve_prior(np.array([ORDERED] * 3), TABLE)[1], [ORDERED] * 3)


@pytest.mark.parametrize("prior", [{"A": 1, "C": 1, "G": 1}, {"A": 1, "C": 1, "G": 1, "U": 1}, {**WEIGHTS, "a": 1}])
def test_a_prior_of_other_names_is_refused(prior):
    with pytest.raises(ValueError, match="exactly A, C, G and T"):
        resolve_prior(prior, TABLE)
