"""The first k bases of an interval."""

import numpy as np
import pytest

import gsynth
from gsynth import GsynthModel


def starts(model, init, n):
    intervals = [("c", i * 20, i * 20 + 20) for i in range(n)]
    sampled = gsynth.sample(model, genome={"c": n * 20}, intervals=intervals, init=init, seed=5)
    return [sequence[: model.k] for sequence in sampled]


@pytest.fixture(scope="module")
def model():
    counts = np.random.default_rng(3).integers(0, 40, (1, 64, 4)) ** 2
    counts[0, 5] = 0
    return GsynthModel(k=3, counts=counts)


def chi_square(observed, weights):
    expected = weights / weights.sum() * observed.sum()
    live = expected > 0
    assert (observed[~live] == 0).all()
    return float(((observed - expected)[live] ** 2 / expected[live]).sum())


@pytest.mark.parametrize("init", ["uniform", "stationary"])
def test_distribution(model, init):
    kmers = [a + b + c for a in "ACGT" for b in "ACGT" for c in "ACGT"]
    found = starts(model, init, 20_000)
    observed = np.array([found.count(kmer) for kmer in kmers])
    weights = np.ones(64) if init == "uniform" else model.counts[0].sum(axis=1).astype(float)
    # 63 degrees of freedom: 1e-6 lies at 130.
    assert chi_square(observed, weights) < 130


def test_fixed_bases_are_kept_and_lead_on(model):
    reference = "".join(np.random.default_rng(1).choice(list("ACGT"), 400))
    sampled = gsynth.sample(
        model, genome={"c": reference}, intervals=[("c", 0, 400)], mask_copy=[("c", 1, 2)], init="stationary", seed=1
    )[0]
    assert sampled[1] == reference[1]


def test_unknown_init():
    with pytest.raises(ValueError, match="init must be one of"):
        gsynth.sample(GsynthModel(k=1, counts=np.ones((1, 4, 4))), genome={"c": 9}, init="steady")
