"""Intervals with values on one contig, and what of them falls in each window."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from gsynth.files.segments import ranges


@frozen(eq=False)
class Meetings:
    """Which intervals meet which windows, and in how many bases; those of one window are in the order of the intervals.

    So the sum over a window is the same to the last bit, whatever windows it is asked for with.

    Attributes
    ----------
    which, windows : int64[p]
        The interval and the window of each meeting.
    bases : float64[p]
        The bases in common.
    widths : int64[m]
        Of the windows.
    """

    which: NDArray[np.int64]
    windows: NDArray[np.int64]
    bases: NDArray[np.float64]
    widths: NDArray[np.int64]

    def sums(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """float64[m]: for each window the sum of `weights` (float64[p]) over its meetings."""
        sums: NDArray[Any] = np.bincount(self.windows, weights=weights, minlength=self.widths.size)
        return sums.astype(np.float64, copy=False)


@frozen(eq=False)
class ValuedIntervals:
    """Intervals of one contig, sorted by start; they may overlap.

    Attributes
    ----------
    starts, ends : int64[n]
        0-based half-open, none empty.
    values : float64[n]
        NaN: as if the interval were not there.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    values: NDArray[np.float64]
    _reach: NDArray[np.int64] = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        # How far the intervals up to each one reach. Ends need not rise, but this does, so it can be searched.
        # Intervals that do not overlap, the usual case, need no copy.
        rising = bool((self.ends[1:] >= self.ends[:-1]).all())
        object.__setattr__(self, "_reach", self.ends if rising else np.maximum.accumulate(self.ends))

    @classmethod
    def of(cls, starts: NDArray[np.int64], ends: NDArray[np.int64], values: NDArray[np.float64]) -> ValuedIntervals:
        """From intervals in any order; empty ones and those without a value are left out."""
        if (starts[1:] >= starts[:-1]).all() and (starts < ends).all() and not np.isnan(values).any():
            return cls(starts, ends, values)
        order = np.argsort(starts, kind="stable")
        order = order[(starts[order] < ends[order]) & ~np.isnan(values[order])]
        return cls(starts[order], ends[order], values[order])

    def first_overlap(self) -> int | None:
        """The first position that two intervals have in common; None if they lie apart."""
        shared = np.flatnonzero(self.starts[1:] < self._reach[:-1])
        return int(self.starts[shared[0] + 1]) if shared.size else None

    def merged(self) -> ValuedIntervals:
        """The union of the intervals, each with the value 1."""
        if not self.starts.size:
            return self
        # Not >=: intervals that touch become one.
        first = np.flatnonzero(np.append(True, self.starts[1:] > self._reach[:-1]))
        last = np.append(first[1:], self.starts.size) - 1
        return ValuedIntervals(self.starts[first], self._reach[last], np.ones(first.size))

    def anywhere(self, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Meetings:
        """What meets the windows ``[starts, ends)``, which may lie anywhere."""
        low = np.searchsorted(self._reach, starts, side="right")
        high = np.searchsorted(self.starts, ends, side="left")
        windows, at = ranges(np.maximum(high - low, 0))
        which = low[windows] + at
        bases = np.minimum(self.ends[which], ends[windows]) - np.maximum(self.starts[which], starts[windows])
        # An interval that ended before the window, behind a longer one, does not meet it.
        met = bases > 0
        if not met.all():
            which, windows, bases = which[met], windows[met], bases[met]
        return Meetings(which, windows, bases.astype(np.float64), ends - starts)

    def along(self, edges: NDArray[np.int64]) -> Meetings:
        """What meets the windows between the edges, each of which begins where the one before ends."""
        low = int(np.searchsorted(self._reach, edges[0], side="right"))
        high = max(int(np.searchsorted(self.starts, edges[-1], side="left")), low)
        starts = np.maximum(self.starts[low:high], edges[0])
        ends = np.minimum(self.ends[low:high], edges[-1])
        # An interval that ended before the first window, behind a longer one, meets none.
        which = np.arange(low, high) if (starts < ends).all() else np.flatnonzero(starts < ends) + low
        starts, ends = starts[which - low], ends[which - low]
        first, last = window_of(starts, edges), window_of(ends - 1, edges)
        bases = ends - starts
        crossing = np.flatnonzero(first != last)
        if not crossing.size:
            return Meetings(which, first, bases.astype(np.float64), np.diff(edges))
        # What an interval leaves in later windows comes before all that begins there, so that a window's meetings are
        # in the order of the intervals, and its sum is the same to the last bit whatever block it is asked for in.
        bases[crossing] = edges[first[crossing] + 1] - starts[crossing]
        more = (last - first)[crossing]
        owner, at = ranges(more)
        row = crossing[owner]
        windows = first[row] + 1 + at
        rest = np.minimum(ends[row], edges[windows + 1]) - edges[windows]
        return Meetings(
            np.concatenate([which[row], which]),
            np.concatenate([windows, first]),
            np.concatenate([rest, bases]).astype(np.float64),
            np.diff(edges),
        )

    def means(self, met: Meetings) -> NDArray[np.float64]:
        """float64[m]: mean value over the bases that intervals cover in each window, NaN where there is none."""
        sums, covered = met.sums(self.values[met.which] * met.bases), met.sums(met.bases)
        means = np.full(covered.size, np.nan)
        np.divide(sums, covered, out=means, where=covered > 0)
        return means

    def coverage(self, met: Meetings) -> NDArray[np.float64]:
        """float64[m]: covered bases over the width of each window; the intervals must not overlap."""
        fractions = np.full(met.widths.size, np.nan)
        np.divide(met.sums(met.bases), met.widths, out=fractions, where=met.widths > 0)
        return fractions

    def majority(self, met: Meetings) -> NDArray[np.float64]:
        """float64[m]: the value that covers most bases of each window, the lowest of equals; NaN where none does."""
        which, windows, bases = met.which, met.windows, met.bases
        result = np.full(met.widths.size, np.nan)
        values = self.values[which]
        # Most windows meet one interval, and only the others need the sorting.
        result[windows] = values
        several = np.bincount(windows, minlength=result.size)[windows] > 1
        if not several.any():
            return result
        windows, values, bases = windows[several], values[several], bases[several]
        order = np.lexsort((values, windows))
        windows, values = windows[order], values[order]
        fresh = np.append(True, (windows[1:] != windows[:-1]) | (values[1:] != values[:-1]))
        groups = np.flatnonzero(fresh)
        totals = np.add.reduceat(bases[order], groups)
        # The last of a window's groups wins the assignment: most bases, and of equals the lowest value.
        best = np.lexsort((-values[groups], totals, windows[groups]))
        result[windows[groups][best]] = values[groups][best]
        return result


def window_of(positions: NDArray[np.int64], edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """The window that holds each position; all lie in ``[edges[0], edges[m])``."""
    windows: NDArray[np.int64]
    if edges.size > 3 and _evenly_spaced(edges):
        # All but the first and last window have one width, and a division is much faster than a search.
        windows = (positions - edges[1]) // (edges[2] - edges[1]) + 1
        return np.clip(windows, 0, edges.size - 2, out=windows)
    windows = np.searchsorted(edges, positions, side="right") - 1
    return windows


def _evenly_spaced(edges: NDArray[np.int64]) -> bool:
    inner = np.diff(edges[1:-1])
    return int(inner[0]) > 0 and bool((inner == inner[0]).all())
