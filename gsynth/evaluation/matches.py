"""The longest sequence that two genomes share, and whether chance explains it."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.alphabet import NOT_ACGT, encode
from gsynth.blocks.compute import Compute
from gsynth.evaluation.checks import WARN_CHANCE
from gsynth.evaluation.reading import Reader
from gsynth.evaluation.seeds import (
    Axis,
    Runs,
    Seeds,
    partner,
    seed_length,
    seed_step,
    shared_runs,
)
from gsynth.intervals import Intervals
from gsynth.intervals.masks import merged
from gsynth.plugins import checking
from gsynth.plugins.contracts import Genome

SHOWN: Final = 10
"""Matches that are listed."""

_EXTENDED: Final = 128
"""The longest runs of words whose matches are measured letter by letter."""

_STEPS: Final = (1 << 7, 1 << 16)
"""Letters compared at once: few first, because most matches are short, and twice as many each time."""

_WEIGHED: Final = 10_000
"""Letters of a long match whose probability is computed: the rest makes it less likely still."""

_WORDS_OF_ORDER: Final = 100
"""Observations of each word that the law of chance needs, so that it cannot know the genome by heart."""


@frozen
class Match:
    """A sequence that both genomes hold; 0-based half-open.

    Attributes
    ----------
    length : int
    real_contig, real_start, real_end : str, int, int
    contig, start, end : str, int, int
        In the synthetic genome.
    strand : {"+", "-"}
        "-": its reverse complement.
    log_chance : float
        Natural logarithm of the expected number of such matches between unrelated genomes, at most: the probability of
        this very word, times all pairs of places, on both strands.
    """

    length: int
    real_contig: str
    real_start: int
    real_end: int
    contig: str
    start: int
    end: int
    strand: str
    log_chance: float

    def as_dict(self) -> dict[str, Any]:
        """The same in plain types."""
        return {
            "length": self.length,
            "real": {"contig": self.real_contig, "start": self.real_start, "end": self.real_end},
            "synthetic": {"contig": self.contig, "start": self.start, "end": self.end, "strand": self.strand},
            "log10_chance": self.log_chance / math.log(10),
        }


@frozen(eq=False)
class Leak:
    """What two genomes share.

    Attributes
    ----------
    matches : list of Match
        The longest ones, at most ten.
    found_from : int
        Every match of at least so many letters was found, except for low complexity.
    expected : float
        The length of the longest match between unrelated genomes of these sizes, about.
    shared : int
        Letters of the real genome in matches that chance does not explain.
    unlikeliest : Match or None
    """

    matches: list[Match]
    found_from: int
    expected: float
    shared: int
    unlikeliest: Match | None

    @property
    def longest(self) -> int:
        """The length of the longest match; 0 if none was found."""
        return self.matches[0].length if self.matches else 0

    @property
    def log_chance(self) -> float:
        """Of the unlikeliest match; 0 without any."""
        return min(self.unlikeliest.log_chance, 0.0) if self.unlikeliest else 0.0

    def as_dict(self) -> dict[str, Any]:
        """The same in plain types."""
        return {
            "longest": self.longest,
            "expected": self.expected,
            "found_from": self.found_from,
            "shared": self.shared,
            "matches": [match.as_dict() for match in self.matches],
        }


@frozen(eq=False)
class Chance:
    """How probable a word is: a law of a low order, of the real genome without strata.

    Its order is so low that each word was seen a hundred times: a model that knows the genome by heart must not make
    its copies look likely.

    Attributes
    ----------
    order : int
    logs : float64[4**order, 4]
        Natural logarithms of probabilities given contexts.
    starts : float64[4**order]
        Those of contexts.
    identity : float
        The probability that two bases are the same, which decides how long matches by chance are.
    """

    order: int
    logs: NDArray[np.float64]
    starts: NDArray[np.float64]
    identity: float

    @classmethod
    def of(cls, words: NDArray[np.float64], most: int) -> Chance:
        """From the frequencies of words of 8 letters on both strands, float64[4**8], and the greatest order."""
        letters = 1
        windows = float(words.sum())
        while letters < 8 and letters <= most and windows >= _WORDS_OF_ORDER * 4 ** (letters + 1):
            letters += 1
        table = words.reshape(4**letters, -1).sum(axis=1).reshape(-1, 4) + 1.0
        contexts = table.sum(axis=1)
        pairs = words.reshape(4, 4, -1).sum(axis=2) + 1.0
        pairs /= pairs.sum()
        # Given that one letter was the same in both, how probable it is that the next one is.
        shares = pairs.sum(axis=1)
        identity = float((pairs**2).sum() / (shares**2).sum())
        return cls(letters - 1, np.log(table / contexts[:, None]), np.log(contexts / contexts.sum()), identity)

    def log_probability(self, codes: NDArray[np.uint8]) -> float:
        """The natural logarithm of a word's probability: at a place, whatever is before it."""
        k = self.order
        if codes.size <= k:
            return 0.0
        context = np.zeros(codes.size - k, dtype=np.int64)
        for i in range(k):
            context = 4 * context + codes[i : codes.size - k + i]
        return float(self.starts[context[0]] + self.logs[context, codes[k:]].sum())


def find_leak(
    real: Reader,
    synthetic: Reader,
    real_where: Intervals,
    where: Intervals,
    chance: Chance,
    compute: Compute,
    bar: Any,
) -> Leak:
    """The longest matches of two genomes on both strands; intervals are whole contigs."""
    sizes = real_where.total, where.total
    length, step = seed_length(*sizes), seed_step(sizes[1])
    pairs = math.log(max(2.0 * sizes[0] * sizes[1], 1.0))
    axes = Axis.of(real_where), Axis.of(where)
    seeds = Seeds.of(synthetic, where, axes[1], length, step, compute, bar)
    runs = shared_runs(real, real_where, axes[0], seeds, compute, bar)
    del seeds
    extended = _extended(runs.longest(_EXTENDED), length, real, synthetic, axes, chance, pairs)
    matches = sorted(
        (placed.match for placed in extended), key=lambda m: (-m.length, m.real_contig, m.real_start, m.start)
    )
    unlikely = [match for match in matches if match.log_chance < 0]
    return Leak(
        matches=matches[:SHOWN],
        found_from=length + step - 1,
        expected=pairs / -math.log(chance.identity),
        shared=_shared(runs, length, length + step - 1, extended),
        unlikeliest=min(unlikely, key=lambda m: (m.log_chance, m.real_contig, m.real_start), default=None),
    )


def _shared(runs: Runs, length: int, least: int, matches: list[_Placed]) -> int:
    """Letters of the real genome in runs of words longer than any match by chance; each counts once."""
    by_chance = max((placed.match.length for placed in matches if not placed.unlikely), default=0)
    stretches = np.stack([runs.firsts, runs.lasts + length], axis=1)
    stretches = stretches[stretches[:, 1] - stretches[:, 0] > max(by_chance, least)]
    # The ends of a run are those of its words; those that were measured letter by letter reach farther.
    measured = [(placed.start, placed.stop) for placed in matches if placed.unlikely]
    whole = merged(np.concatenate([stretches, np.array(measured, dtype=np.int64).reshape(-1, 2)]))
    return int((whole[:, 1] - whole[:, 0]).sum())


@frozen
class _Placed:
    """A match, and the letters of the real genome's axis that it covers."""

    start: int
    stop: int
    match: Match

    @property
    def unlikely(self) -> bool:
        return self.match.log_chance < math.log(WARN_CHANCE)


def _extended(
    runs: Runs,
    length: int,
    real: Reader,
    synthetic: Reader,
    axes: tuple[Axis, Axis],
    chance: Chance,
    pairs: float,
) -> list[_Placed]:
    """The matches around the runs, each once."""
    found: dict[tuple[int, int], _Placed] = {}
    order = np.lexsort((runs.firsts, runs.diagonals))
    last_end = -1
    last_diagonal = None
    for i in order.tolist():
        diagonal, first, end = int(runs.diagonals[i]), int(runs.firsts[i]), int(runs.lasts[i]) + length
        # Within a match that was measured before.
        if diagonal == last_diagonal and end <= last_end:
            continue
        pair = _Pair(real, synthetic, axes, diagonal, length)
        start, stop = pair.back(first), pair.forth(end)
        last_diagonal, last_end = diagonal, stop
        found[diagonal, start] = _Placed(start, stop, pair.match(start, stop, chance, pairs))
    return list(found.values())


@frozen(eq=False)
class _Pair:
    """Two stretches on one diagonal, letter by letter."""

    real: Reader
    synthetic: Reader
    axes: tuple[Axis, Axis]
    diagonal: int
    length: int

    def _codes(self, first: int, last: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Those of ``[first, last)`` of the real genome's axis and of its partners, in the same direction."""
        one = codes_between(self.real.genome, self.axes[0], first, last)
        low, high = self._partners(first, last)
        other = codes_between(self.synthetic.genome, self.axes[1], low, high)
        if self.diagonal < 0:
            turned = other[::-1]
            other = np.where(turned < NOT_ACGT, 3 - turned, turned).astype(np.uint8)
        return one, other

    def _partners(self, first: int, last: int) -> tuple[int, int]:
        if self.diagonal >= 0:
            return partner(self.diagonal, first), partner(self.diagonal, last)
        # The partner of a word's first letter is the first letter of its reverse complement.
        return partner(self.diagonal, last - self.length), partner(self.diagonal, first - self.length)

    def forth(self, end: int) -> int:
        """Where the match ends that includes the letter before `end`."""
        step = _STEPS[0]
        while True:
            one, other = self._codes(end, end + step)
            same = (one == other) & (one < NOT_ACGT)
            if not same.all():
                return end + int(np.argmin(same))
            end += step
            step = min(2 * step, _STEPS[1])

    def back(self, start: int) -> int:
        """Where the match begins that includes the letter at `start`."""
        step = _STEPS[0]
        while True:
            one, other = self._codes(start - step, start)
            same = ((one == other) & (one < NOT_ACGT))[::-1]
            if not same.all():
                return start - int(np.argmin(same))
            start -= step
            step = min(2 * step, _STEPS[1])

    def match(self, start: int, stop: int, chance: Chance, pairs: float) -> Match:
        """The match of these letters of the real genome."""
        low, high = self._partners(start, stop)
        contig, first = self.axes[0].place(start)
        other, begin = self.axes[1].place(low)
        codes = codes_between(self.real.genome, self.axes[0], start, min(stop, start + _WEIGHED))
        return Match(
            stop - start,
            contig,
            first,
            first + stop - start,
            other,
            begin,
            begin + high - low,
            "-" if self.diagonal < 0 else "+",
            pairs + chance.log_probability(codes),
        )


def codes_between(genome: Genome, axis: Axis, first: int, last: int) -> NDArray[np.uint8]:
    """The codes of ``[first, last)`` of the contig on which they lie; 4 beyond its ends."""
    codes = np.full(last - first, NOT_ACGT, dtype=np.uint8)
    # The contig of a letter in the middle of what is asked: the ends may lie beyond it.
    for at in (first, last - 1):
        if not 0 <= at < int(axis.offsets[-1]):
            continue
        name, position = axis.place(at)
        shift = at - position
        low, high = max(first - shift, 0), min(last - shift, genome.contigs[name])
        if high > low:
            codes[low + shift - first : high + shift - first] = encode(checking.fetch(genome, name, low, high))
    return codes
