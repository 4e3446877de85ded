from __future__ import annotations

import numpy as np
import pytest

import gsynth
from gsynth.errors import ArgumentError
from gsynth.evaluation.comparing import Comparison
from gsynth.evaluation.spectra import Spectrum
from gsynth.evaluation.statistics import chi_square
from gsynth.model import GsynthModel


def _genome(seed: int, size: int = 40_000) -> dict[str, str]:
    rng = np.random.default_rng(seed)
    gc = np.repeat(rng.choice([0.2, 0.7], size // 100), 100)
    letters = np.where(rng.random(size) < gc, rng.choice([b"C", b"G"], size), rng.choice([b"A", b"T"], size))
    return {"a": letters[: size // 2].tobytes().decode(), "b": letters[size // 2 :].tobytes().decode()}


@pytest.fixture(scope="module")
def real() -> dict[str, str]:
    return _genome(1)


@pytest.fixture(scope="module")
def model(real: dict[str, str]) -> GsynthModel:
    return gsynth.gsynth_train({"expr": "gc", "breaks": [0, 0.45, 1]}, genome=real, k=3, iterator=100)


def compare(model: GsynthModel, real: dict[str, str], synthetic: dict[str, str]) -> Comparison:
    return gsynth.gsynth_compare(real, synthetic, model=model)


def _sampled(model: GsynthModel, real: dict[str, str], seed: int) -> dict[str, str]:
    drawn = gsynth.gsynth_sample(model, genome=real, seed=seed)
    assert drawn is not None
    return dict(zip(real, drawn, strict=True))


def test_counts_are_those_of_training(model: GsynthModel, real: dict[str, str]) -> None:
    found = compare(model, real, real)
    for i, stratum in enumerate(found.strata):
        assert 2 * stratum.real.total == model.per_bin_kmers[i]
        assert stratum.correlation == pytest.approx(1)
        weights = model.counts[i].reshape(-1) / model.per_bin_kmers[i]
        np.testing.assert_allclose(stratum.real.frequencies, weights)


def test_synthetic_is_held_against_the_reference_strata(model: GsynthModel, real: dict[str, str]) -> None:
    """A sample of one sequence everywhere has the strata of the places, not its own."""
    flat = {name: "A" * len(bases) for name, bases in real.items()}
    found = compare(model, real, flat)
    assert [s.synthetic.total for s in found.strata] == [s.real.total for s in found.strata]
    assert found.strata[1].synthetic.composition.tolist() == [1, 0, 0, 0]


def test_z_accepts_the_sampler(model: GsynthModel, real: dict[str, str]) -> None:
    z = [stratum.z for seed in range(5) for stratum in compare(model, real, _sampled(model, real, seed)).strata]
    assert np.abs(z).max() < 4.5
    assert abs(np.mean(z)) < 4 / len(z) ** 0.5
    assert 0.5 < np.std(z) < 1.6


def test_z_rejects_another_model(model: GsynthModel, real: dict[str, str]) -> None:
    mixed = gsynth.gsynth_train(genome=real, k=3)
    wrong = compare(model, real, _sampled(mixed, real, 1))
    assert wrong.overall.z > 20
    assert min(stratum.z for stratum in wrong.strata) > 20


def test_moments_of_chi_square() -> None:
    """Over all outcomes of 3 draws, mean and variance are the ones that are claimed."""
    chances = np.array([0.1, 0.2, 0.3, 0.4])
    cdf = np.cumsum(chances)[None]
    draws = [np.bincount(cell, minlength=4).astype(np.uint64) for cell in np.ndindex(4, 4, 4)]
    weight = np.array([chances[list(cell)].prod() for cell in np.ndindex(4, 4, 4)])
    statistic, mean, variance = np.array([chi_square(counts[None], cdf) for counts in draws]).T
    assert weight @ statistic == pytest.approx(mean[0])
    assert weight @ (statistic - mean[0]) ** 2 == pytest.approx(variance[0])


def test_chi_square_of_impossible_and_unused_contexts() -> None:
    cdf = np.array([[0.5, 1, 1, 1], [np.nan] * 4, [0.25, 0.5, 0.75, 1]])
    none = np.zeros((3, 4), dtype=np.uint64)
    assert chi_square(none, cdf) == (0, 0, 0)
    none[0] = [2, 2, 0, 0]
    assert chi_square(none, cdf)[:2] == (0, 1)
    none[0, 3] = 1
    assert chi_square(none, cdf)[0] == np.inf


def test_spectrum_of_known_counts() -> None:
    counts = np.zeros((4, 4), dtype=np.uint64)
    counts[1, 2] = 3
    counts[2, 0] = 1
    spectrum = Spectrum(counts)
    assert spectrum.total == 4
    assert spectrum.composition.tolist() == [0, 0.75, 0.25, 0]
    assert spectrum.cpg == pytest.approx(0.75 / (0.75 * 0.25))
    assert spectrum.frequencies.reshape(4, 4)[1, 2] == 6 / 8
    empty = Spectrum(np.zeros((4, 4), dtype=np.uint64))
    assert np.isnan(empty.cpg)
    assert np.isnan(empty.frequencies).all()


def test_other_contigs_are_refused(model: GsynthModel, real: dict[str, str]) -> None:
    with pytest.raises(ArgumentError, match="none of that name"):
        compare(model, real, {"c": "ACGT"})
    with pytest.raises(ArgumentError, match="20,000"):
        compare(model, real, {"a": "ACGT"})
