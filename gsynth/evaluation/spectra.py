"""The k-mers of a stratum of a genome, and the comparison of two genomes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from gsynth.evaluation.statistics import chi_square, correlation, normal_score
from gsynth.model import GsynthModel
from gsynth.model.strands import BOTH, add_reverse_complement


@frozen(eq=False, slots=False)
class Spectrum:
    """The (k+1)-mers of one stratum of one genome.

    Attributes
    ----------
    counts : uint64[4**k, 4]
        Counts on the forward strand; context index with the leftmost base most significant.
    strands : {"both", "forward"}
        Whether the frequencies are those of both strands.
    """

    counts: NDArray[np.uint64]
    strands: str = BOTH

    @property
    def total(self) -> int:
        """Windows: (k+1)-mers of A, C, G and T."""
        return int(self.counts.sum())

    @cached_property
    def composition(self) -> NDArray[np.float64]:
        """float64[4]: fractions of A, C, G, T on the forward strand; NaN without windows."""
        return _shares(self.counts.reshape(4, -1).sum(axis=1))

    @cached_property
    def cpg(self) -> float:
        """Observed over expected CpG, f(CG) / (f(C) f(G)); NaN without C or G."""
        # The first two bases of every (k+1)-mer; each pair of neighbours is the first one of some window.
        pairs = _shares(self.counts.reshape(4, 4, -1).sum(axis=2))
        expected = float(self.composition[1] * self.composition[2])
        return float(pairs[1, 2]) / expected if expected > 0 else float("nan")

    @cached_property
    def frequencies(self) -> NDArray[np.float64]:
        """float64[4**(k+1)]: frequencies of the (k+1)-mers on the strands; NaN without windows."""
        if self.strands != BOTH:
            return _shares(self.counts.reshape(-1))
        # A copy, because the reverse complement is added in place.
        both = self.counts[None].copy()
        add_reverse_complement(both)
        return _shares(both.reshape(-1))

    def as_dict(self) -> dict[str, Any]:
        """windows, composition, cpg."""
        composition = dict(zip("ACGT", self.composition.tolist(), strict=True))
        return {"windows": self.total, "composition": composition, "cpg": self.cpg}


def _shares(counts: NDArray[np.uint64]) -> NDArray[np.float64]:
    total = int(counts.sum())
    shares: NDArray[np.float64] = counts / total if total else np.full(counts.shape, np.nan)
    return shares


@frozen(eq=False)
class StratumComparison:
    """Real compared with synthetic sequence in one stratum.

    Attributes
    ----------
    label : str
    real, synthetic : Spectrum
    correlation : float
        Pearson's, of the (k+1)-mer frequencies on the strands that the model counts; NaN if it is not defined.
    z : float
        How far the synthetic bases, given their contexts, are from the model's probabilities: Pearson's chi-square
        over all contexts, compared with its mean and its variance. Standard normal for a right sampler.
    """

    label: str
    real: Spectrum
    synthetic: Spectrum
    correlation: float
    z: float

    def as_dict(self) -> dict[str, Any]:
        """The same in plain types."""
        return {
            "stratum": self.label,
            "real": self.real.as_dict(),
            "synthetic": self.synthetic.as_dict(),
            "correlation": self.correlation,
            "z": self.z,
        }


@frozen(eq=False)
class StrataComparison:
    """Every stratum, and all of them together."""

    k: int
    strata: Sequence[StratumComparison] = field(repr=False)
    overall: StratumComparison

    def as_dict(self) -> dict[str, Any]:
        """The same in plain types."""
        return {
            "kmer": self.k + 1,
            "strata": [stratum.as_dict() for stratum in self.strata],
            "overall": self.overall.as_dict(),
        }


def compared(model: GsynthModel, real: NDArray[np.uint64], synthetic: NDArray[np.uint64]) -> StrataComparison:
    """Compare counts uint64[bins, 4**k, 4] of a genome and of a sample from its model, stratum by stratum."""
    statistics = [chi_square(synthetic[i], cdf_of(model, i)) for i in range(model.total_bins)]
    strata = [
        _stratum(label, Spectrum(real[i], model.strands), Spectrum(synthetic[i], model.strands), statistics[i : i + 1])
        for i, label in enumerate(map(model.bin_label, range(model.total_bins)))
    ]
    whole = [Spectrum(counts.sum(axis=0), model.strands) for counts in (real, synthetic)]
    return StrataComparison(model.k, strata, _stratum("all", whole[0], whole[1], statistics))


def _stratum(
    label: str,
    real: Spectrum,
    synthetic: Spectrum,
    statistics: Sequence[tuple[float, float, float]],
) -> StratumComparison:
    # Strata are independent, so means and variances add up.
    found, mean, variance = (sum(column) for column in zip(*statistics, strict=True))
    z = normal_score(found, mean, variance)
    return StratumComparison(label, real, synthetic, correlation(real.frequencies, synthetic.frequencies), z)


def cdf_of(model: GsynthModel, flat: int) -> NDArray[np.float64]:
    """The cumulative probabilities of one bin, float64[4**k, 4]: all of a large model would not fit in memory."""
    cdf = model.computed_cdf(flat, flat + 1) if model.stored_cdf is None else model.stored_cdf[flat : flat + 1]
    return cdf.reshape(-1, 4)
