"""Real against synthetic: the k-mer spectra of two genomes, stratum by stratum.

The synthetic genome is held against the strata of the real one at the same positions, as it was sampled. Its own
strata would select: a window that came out rich in GC by chance would be compared with windows that are so by nature.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from gsynth.blocks.batches import resolve_block
from gsynth.blocks.cores import resolve_cores
from gsynth.blocks.counting import BlockCounter, Tables, affordable_workers, count_intervals
from gsynth.blocks.progress import progress_bar
from gsynth.errors import ArgumentError
from gsynth.genomes import open_genome
from gsynth.intervals import resolve_intervals
from gsynth.model import GsynthModel
from gsynth.model.strands import add_reverse_complement
from gsynth.plugins.backends import load_counter
from gsynth.plugins.contracts import Genome
from gsynth.strata import Runs, Strata, open_strata


@frozen(eq=False, slots=False)
class Spectrum:
    """The (k+1)-mers of one stratum of one genome.

    Attributes
    ----------
    counts : uint64[4**k, 4]
        On the forward strand; context index with the leftmost base most significant.
    """

    counts: NDArray[np.uint64]

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
        pairs = _shares(self.counts.reshape(4, 4, -1).sum(axis=2))
        expected = float(self.composition[1] * self.composition[2])
        return float(pairs[1, 2]) / expected if expected > 0 else float("nan")

    @cached_property
    def frequencies(self) -> NDArray[np.float64]:
        """float64[4**(k+1)]: frequencies of the (k+1)-mers on both strands; NaN without windows."""
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
    """Real against synthetic in one stratum.

    Attributes
    ----------
    label : str
    real, synthetic : Spectrum
    correlation : float
        Pearson's, of the (k+1)-mer frequencies on both strands; NaN where it is not defined.
    z : float
        How far the synthetic bases, given their contexts, are from the model's probabilities: Pearson's chi-square
        over all contexts, less its mean, over its standard deviation. Standard normal for a right sampler.
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
class Comparison:
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


def compare(
    model: GsynthModel,
    real: Any,
    synthetic: Any,
    *,
    tracks: Mapping[str, Any] | None = None,
    chrom_alias: Any = None,
    num_cores: int | None = None,
    backend: str | None = None,
    progress: bool | None = None,
) -> Comparison:
    """Compare a synthetic genome with the real one in the strata of the model it was sampled from.

    Parameters
    ----------
    model : GsynthModel
    real, synthetic : path, dict or Genome
        `synthetic` holds contigs of `real`, from end to end.
    tracks, chrom_alias, num_cores, backend, progress
        As in `gsynth.gsynth_train`.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        A synthetic contig that the real genome lacks, or of another length.

    Examples
    --------
    >>> import gsynth
    >>> genome = {"chr1": "ACGTTGCAGG" * 200}
    >>> model = gsynth.gsynth_train(genome=genome, k=2)
    >>> drawn = gsynth.gsynth_sample(model, genome=genome, seed=1)
    >>> found = compare(model, genome, {"chr1": drawn[0]})
    >>> found.overall.correlation > 0.95, abs(found.overall.z) < 4
    (True, True)
    """
    reference, drawn = open_genome(real), open_genome(synthetic)
    check_same_contigs(reference, drawn)
    opened = open_strata(model.dims, model.iterator, reference, tracks, chrom_alias)
    strata = ReferenceStrata(opened.dims, opened.tracks, opened.iterator, opened.genome)
    spectra = [
        spectrum_counts(genome, strata, model, list(drawn.contigs), num_cores, backend, progress)
        for genome in (reference, drawn)
    ]
    return _compared(model, spectra[0], spectra[1])


def check_same_contigs(reference: Genome, drawn: Genome) -> None:
    """ArgumentError if a contig of `drawn` is not one of `reference` with the same length."""
    for contig, size in drawn.contigs.items():
        expected = reference.contigs.get(contig)
        if expected != size:
            found = "it has none of that name" if expected is None else f"there it has {expected:,}"
            raise ArgumentError(
                f"{drawn.name}: contig {contig!r} of {size:,} bases is not one of {reference.name}: {found}; "
                "compare whole contigs"
            )


@frozen
class ReferenceStrata(Strata):
    """The strata of one genome, laid over the positions of another one with the same contigs."""

    def span(self, contig: str, start: int, end: int, first: int, last: int) -> tuple[int, int]:
        """Nothing of the other genome's sequence."""
        return first, first

    def runs(
        self, contig: str, start: int, end: int, first: int, last: int, sequence: NDArray[np.uint8], offset: int
    ) -> Runs:
        """As `Strata.runs`, from the reference's own bases."""
        low, high = Strata.span(self, contig, start, end, first, last)
        bases = self.genome.fetch(contig, low, high) if high > low else sequence[:0]
        return Strata.runs(self, contig, start, end, first, last, bases, low)


def spectrum_counts(
    genome: Genome,
    strata: Strata,
    model: GsynthModel,
    contigs: Sequence[str],
    num_cores: int | None,
    backend: str | None,
    progress: bool | None,
) -> NDArray[np.uint64]:
    """The (k+1)-mers of the contigs of `genome` by stratum, forward strand: uint64[bins, 4**k, 4]."""
    where = resolve_intervals([(name, 0, genome.contigs[name]) for name in contigs if genome.contigs[name]], genome)
    shape = (model.total_bins, model.num_kmers, 4)
    count_block = BlockCounter(genome, strata, None, load_counter(backend), model.k, Tables(shape))
    workers = affordable_workers(resolve_cores(num_cores), shape, where.total)
    with progress_bar(where.total, "compare", progress) as bar:
        count_intervals(
            count_block, where, lambda tally: bar.update(tally.bases), resolve_block(None, model.iterator), workers
        )
    return count_block.tables.total()


def _compared(model: GsynthModel, real: NDArray[np.uint64], synthetic: NDArray[np.uint64]) -> Comparison:
    cdf = model.cdf
    statistics = [chi_square(synthetic[i], cdf[i]) for i in range(model.total_bins)]
    strata = [
        _stratum(label, real[i], synthetic[i], statistics[i : i + 1])
        for i, label in enumerate(map(model.bin_label, range(model.total_bins)))
    ]
    return Comparison(model.k, strata, _stratum("all", real.sum(axis=0), synthetic.sum(axis=0), statistics))


def _stratum(
    label: str,
    real: NDArray[np.uint64],
    synthetic: NDArray[np.uint64],
    statistics: Sequence[tuple[float, float, float]],
) -> StratumComparison:
    one, other = Spectrum(real), Spectrum(synthetic)
    found, mean, variance = (sum(column) for column in zip(*statistics, strict=True))
    z = (found - mean) / variance**0.5 if variance > 0 else float("nan")
    return StratumComparison(label, one, other, correlation(one.frequencies, other.frequencies), z)


def correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Pearson's correlation; NaN where one of them is constant or not a number.

    Examples
    --------
    >>> round(correlation(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0])), 12)
    1.0
    """
    first, second = one - one.mean(), other - other.mean()
    norm = float(np.sqrt((first @ first) * (second @ second)))
    return float(first @ second) / norm if norm > 0 else float("nan")


def chi_square(counts: NDArray[np.uint64], cdf: NDArray[np.float64]) -> tuple[float, float, float]:
    """Pearson's chi-square of bases given their contexts, its exact mean and its exact variance.

    Parameters
    ----------
    counts : uint64[contexts, 4]
        Drawn bases by context.
    cdf : float64[contexts, 4]
        The probabilities that they were drawn with, cumulative; NaN rows are uniform.

    Notes
    -----
    Of n draws from m bases with probabilities p the mean is m - 1, and the variance
    2 (m - 1) + (sum(1 / p) - m**2 - 2 m + 2) / n [1]_; so contexts with few draws count rightly too. A drawn base of
    probability 0 makes it infinite.

    .. [1] Haldane: The exact value of the moments of the distribution of chi-square, Biometrika 29, 1937.
    """
    chances = np.diff(np.nan_to_num(cdf, nan=0.0), axis=1, prepend=0.0)
    chances[np.isnan(cdf).any(axis=1)] = 0.25
    chances = np.maximum(chances, 0.0)
    draws = counts.sum(axis=1).astype(np.float64)
    used = draws > 0
    chances, seen, draws = chances[used], counts[used].astype(np.float64), draws[used]
    possible = chances > 0
    if (seen[~possible] > 0).any():
        return float("inf"), 0.0, 1.0
    expected = np.where(possible, chances * draws[:, None], 1.0)
    statistic = np.where(possible, (seen - expected) ** 2 / expected, 0.0).sum()
    m = possible.sum(axis=1)
    inverse = np.where(possible, 1 / np.where(possible, chances, 1.0), 0.0).sum(axis=1)
    variance = 2 * (m - 1) + (inverse - m**2 - 2 * m + 2) / draws
    return float(statistic), float((m - 1).sum()), float(variance.sum())
