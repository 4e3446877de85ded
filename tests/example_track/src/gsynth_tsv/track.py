"""Tracks of intervals with values: means, or the category that covers most of a window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Positions = NDArray[np.int64]
Values = NDArray[np.float64]


class Intervals:
    """Intervals of one contig with their values, sorted by start; they may overlap."""

    def __init__(self, starts: Positions, ends: Positions, values: Values) -> None:
        self.starts, self.ends, self.values = starts, ends, values
        # How far the intervals up to each one reach: ends need not rise, but this does, so it can be searched.
        self._reach = np.maximum.accumulate(ends)

    @property
    def end(self) -> int:
        """The end of the last one."""
        return int(self.ends.max(initial=0))

    def met(self, starts: Positions, ends: Positions) -> tuple[Positions, Values, Values]:
        """For each meeting of a window and an interval: the window, the bases in common, the value."""
        low = np.searchsorted(self._reach, starts, side="right")
        high = np.maximum(np.searchsorted(self.starts, ends, side="left"), low)
        windows = np.repeat(np.arange(starts.size), high - low)
        firsts = np.cumsum(high - low) - (high - low)
        which = np.arange(windows.size) - np.repeat(firsts - low, high - low)
        bases = np.minimum(self.ends[which], ends[windows]) - np.maximum(self.starts[which], starts[windows])
        return windows, np.maximum(bases, 0).astype(np.float64), self.values[which]


class MeanTrack:
    """See `gsynth.plugins.Track`: the mean over the bases of a window that have a value.

    Has the optional abilities `NamedContigs` and `ManyWindows`.
    """

    uses_sequence = False
    flank = 0

    def __init__(self, intervals: Mapping[str, Intervals]) -> None:
        self._intervals = intervals

    @property
    def contigs(self) -> Mapping[str, int]:
        return {name: own.end for name, own in self._intervals.items()}

    def window_values(self, contig: str, edges: Positions, sequence: NDArray[np.uint8] | None) -> Values:
        return self._values(contig, edges[:-1], edges[1:])

    def many_values(self, contigs: Sequence[str], ids: Positions, starts: Positions, ends: Positions) -> Values:
        found = np.full(ids.size, np.nan)
        for number in np.unique(ids).tolist():
            rows = np.flatnonzero(ids == number)
            found[rows] = self._values(contigs[number], starts[rows], ends[rows])
        return found

    def _values(self, contig: str, starts: Positions, ends: Positions) -> Values:
        # A contig that the table lacks has no values.
        if contig not in self._intervals:
            return np.full(starts.size, np.nan)
        return self._summary(starts.size, *self._intervals[contig].met(starts, ends))

    def _summary(self, count: int, windows: Positions, bases: Values, values: Values) -> Values:
        covered = np.bincount(windows, weights=bases, minlength=count)
        sums = np.bincount(windows, weights=bases * values, minlength=count)
        means: Values = np.divide(sums, covered, out=np.full(count, np.nan), where=covered > 0)
        return means


class CategoryTrack(MeanTrack):
    """The number of the category that covers most of a window; of equals the first. A `Categorical` track."""

    def __init__(self, intervals: Mapping[str, Intervals], categories: tuple[str, ...]) -> None:
        super().__init__(intervals)
        self.categories = categories

    def _summary(self, count: int, windows: Positions, bases: Values, values: Values) -> Values:
        size = len(self.categories)
        cells = windows * size + values.astype(np.int64)
        votes = np.bincount(cells, weights=bases, minlength=count * size).reshape(count, size)
        return np.where(votes.max(axis=1, initial=0) > 0, votes.argmax(axis=1), np.nan)
