"""The reference for scores: what a scorer adds up, and the score of whole intervals, base by base."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gsynth.testing.oracle import BASES, MASKED, NOT_ACGT, UNBINNED, Interval, context_index, window_strata

IMPOSSIBLE: Final = -(2**31)
UNIT: Final = 2**24

# Contig, start, end, and the score: NaN where there is none. A comment, as autodoc takes the alias for a class.
Score = tuple[str, int, int, float]


def score(
    codes: NDArray[np.uint8],
    edges: NDArray[np.int64],
    strata: NDArray[np.int32],
    cuts: NDArray[np.int64],
    order: int,
    logs: NDArray[np.int32],
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """What `Scorer.score` adds to zeros.

    Returns
    -------
    int64[w], int32[w, 4]
        The sums of the cells, and how many windows of each were left out, and why.

    Examples
    --------
    >>> logs = np.full((1, 4, 4), -7, dtype=np.int32)
    >>> codes = np.array([0, 1, 2, 4, 3], dtype=np.uint8)
    >>> sums, left_out = score(codes, np.array([0, 4]), np.array([0]), np.array([0, 3, 4]), 1, logs)
    >>> sums.tolist(), left_out.tolist()
    ([-14, 0], [[1, 0, 0, 0], [0, 1, 0, 0]])
    """
    # Python's whole numbers, which cannot overflow.
    sums = [0] * (cuts.size - 1)
    left_out = np.zeros((cuts.size - 1, 4), dtype=np.int32)
    for i, stratum in enumerate(window_strata(edges, strata)):
        cell = next(v for v in range(cuts.size - 1) if cuts[v] <= i < cuts[v + 1])
        context, base = [int(code) for code in codes[i : i + order]], int(codes[i + order])
        if stratum == MASKED:
            continue
        if base == NOT_ACGT:
            left_out[cell, 0] += 1
        elif NOT_ACGT in context:
            left_out[cell, 1] += 1
        elif stratum == UNBINNED:
            left_out[cell, 2] += 1
        elif logs[stratum, context_index(context), base] == IMPOSSIBLE:
            left_out[cell, 3] += 1
        else:
            sums[cell] += int(logs[stratum, context_index(context), base])
    return np.array(sums, dtype=np.int64), left_out


def logarithm(probability: float | Fraction) -> int:
    """A probability as in a scorer's table; off by one unit at most, if the logarithm lies close to half a unit.

    Examples
    --------
    >>> logarithm(Fraction(1, 4)), logarithm(1.0), logarithm(0)
    (-23258160, 0, -2147483648)
    """
    return IMPOSSIBLE if probability <= 0 else max(round(math.log(probability) * UNIT), IMPOSSIBLE + 1)


def score_intervals(
    sequences: Mapping[str, str],
    intervals: Sequence[Interval],
    k: int,
    logs: NDArray[np.int32],
    resolution: int,
    *,
    stratum_at: Callable[[str, int, int], int] = lambda contig, start, position: 0,
    mask: Sequence[Interval] = (),
    n_uniform: bool = False,
    inside: bool = False,
) -> list[Score]:
    """The scores of whole intervals, window by window.

    Parameters
    ----------
    sequences : mapping of contig to bases
    intervals : sequence of (contig, start, end)
        0-based half-open; clipped to the contig.
    k : int
    logs : int32[bins, 4**k, 4]
        In units of ``2**-24``, the smallest int32 for impossible.
    resolution : int
        Its multiples cut the intervals into windows.
    stratum_at : callable
        The flat bin at a position (contig, start of the interval, position), negative for none.
    mask : sequence of (contig, start, end)
    n_uniform : bool
        Whether a base after a context with an N scores log(1/4); otherwise it has no score.
    inside : bool
        Whether contexts must lie inside the interval; otherwise they must lie on the contig.

    Examples
    --------
    >>> logs = np.full((1, 4, 4), -(2**23), dtype=np.int32)
    >>> score_intervals({"c": "ACGTNA"}, [("c", 1, 9)], 1, logs, 2)
    [('c', 1, 2, -0.5), ('c', 2, 4, -1.0), ('c', 4, 6, nan)]
    """
    scores: list[Score] = []
    for contig, given_start, given_end in intervals:
        start, end = max(given_start, 0), min(given_end, len(sequences[contig]))
        first = start
        while first < end:
            last = min(end, (first // resolution + 1) * resolution)
            total = 0.0
            for p in range(first, last):
                context, base = sequences[contig][max(p - k, 0) : p].upper(), sequences[contig][p].upper()
                masked = any(name == contig and low <= p < high for name, low, high in mask)
                if masked or p - k < (start if inside else 0) or base not in BASES:
                    # NaN and infinities propagate as the rules say: any base without a score leaves the window without.
                    total += math.nan
                elif any(letter not in BASES for letter in context):
                    total += logarithm(0.25) if n_uniform else math.nan
                elif stratum_at(contig, start, p - k) < 0:
                    total += math.nan
                else:
                    index = context_index([BASES.index(letter) for letter in context])
                    found = int(logs[stratum_at(contig, start, p - k), index, BASES.index(base)])
                    # Whole numbers, so this sum of floats is exact below 2**53.
                    total += -math.inf if found == IMPOSSIBLE else found
            scores.append((contig, first, last, total / UNIT))
            first = last
    return scores
