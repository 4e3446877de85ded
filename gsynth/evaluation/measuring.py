"""Measuring two genomes: every pass over their sequence, one after the other."""

from __future__ import annotations

import math
from typing import Final

import attrs
import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.blocks.compute import Compute
from gsynth.evaluation.autocorrelation import Identity, identity
from gsynth.evaluation.counting import ReferenceStrata, WidenedMask, count_words
from gsynth.evaluation.law import Law
from gsynth.evaluation.matches import Chance, Leak, find_leak
from gsynth.evaluation.places import InPlace, in_place
from gsynth.evaluation.reading import Reader
from gsynth.evaluation.spectra import StrataComparison, compared
from gsynth.evaluation.statistics import correlation
from gsynth.evaluation.surprise import Surprise, surprise
from gsynth.evaluation.windows import WIDTH, Profile, profile
from gsynth.evaluation.words import (
    LONGEST,
    Expectation,
    WordComparison,
    both_strands,
    compare_words,
    expectation,
)
from gsynth.intervals import Intervals
from gsynth.intervals.masks import Mask, UnionMask
from gsynth.model import GsynthModel
from gsynth.model.strands import add_reverse_complement
from gsynth.plugins.backends import load_counter
from gsynth.plugins.contracts import UNBINNED, Genome
from gsynth.strata import FindsRuns, Strata

_MOST_COUNTED: Final = 256 << 20
"""Bytes of a table of words by stratum; with more strata, words longer than the model's are not tested."""


@frozen(eq=False)
class Pair:
    """Two genomes, as they are compared.

    Attributes
    ----------
    real, synthetic : Genome
    real_where, where : Intervals
        Whole contigs of each; where positions correspond, only those that both have.
    real_all : Intervals
        All contigs of the real genome: whatever it holds may have leaked.
    mask : Mask or None
        What training left out of the real genome.
    real_copy, copy : Mask or None
        What the sample copied, on each of the genomes.
    alike : bool
        Whether both have the same contigs, so that positions correspond.
    """

    real: Genome
    synthetic: Genome
    real_where: Intervals
    where: Intervals
    real_all: Intervals
    mask: Mask | None
    real_copy: Mask | None
    copy: Mask | None
    alike: bool
    compute: Compute

    def reader(self) -> Reader:
        """Of the synthetic genome, without what was copied."""
        return Reader(self.synthetic, self.copy, load_counter(self.compute.backend))

    def real_reader(self) -> Reader:
        """Of the real genome."""
        return Reader(self.real, None, load_counter(self.compute.backend))

    def left_out(self, order: int) -> Mask | None:
        """Where no window of the real genome begins that is counted."""
        parts: list[Mask] = [] if self.mask is None else [self.mask]
        if self.real_copy is not None:
            parts.append(WidenedMask(self.real_copy, order))
        return UnionMask(parts) if len(parts) > 1 else parts[0] if parts else None

    def left_out_of_sample(self, order: int) -> Mask | None:
        """Where no window of the synthetic genome begins that is counted."""
        return None if self.copy is None else WidenedMask(self.copy, order)


def own_model(pair: Pair, k: int) -> GsynthModel:
    """The model of order `k` without strata that training on the real genome gives."""
    plain = Strata((), (), None, pair.real)
    counts = count_words(pair.real, plain, 1, k, pair.real_where, pair.left_out(k), pair.compute)
    add_reverse_complement(counts)
    return GsynthModel(k=k, counts=counts)


@frozen(eq=False)
class Measured:
    """What two genomes are, next to a law."""

    law: Law
    strata: StrataComparison
    words: list[WordComparison]
    cpg: tuple[float, float, float, float]
    """Of the real genome, of the synthetic one, what is expected there, and z."""
    real_words: NDArray[np.float64]
    """The real genome's words of 8 letters on both strands, counted: float64[4**8]."""
    table: NDArray[np.uint64]
    """The synthetic genome's words by stratum: uint64[bins, 4**k, 4]."""

    def run_chances(self, sample: Profile) -> list[float]:
        """For A, C, G, T: the logarithm of the expected number of runs as long as the longest one, at most."""
        found = []
        law = self.law
        for base, longest in enumerate(sample.longest_runs):
            context = base * (4**law.order - 1) // 3
            numbers = []
            for flat in range(law.bins):
                times = float(self.table[flat, context].sum())
                chance = float(law.probabilities(flat)[context, base])
                if times > 0 and chance > 0 and longest > law.order:
                    numbers.append(math.log(times) + (longest - law.order) * math.log(chance))
            # Where no such context was written, the run is shorter than a context.
            found.append(float(np.logaddexp.reduce(numbers)) if numbers else 0.0)
        return found


def measure_words(pair: Pair, model: GsynthModel, strata: Strata, exact: bool) -> Measured:
    """The words of both genomes; three passes, four with strata."""
    law, bins = Law.of_model(model, exact), model.total_bins
    over = ReferenceStrata(strata) if strata.dims else None
    sample: FindsRuns = strata if over is None else over
    tables = bins + 1 if strata.dims else 1
    real = count_words(pair.real, strata, tables, model.k, pair.real_where, pair.left_out(model.k), pair.compute)
    own = count_words(
        pair.synthetic, sample, tables, model.k, pair.where, pair.left_out_of_sample(model.k), pair.compute
    )
    by_stratum = compared(model, real[:bins], own[:bins])
    order = max(model.k, LONGEST - 1)
    if order == model.k or tables * 4 ** (order + 1) * 8 > _MOST_COUNTED:
        long = own
    else:
        shifted = sample if over is None else over.shifted(order - model.k)
        left_out = pair.left_out_of_sample(order)
        long = count_words(pair.synthetic, shifted, tables, order, pair.where, left_out, pair.compute)
    expected = expectation(long[:bins], model.k, law.probabilities)
    return _Words(pair, real, long, own[:bins], expected).measured(law, by_stratum)


@frozen(eq=False)
class _Words:
    """The counts of both genomes, and what is expected of one."""

    pair: Pair
    real: NDArray[np.uint64]
    synthetic: NDArray[np.uint64]
    table: NDArray[np.uint64]
    expected: Expectation

    def measured(self, law: Law, by_stratum: StrataComparison) -> Measured:
        """Words of 1 to 8 letters."""
        there, here = self._flat(self.pair.real, self.real), self._flat(self.pair.synthetic, self.synthetic)
        known = self.expected.found.size
        words = []
        for letters in range(1, LONGEST + 1):
            if 4**letters > known:
                break
            one, other = (x.reshape(-1, 4**letters).sum(axis=0) for x in (there, here))
            words.append(compare_words(letters, one, other, self.expected, law.order))
        long = there.reshape(-1, 4**LONGEST).sum(axis=0)
        counted = both_strands(long) * 2 * float(long.sum())
        return Measured(law, by_stratum, words, _cpg(there, here, self.expected), counted, self.table)

    def _flat(self, genome: Genome, counts: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """The words of all strata, in as many letters as are compared."""
        order = max(LONGEST - 1, 0)
        if counts.shape[1] >= 4**order:
            summed: NDArray[np.uint64] = counts.sum(axis=0).reshape(-1)
            return summed
        plain = Strata((), (), None, genome)
        real = genome is self.pair.real
        where = self.pair.real_where if real else self.pair.where
        left_out = self.pair.left_out(order) if real else self.pair.left_out_of_sample(order)
        return count_words(genome, plain, 1, order, where, left_out, self.pair.compute).reshape(-1)


def _cpg(there: NDArray[np.uint64], here: NDArray[np.uint64], law: Expectation) -> tuple[float, float, float, float]:
    pairs = law.of(2)
    found = here.reshape(-1, 16).sum(axis=0).reshape(4, 4).astype(np.float64)
    real = there.reshape(-1, 16).sum(axis=0).reshape(4, 4).astype(np.float64)
    number = 4 * 1 + 2
    expected = _ratio(found, float(pairs.expected[number] - pairs.found[number] + found[1, 2]))
    error = math.sqrt(float(pairs.variance[number]))
    z = float(pairs.found[number] - pairs.expected[number]) / error if error > 0 else 0.0
    return _ratio(real, float(real[1, 2])), _ratio(found, float(found[1, 2])), expected, z


def _ratio(pairs: NDArray[np.float64], number: float) -> float:
    """Observed over expected CpG, of a table of pairs float64[4, 4]; NaN without C or G."""
    total = pairs.sum()
    # The letters of each strand: as first letters and as second ones, which differ only at the ends.
    by_chance = float(pairs[1].sum()) * float(pairs[:, 2].sum())
    return number * float(total) / by_chance if by_chance > 0 else float("nan")


def measure_law(pair: Pair, law: Law, strata: Strata) -> tuple[Surprise, Surprise]:
    """The windows of the real genome (none if the law is known) and of the synthetic one."""
    compute = pair.compute
    inner = attrs.evolve(strata, outside_bin=UNBINNED)
    sample: FindsRuns = ReferenceStrata(inner) if strata.dims else inner
    with compute.bar(2 * pair.where.total, "compare: windows") as bar:
        own = surprise(law, pair.synthetic, sample, pair.copy, pair.where, compute, bar)
    if law.exact:
        return Surprise(np.empty(0)), own
    with compute.bar(2 * pair.real_where.total, "compare: windows") as bar:
        return surprise(law, pair.real, inner, pair.left_out(0), pair.real_where, compute, bar), own


def measure_identity(pair: Pair, law: Law, strata: Strata) -> tuple[Identity, Identity]:
    """Pairs of bases in the real genome, and in the synthetic one with what the law expects."""
    sample: FindsRuns = ReferenceStrata(strata) if strata.dims else strata
    return (
        identity(pair.real_reader(), None, None, pair.real_where, pair.compute),
        identity(pair.reader(), law, sample, pair.where, pair.compute),
    )


def measure_profiles(pair: Pair) -> tuple[Profile, Profile]:
    """The windows of both genomes."""
    compute, counter = pair.compute, load_counter(pair.compute.backend)
    with compute.bar(pair.real_where.total + pair.where.total, "compare: profile") as bar:
        return (
            profile(pair.real_reader(), counter, pair.real_where, compute, bar),
            profile(Reader(pair.synthetic, None, counter), counter, pair.where, compute, bar),
        )


def measure_places(pair: Pair) -> InPlace | None:
    """What is identical in place; None if positions do not correspond."""
    if not pair.alike:
        return None
    counter = load_counter(pair.compute.backend)
    with pair.compute.bar(pair.where.total, "compare: places") as bar:
        return in_place(pair.real, pair.synthetic, pair.copy, counter, pair.where, pair.compute, bar)


def aligned(pair: Pair, profiles: tuple[Profile, Profile]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The windows of two genomes with the same contigs in one order: their numbers in each, int64[w]."""
    real, synthetic = profiles
    names = {name: row for row, name in enumerate(pair.where.names)}
    rows = np.array([names.get(name, -1) for name in pair.real_where.names], dtype=np.int64)
    return (
        np.lexsort((real.starts, rows[real.contigs])),
        np.lexsort((synthetic.starts, synthetic.contigs)),
    )


def gc_facts(pair: Pair, profiles: tuple[Profile, Profile]) -> tuple[float, float]:
    """The correlation of GC in windows at the same places, and its spread in windows of independent bases."""
    known = profiles[1].gc[~np.isnan(profiles[1].gc)]
    mean = float(known.mean()) if known.size else float("nan")
    spread = (mean * (1 - mean) / WIDTH) ** 0.5
    if not pair.alike:
        return float("nan"), spread
    one, other = (part.gc[rows] for part, rows in zip(profiles, aligned(pair, profiles), strict=True))
    both = ~(np.isnan(one) | np.isnan(other))
    return correlation(one[both], other[both]), spread


def measure_leak(pair: Pair, words: NDArray[np.float64], most: int) -> Leak:
    """The longest sequence that both hold; `words` are the real genome's of 8 letters, counted on both strands."""
    with pair.compute.bar(pair.real_all.total + pair.where.total, "compare: matches") as bar:
        return find_leak(
            pair.real_reader(), pair.reader(), pair.real_all, pair.where, Chance.of(words, most), pair.compute, bar
        )
