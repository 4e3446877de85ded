"""How many earlier intervals of a call overlap each one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gsynth.intervals import Intervals


def earlier_overlaps(intervals: Intervals) -> NDArray[np.int64]:
    """For each interval, how many earlier ones overlap it: int64[n].

    An earlier one overlaps unless it begins at or after the end, or ends at or before the start. None does both, so the
    two are counted separately. Takes time in proportion to ``n log n``, and less if the intervals do not overlap.

    Examples
    --------
    >>> column = lambda *values: np.array(values, dtype=np.int64)
    >>> earlier_overlaps(Intervals(("a", "b"), column(0, 0, 0, 1), column(0, 9, 5, 0), column(9, 12, 10, 9))).tolist()
    [0, 0, 2, 0]
    """
    counts = np.zeros(len(intervals), dtype=np.int64)
    rows = np.flatnonzero(intervals.ends > intervals.starts)
    is_sorted = _sorted(intervals.ids[rows], intervals.starts[rows])
    order = rows if is_sorted else rows[np.lexsort((intervals.starts[rows], intervals.ids[rows]))]
    ids, starts, ends = intervals.ids[order], intervals.starts[order], intervals.ends[order]
    if not ((ids[1:] == ids[:-1]) & (starts[1:] < ends[:-1])).any():
        return counts
    # On one axis, on which all ends on a contig lie before all starts on the next.
    reach = np.zeros(len(intervals.names), dtype=np.int64)
    np.maximum.at(reach, ids, ends)
    shift = (np.cumsum(reach) - reach)[intervals.ids[rows]]
    begin, end = intervals.starts[rows] + shift, intervals.ends[rows] + shift
    if is_sorted:
        # Sorted by start: intervals that end at or before a start are earlier ones, and so only these must be counted.
        counts[rows] = np.arange(rows.size) - np.searchsorted(np.sort(end), begin, side="right")
        return counts
    counts[rows] = _earlier_below(begin, end) - _earlier_below(end, begin + 1)
    return counts


def _sorted(ids: NDArray[np.int64], starts: NDArray[np.int64]) -> bool:
    """Whether intervals are given by contig and start."""
    return not ((ids[1:] < ids[:-1]) | ((ids[1:] == ids[:-1]) & (starts[1:] < starts[:-1]))).any()


def _earlier_below(values: NDArray[np.int64], limits: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each i, how many of ``values[:i]`` are below ``limits[i]``: int64[n].

    A wavelet matrix: the ranks of the values are split bit by bit, highest first, those with a 0 before those with a 1,
    each kind in its order; on the way every query counts the values that fall below it.
    """
    size = values.size
    # Half the bytes if they suffice: most of the time is spent on scattered look-ups.
    integer: type[np.signedinteger[Any]] = np.int32 if size < 2**31 else np.int64
    order = np.argsort(values, kind="stable")
    ranks: NDArray[Any] = np.empty(size, dtype=integer)
    ranks[order] = np.arange(size, dtype=integer)
    wanted: NDArray[Any] = np.searchsorted(values[order], limits, side="left").astype(integer)
    below = np.zeros(size, dtype=np.int64)
    low, high = np.zeros(size, dtype=integer), np.arange(size, dtype=integer)
    for bit in reversed(range(size.bit_length())):
        ones = (ranks >> bit & 1).astype(np.bool_)
        zeros_before = np.concatenate([np.zeros(1, dtype=integer), np.cumsum(~ones, dtype=integer)])
        low_zeros, high_zeros = zeros_before[low], zeros_before[high]
        right = (wanted >> bit & 1).astype(np.bool_)
        below += np.where(right, high_zeros - low_zeros, 0)
        low = np.where(right, zeros_before[-1] + low - low_zeros, low_zeros)
        high = np.where(right, zeros_before[-1] + high - high_zeros, high_zeros)
        ranks = np.concatenate([ranks[~ones], ranks[ones]])
    return below
