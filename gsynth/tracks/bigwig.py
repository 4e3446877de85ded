"""bigWig files: exact means of windows."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from gsynth.plugins import Genome, Track, source_options
from gsynth.tracks.bigwig_file import BigWigFile
from gsynth.tracks.overlaps import ValuedIntervals
from gsynth.tracks.reopening import Origin

_BLOCKS: Final = 512
"""Blocks, each of about a thousand records, that are held at once for windows that lie apart."""


@frozen(eq=False)
class BigWigTrack:
    """Mean over the bases that have a value, NaN where none has (see `gsynth.plugins.Track`).

    Attributes
    ----------
    path : Path
    """

    path: Path
    uses_sequence: bool = False
    flank: int = 0
    _file: BigWigFile = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_file", BigWigFile(self.path))

    def __reduce__(self) -> tuple[object, ...]:
        # The file descriptor cannot be pickled: another process opens the file by itself.
        return Origin(open_bigwig, self.path).reduced()

    @property
    def contigs(self) -> Mapping[str, int]:
        """The file's contigs and their lengths."""
        return self._file.contigs

    def window_values(
        self, contig: str, edges: NDArray[np.int64], sequence: NDArray[np.uint8] | None
    ) -> NDArray[np.float64]:
        """One value for each window."""
        if contig not in self.contigs or edges[-1] <= edges[0]:
            return np.full(edges.size - 1, np.nan)
        records = _valued(*self._file.records(contig, int(edges[0]), int(edges[-1])))
        return records.means(records.along(edges))

    def many_values(
        self, contigs: Sequence[str], ids: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """One value for each window, all found in the index by one search (see `gsynth.plugins.ManyWindows`)."""
        values = np.full(ids.size, np.nan)
        axis = self._file.axis_of(contigs)[ids]
        # In the order of the file, so that a block that several windows need is decompressed once.
        order = np.argsort(axis + starts, kind="stable")
        order = order[axis[order] >= 0]
        lows, highs = (axis + starts)[order], (axis + ends)[order]
        firsts, behind = self._file.blocks_at(lows, highs)
        for part in _readings(firsts, behind):
            records = _valued(*self._file.records_in(_union(firsts[part], behind[part])))
            values[order[part]] = records.means(records.anywhere(lows[part], highs[part]))
        return values


def _valued(starts: NDArray[np.int64], ends: NDArray[np.int64], values: NDArray[np.float32]) -> ValuedIntervals:
    """Records, those without a value left out."""
    make = ValuedIntervals.of if np.isnan(values).any() else ValuedIntervals
    # A sum of float32 over many records would lose digits.
    return make(starts, ends, values.astype(np.float64))


def _readings(firsts: NDArray[np.int64], behind: NDArray[np.int64]) -> Iterator[slice]:
    """Windows that need the blocks ``firsts .. behind``, so many at a time that about `_BLOCKS` are read for them."""
    reach = np.maximum.accumulate(np.append(0, behind))
    # Blocks that an earlier window reached already are not counted again.
    more = np.maximum(behind - np.maximum(firsts, reach[:-1]), 0)
    reading = np.cumsum(more) // _BLOCKS
    edges = [0, *(np.flatnonzero(np.diff(reading)) + 1).tolist(), firsts.size]
    for first, last in itertools.pairwise(edges):
        if last > first:
            yield slice(first, last)


def _union(firsts: NDArray[np.int64], behind: NDArray[np.int64]) -> NDArray[np.int64]:
    """All numbers in any of the ranges ``firsts .. behind``, ascending."""
    low, size = int(firsts.min()), int(behind.max() - firsts.min()) + 1
    steps = np.bincount(firsts - low, minlength=size) - np.bincount(behind - low, minlength=size)
    return low + np.flatnonzero(np.cumsum(steps) > 0)


def open_bigwig(source: object) -> BigWigTrack:
    """The track of a path, or of a mapping with one."""
    path, _ = source_options(source, ())
    return BigWigTrack(path)


class BigWigOpener:
    """Opens a bigWig file."""

    def open(self, source: object, genome: Genome) -> Track:
        return open_bigwig(source)
