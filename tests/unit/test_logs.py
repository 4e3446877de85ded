"""The scorer's table: logarithms to the last unit, and what becomes of rows that have none."""

import math

import numpy as np
import pytest

import gsynth
from gsynth.model.logs import LEAST, UNIFORM_LOG, log_tables, natural_logs
from gsynth.plugins import IMPOSSIBLE
from gsynth.testing import oracle_score
from gsynth.testing.model_cases import CASES

RNG = np.random.default_rng(3)


@pytest.mark.parametrize(
    "probabilities",
    [
        RNG.random(100_000),
        10.0 ** -RNG.uniform(0, 55, 100_000),
        1 - 10.0 ** -RNG.uniform(0, 16, 20_000),
        2.0 ** np.arange(-180, 1),
        np.arange(1, 3_001) / 3_000,
        np.array([0.0, -0.0, 1.0, 0.25, 0.5, math.sqrt(0.5), np.nextafter(1, 0), 5e-324]),
    ],
    ids=["any", "small", "near 1", "powers of two", "quotients", "ends"],
)
def test_logarithms_are_those_of_the_mathematics_library(probabilities):
    expected = [oracle_score.logarithm(probability) for probability in probabilities.tolist()]
    assert natural_logs(probabilities).tolist() == expected


def test_the_least_logarithm():
    assert natural_logs(np.array([1e-300, 1e-55, 0.0])).tolist()[::2] == [IMPOSSIBLE + 1, IMPOSSIBLE]
    assert natural_logs(np.array([1e-55]))[0] > IMPOSSIBLE + 1
    assert pytest.approx(-128) == LEAST


@pytest.mark.parametrize("case", CASES)
def test_tables_of_every_kind_of_model(case):
    model = CASES[case][1]()
    logs, sparse = log_tables(model, None)
    assert logs.shape == model.counts.shape
    assert sparse.tolist() == np.isnan(model.cdf).any(axis=(1, 2)).tolist()
    steps = np.diff(model.cdf, axis=2, prepend=0)
    known = ~np.isnan(steps)
    np.testing.assert_allclose(np.exp(logs[known] * 2.0**-24), np.clip(steps[known], 0, 1), atol=3e-8)
    assert (logs[~known] == UNIFORM_LOG).all()


@pytest.mark.parametrize("outside", ["learned", "pooled", "uniform"])
def test_the_table_of_windows_without_a_stratum(outside):
    genome = {"c": "ACGTTGCAGA" * 30 + "GGCATTACGC" * 30}
    dim = {"expr": "gc", "breaks": [0.45, 0.55]}
    with pytest.warns(UserWarning, match="outside of the strata"):
        model = gsynth.gsynth_train(dim, genome=genome, k=1, iterator=100)
    logs, _ = log_tables(model, outside)
    assert logs.shape == (2, 4, 4)
    assert (logs[:1] == log_tables(model, None)[0]).all()
    if outside == "uniform":
        assert (logs[1] == UNIFORM_LOG).all()
    else:
        counts = model.outside.counts if outside == "learned" else model.outside.counts + model.counts[0]
        expected = (counts + 1) / (counts.sum(axis=1, keepdims=True) + 4)
        np.testing.assert_allclose(logs[1] * 2.0**-24, np.log(expected), atol=1e-7)


def test_a_base_that_was_never_seen_is_impossible():
    """Also the last one, whose probability is what cumulative sums leave of 1."""
    counts = RNG.integers(1, 10**6, (1, 64, 4))
    for context in range(64):
        counts[0, context, context % 4] = 0
    model = gsynth.GsynthModel(k=3, counts=counts, pseudocount=0)
    cdf = np.cumsum(counts / counts.sum(axis=2, keepdims=True), axis=2)
    stored = gsynth.GsynthModel(k=3, counts=counts, pseudocount=0, stored_cdf=cdf)
    for each in (model, stored):
        logs, _ = log_tables(each, None)
        assert ((logs == IMPOSSIBLE) == (counts == 0)).all()
