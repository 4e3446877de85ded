"""The reference for probabilities: from counts to thresholds, in exact fractions, one row at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray


def cumulative(
    row: Sequence[int], pseudocount: float | Fraction, prior: Sequence[float | Fraction] | None = None
) -> list[Fraction]:
    """The exact cumulative probabilities of one context: four Fractions, the last one 1.

    Examples
    --------
    >>> [str(p) for p in cumulative([1, 0, 0, 0], 1)]
    ['2/5', '3/5', '4/5', '1']
    >>> [str(p) for p in cumulative([0, 0, 0, 0], 0)]
    ['1/4', '1/2', '3/4', '1']
    """
    weight = Fraction(pseudocount)
    extra = [weight] * 4 if prior is None else [weight * Fraction(p) for p in prior]
    cells = [Fraction(int(n)) + e for n, e in zip(row, extra, strict=True)]
    total = sum(int(n) for n in row) + (4 * weight if prior is None else weight)
    if total == 0:
        cells, total = [Fraction(1)] * 4, Fraction(4)
    sums = [sum(cells[: j + 1], Fraction(0)) / total for j in range(3)]
    return [*sums, Fraction(1)]


def marginal(counts: NDArray[np.uint64]) -> list[Fraction]:
    """The base frequencies of one bin's counts (4**k, 4), or of several bins; uniform without observations."""
    bases = [sum(int(n) for n in counts[..., base].flat) for base in range(4)]
    total = sum(bases)
    return [Fraction(n, total) if total else Fraction(1, 4) for n in bases]


def threshold_row(cdf: Sequence[float | Fraction]) -> list[int]:
    """floor(cdf * 2**31) of the first three columns, exactly; uniform for a row that is NaN.

    Examples
    --------
    >>> threshold_row([0.25, 0.5, 1.0, 1.0])
    [536870912, 1073741824, 2147483648]
    """
    if any(isinstance(p, float) and math.isnan(p) for p in cdf):
        cdf = [0.25, 0.5, 0.75, 1.0]
    return [math.floor(Fraction(p) * 2**31) for p in cdf[:3]]


def thresholds(cdf: NDArray[np.float64]) -> NDArray[np.uint32]:
    """The sampler's table of a cdf (bins, 4**k, 4): uint32[bins + 1, 4**k, 3], the last one uniform."""
    uniform_rows = [threshold_row([0.25, 0.5, 0.75, 1.0])] * cdf.shape[1]
    tables = [[threshold_row([float(p) for p in row]) for row in table] for table in cdf]
    return np.array([*tables, uniform_rows], dtype=np.uint32)


def elsewhere(counts: NDArray[np.uint64], outside: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The counts from which windows without a bin are sampled: their own, or else all: uint64[4**k, 4].

    Examples
    --------
    >>> none, some = np.zeros((4, 4), dtype=np.uint64), np.ones((2, 4, 4), dtype=np.uint64)
    >>> int(elsewhere(some, none)[0, 0]), int(elsewhere(some, 5 * some[0])[0, 0])
    (2, 5)
    """
    if outside.any():
        return outside
    total = np.zeros_like(outside)
    for table in counts:
        total = total + table
    return total


def with_elsewhere(
    counts: NDArray[np.uint64], outside: NDArray[np.uint64], pseudocount: float = 1.0
) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
    """The counts of all strata and, last, of windows without a bin; and the sampler's table for them, without a prior.

    Returns
    -------
    uint64[bins + 1, 4**k, 4], uint32[bins + 2, 4**k, 3]
    """
    tables = np.concatenate([counts, elsewhere(counts, outside)[None]])
    cdf = [[[float(p) for p in cumulative(row.tolist(), pseudocount)] for row in table] for table in tables]
    return tables, thresholds(np.array(cdf))


def interpolated(
    table: Sequence[Sequence[int]],
    context: str,
    pseudocount: float | Fraction,
    prior: Sequence[float | Fraction] | None = None,
) -> list[Fraction]:
    """The exact probabilities of A, C, G and T after a context, interpolated with those after shorter ones.

    Parameters
    ----------
    table : 4**k rows of 4 counts
        Of one bin.
    context : str
        From no base to k of them.
    pseudocount, prior
        As for `cumulative`, for the empty context.

    Examples
    --------
    >>> table = [[1, 2, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    >>> [str(p) for p in interpolated(table, "", 1)], [str(p) for p in interpolated(table, "C", 1)]
    (['2/7', '3/7', '1/7', '1/7'], ['2/7', '3/7', '1/7', '1/7'])
    >>> [str(p) for p in interpolated(table, "A", 1)]  # (1 + 2 * 2/7) / (3 + 2) and so on
    ['11/35', '4/7', '2/35', '2/35']
    """
    seen = [0] * 4
    for index, row in enumerate(table):
        word = ""
        while 4 ** len(word) < len(table):
            word = "ACGT"[index // 4 ** len(word) % 4] + word
        if word.endswith(context):
            seen = [total + int(n) for total, n in zip(seen, row, strict=True)]
    if not context:
        steps = [Fraction(0), *cumulative(seen, pseudocount, prior)]
        return [steps[j + 1] - steps[j] for j in range(4)]
    shorter = interpolated(table, context[1:], pseudocount, prior)
    kinds = sum(1 for n in seen if n)
    if not kinds:
        return shorter
    return [(n + kinds * p) / (sum(seen) + kinds) for n, p in zip(seen, shorter, strict=True)]
