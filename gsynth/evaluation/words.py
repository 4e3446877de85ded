"""Words of 1 to 8 letters: how often they are written, and how often a right sampler would have written them.

A right sampler draws each base given the bases before it. So of the occurrences of a word, given how often its first
letters were written, the expected number and its variance are sums over contexts, without any correlation: what is
drawn at one position depends on what is drawn at another only through its context, which is given. Overlaps of a word
with itself, and strata, need no correction.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.evaluation.statistics import correlation, poisson_score, usual_largest
from gsynth.model.strands import add_reverse_complement

LONGEST: Final = 8
"""Letters of the longest words."""

_RARE: Final = 30.0
"""Words of which fewer are expected are summed over all numbers that they may have."""

_ENOUGH: Final = 5.0
"""Words of which fewer are expected are not tested one by one."""

Reals = NDArray[np.float64]


@frozen(eq=False)
class Expectation:
    """What was written, and what a right sampler writes: float64[4**letters] each.

    Attributes
    ----------
    found, expected, variance : float64[4**letters]
        Words by number, the first letter the most significant one; forward strand.
    """

    found: Reals
    expected: Reals
    variance: Reals

    def of(self, letters: int) -> Expectation:
        """The last `letters` letters of the words."""
        return Expectation(*(x.reshape(-1, 4**letters).sum(axis=0) for x in (self.found, self.expected, self.variance)))


def expectation(
    table: NDArray[np.uint64], order: int, probabilities: Callable[[int], NDArray[np.float64]]
) -> Expectation:
    """What a right sampler of order `order` writes, given how often the first letters of each word were written.

    Parameters
    ----------
    table : uint64[bins, 4**q, 4]
        Words of q + 1 letters, q at least `order`, in the stratum that decided on their last letter.
    order : int
    probabilities : callable
        Gives those of a flat bin: float64[4**order, 4].
    """
    bins, contexts, _ = table.shape
    found, expected, variance = (np.zeros((contexts // 4**order, 4**order, 4)) for _ in range(3))
    for flat in range(bins):
        counts = table[flat].reshape(found.shape).astype(np.float64)
        draws = counts.sum(axis=2, keepdims=True)
        if not draws.any():
            continue
        chances = probabilities(flat)
        means = draws * chances
        found += counts
        expected += means
        variance += means * (1 - chances)
    return Expectation(found.reshape(-1), expected.reshape(-1), variance.reshape(-1))


@frozen(eq=False)
class WordComparison:
    """The words of one length in two genomes.

    Attributes
    ----------
    letters : int
    correlation, expected_correlation : float
        Pearson's, of the frequencies on both strands, and what a right sampler gives, approximately.
    divergence, expected_divergence : float
        Jensen-Shannon, in bits, and what a right sampler gives, approximately.
    divergence_error : float
        The standard error of `divergence`.
    largest_z, expected_z : float
        The largest deviation of a synthetic word from what a right sampler writes, in standard errors, with its sign;
        and the usual size of the largest one.
    word : str
        The one that deviates most.
    tested : int
        Words of which at least five are expected.
    """

    letters: int
    correlation: float
    expected_correlation: float
    divergence: float
    expected_divergence: float
    divergence_error: float
    largest_z: float
    expected_z: float
    word: str
    tested: int

    def as_dict(self) -> dict[str, Any]:
        """The same in plain types."""
        names = ("correlation", "expected_correlation", "divergence", "expected_divergence")
        more = ("largest_z", "expected_z", "word", "tested")
        return {"k": self.letters, **{name: getattr(self, name) for name in (*names, *more)}}


def compare_words(
    letters: int, real: NDArray[np.uint64], synthetic: NDArray[np.uint64], law: Expectation, order: int
) -> WordComparison:
    """Compare the words of `letters` letters.

    Parameters
    ----------
    letters : int
    real, synthetic : uint64[4**letters]
        Words on the forward strand.
    law : Expectation
        Of words of at least as many letters, in the synthetic genome.
    order : int
        Of the law: words of one letter more are as frequent as in the real genome, but for chance.
    """
    own = law.of(letters)
    there, here = both_strands(real), both_strands(synthetic)
    windows = float(synthetic.sum())
    # Longer words even a right sampler writes more or less often than the real genome.
    ideal = both_strands(own.expected) if letters > order + 1 and own.expected.sum() > 0 else there
    expected, error = expected_divergence(there, ideal, windows)
    scores = poisson_score(own.found, own.expected, own.variance)
    scores[(own.expected < _ENOUGH) & np.isfinite(scores)] = 0.0
    most = int(np.argmax(np.abs(scores)))
    tested = int((own.expected >= _ENOUGH).sum())
    return WordComparison(
        letters=letters,
        correlation=correlation(there, here),
        expected_correlation=_expected_correlation(there, ideal, windows),
        divergence=jensen_shannon(there, here),
        expected_divergence=expected,
        divergence_error=error,
        largest_z=float(scores[most]),
        expected_z=usual_largest(tested),
        word=word(most, letters),
        tested=tested,
    )


def word(number: int, letters: int) -> str:
    """The letters of a word.

    Examples
    --------
    >>> word(6, 3)
    'ACG'
    """
    return "".join("ACGT"[number >> 2 * (letters - 1 - i) & 3] for i in range(letters))


def both_strands(counts: NDArray[np.uint64] | Reals) -> Reals:
    """The frequencies of words on both strands, float64[4**letters]; NaN if there is none."""
    # Counts of one letter are a table of one context, of two and more as the strands' own function takes them.
    table = np.asarray(counts, dtype=np.float64)
    both = table + table[::-1] if table.size == 4 else _turned(table)
    total = both.sum()
    shares: Reals = both / total if total > 0 else np.full(both.shape, np.nan)
    return shares


def both_strands_of(counts: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The counts, uint64[tables, 4**k, 4] for k from 0 on, with those of the reverse complements added."""
    if counts.shape[1] == 1:
        return counts + counts[:, :, ::-1]
    both = counts.copy()
    add_reverse_complement(both)
    return both


def _turned(table: Reals) -> Reals:
    both = table.copy().reshape(1, -1, 4)
    add_reverse_complement(both)  # type: ignore[arg-type]  # sums of any numbers
    return both.reshape(-1)


def jensen_shannon(one: Reals, other: Reals) -> float:
    """The Jensen-Shannon divergence of two distributions, in bits: 0 to 1.

    Examples
    --------
    >>> jensen_shannon(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    1.0
    """
    if not (one.sum() > 0 and other.sum() > 0):
        return float("nan")
    return max(float(_parts(one, other).sum()), 0.0)


def _parts(one: Reals, other: Reals) -> Reals:
    """What each word adds to the divergence."""
    middle = (one + other) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [np.where(part > 0, part * np.log2(part / middle), 0.0) for part in (one, other)]
    added: Reals = (parts[0] + parts[1]) / 2
    return added


def expected_divergence(real: Reals, ideal: Reals, windows: float) -> tuple[float, float]:
    """The mean and the standard error of `jensen_shannon` of `real` and a sample of `windows` words from `ideal`.

    A word's number on both strands is a Poisson number. Rare words are summed over all numbers that they may have; for
    others the divergence is expanded to the second order. Words that overlap depend on each other, and a word and its
    reverse complement are always equally frequent: the standard error is twice that of independent words.
    """
    if not (windows > 0 and ideal.sum() > 0 and real.sum() > 0):
        return float("nan"), float("nan")
    numbers = ideal * 2 * windows
    rare = numbers < _RARE
    mean, square = _of_rare(real[rare], numbers[rare], windows)
    often, other = _of_frequent(real[~rare], ideal[~rare], windows)
    return mean + often, 2 * math.sqrt(square + other)


def _of_rare(real: Reals, numbers: Reals, windows: float) -> tuple[float, float]:
    """The summed mean and variance of the parts of rare words."""
    mean, square, chance = np.zeros(real.size), np.zeros(real.size), np.exp(-numbers)
    largest = float(numbers.max(initial=0.0))
    # Beyond this a Poisson number is never found.
    for number in range(int(largest + 8 * math.sqrt(largest)) + 12):
        part = _parts(real, np.full(real.size, number / (2 * windows)))
        mean += chance * part
        square += chance * part**2
        chance = chance * numbers / (number + 1)
    return float(mean.sum()), float((square - mean**2).sum())


def _of_frequent(real: Reals, ideal: Reals, windows: float) -> tuple[float, float]:
    """The same of frequent words, by the derivatives of their parts."""
    variance = ideal / (2 * windows)
    slope = np.log2(2 * ideal / (real + ideal)) / 2
    curve = real / (ideal * (real + ideal)) / (2 * math.log(2))
    bend = curve * variance / 2
    return float((_parts(real, ideal) + bend).sum()), float((slope**2 * variance + 2 * bend**2).sum())


def _expected_correlation(real: Reals, ideal: Reals, windows: float) -> float:
    """Pearson's correlation of `real` with a finite sample of `ideal`."""
    spread = float(((ideal - ideal.mean()) ** 2).sum())
    if not (windows > 0 and spread > 0):
        return float("nan")
    return correlation(real, ideal) / math.sqrt(1 + float(ideal.sum()) / (2 * windows) / spread)
