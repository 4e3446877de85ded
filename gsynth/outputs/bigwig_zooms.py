"""The zoom levels of a bigWig: summaries of its values in increasingly wide bins."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

_MOST_BINS: Final = 500_000
"""Bins of the finest level, so that its memory is bounded."""
_FINEST: Final = 10
"""Least number of windows in a bin of the finest level."""
_STEP: Final = 4
_MOST_LEVELS: Final = 8

RECORD: Final = np.dtype(
    [("id", "<u4"), ("start", "<u4"), ("end", "<u4"), ("covered", "<u4"),
     ("min", "<f4"), ("max", "<f4"), ("sum", "<f4"), ("squares", "<f4")]
)  # fmt: skip
"""A bin as written to the file."""


@frozen(eq=False)
class Level:
    """One level: a bin for each multiple of `width` on each contig.

    Attributes
    ----------
    width : int
    offsets : int64[c + 1]
        Where each contig's bins begin.
    sizes : int64[c]
        Bases of the contigs.
    covered, least, most, sums, squares : float64[bins]
        Bases with a value; the values' least, greatest, sum and sum of squares, over bases.
    """

    width: int
    offsets: NDArray[np.int64]
    sizes: NDArray[np.int64]
    covered: NDArray[np.float64]
    least: NDArray[np.float64]
    most: NDArray[np.float64]
    sums: NDArray[np.float64]
    squares: NDArray[np.float64]

    @classmethod
    def empty(cls, width: int, sizes: NDArray[np.int64]) -> Level:
        offsets = np.append(0, np.cumsum(-(-sizes // width)))
        bins = int(offsets[-1])
        zeros = (np.zeros(bins) for _ in range(3))
        covered, sums, squares = zeros
        return cls(width, offsets, sizes, covered, np.full(bins, np.inf), np.full(bins, -np.inf), sums, squares)

    def add(
        self,
        bins: NDArray[np.int64],
        covered: NDArray[np.float64],
        least: NDArray[np.float64],
        most: NDArray[np.float64],
        sums: NDArray[np.float64],
        squares: NDArray[np.float64],
    ) -> None:
        """Add values to bins, one after the other: floating-point sums depend on the order, so it must be fixed."""
        np.add.at(self.covered, bins, covered)
        np.minimum.at(self.least, bins, least)
        np.maximum.at(self.most, bins, most)
        np.add.at(self.sums, bins, sums)
        np.add.at(self.squares, bins, squares)

    def coarser(self) -> Level:
        """The level above."""
        above = Level.empty(self.width * _STEP, self.sizes)
        bins = np.arange(int(self.offsets[-1]))
        ids = np.searchsorted(self.offsets, bins, side="right") - 1
        places = above.offsets[ids] + (bins - self.offsets[ids]) // _STEP
        above.add(places, self.covered, self.least, self.most, self.sums, self.squares)
        return above

    def records(self) -> NDArray[Any]:
        """The bins that hold a value (`RECORD`), in the order of their positions."""
        bins = np.flatnonzero(self.covered)
        ids = np.searchsorted(self.offsets, bins, side="right") - 1
        found = np.zeros(bins.size, dtype=RECORD)
        found["id"], found["start"] = ids, (bins - self.offsets[ids]) * self.width
        found["end"] = np.minimum((bins - self.offsets[ids] + 1) * self.width, self.sizes[ids])
        columns = {"covered": self.covered, "min": self.least, "max": self.most, "sum": self.sums}
        for name, column in (columns | {"squares": self.squares}).items():
            found[name] = column[bins]
        return found


@define
class Zooms:
    """The finest level, filled as values come, and from it the others."""

    finest: Level = field()

    @classmethod
    def of(cls, sizes: NDArray[np.int64], resolution: int) -> Zooms:
        """For windows that are multiples of `resolution`, none of which then lies in two bins."""
        wide = -(-int(sizes.sum()) // (resolution * _MOST_BINS))
        return cls(Level.empty(resolution * max(_FINEST, wide), sizes))

    def add(
        self, ids: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64], values: NDArray[np.float64]
    ) -> None:
        """Add the values of windows."""
        bins = self.finest.offsets[ids] + starts // self.finest.width
        widths = (ends - starts).astype(np.float64)
        self.finest.add(bins, widths, values, values, values * widths, values * values * widths)

    def levels(self) -> Iterator[Level]:
        """From the finest one up, as long as there are bins to combine."""
        level = self.finest
        for _ in range(_MOST_LEVELS):
            yield level
            if level.width >= int(level.sizes.max(initial=0)):
                return
            level = level.coarser()

    def summary(self) -> tuple[int, float, float, float, float]:
        """Of all values: bases, least, greatest, sum and sum of squares."""
        finest = self.finest
        held = finest.covered > 0
        if not held.any():
            return 0, 0.0, 0.0, 0.0, 0.0
        # fsum is exact, so the order of the bins does not matter; it raises where infinities of both signs meet.
        sums = math.fsum(finest.sums) if np.isfinite(finest.sums).all() else float(finest.sums.sum())
        squares = math.fsum(finest.squares) if np.isfinite(finest.squares).all() else math.inf
        return int(finest.covered.sum()), float(finest.least.min()), float(finest.most.max()), sums, squares
