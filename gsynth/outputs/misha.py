"""Scores as a dense track of a misha database, made by pymisha."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from gsynth.errors import ArgumentError
from gsynth.outputs.scores import Scores
from gsynth.tracks.misha import opened


@define
class MishaSink:
    """A bin of the track begins at a multiple of the resolution; its value is the sum of the windows within it."""

    root: Path
    track: str
    names: Sequence[str]
    sizes: NDArray[np.int64]
    resolution: int
    _parts: list[Scores] = field(factory=list, init=False)

    def made(self, scores: Scores) -> Scores:
        """See `ScoreSink`."""
        return scores

    def take(self, made: Scores) -> None:
        """See `ScoreSink`."""
        self._parts.append(made)

    def finish(self) -> None:
        """See `ScoreSink`."""
        # pymisha takes a DataFrame of pandas, which nothing else here needs.
        import pandas as pd

        ids, bins, values = self._bins()
        starts = bins * self.resolution
        ends = np.minimum(starts + self.resolution, self.sizes[ids])
        place = {"chrom": np.array(self.names, dtype=object)[ids], "start": starts, "end": ends}
        with opened(self.root) as pymisha:
            pymisha.gtrack_create_dense_direct(
                self.track, f"gsynth score ({self.track})", pd.DataFrame(place), values, binsize=self.resolution
            )

    def _bins(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Contig, number and value of each bin that holds a window, in the order of the genome."""
        if not any(len(part) for part in self._parts):
            raise ArgumentError(f"no window was scored: the track {self.track!r} would be empty")
        columns: Any = zip(*((part.ids, part.starts, part.sums, part.flags) for part in self._parts), strict=True)
        ids, starts, sums, flags = (np.concatenate(column) for column in columns)
        bins = starts // self.resolution
        # The intervals are sorted, so the windows of one bin are adjacent.
        firsts = np.flatnonzero(np.append(True, (ids[1:] != ids[:-1]) | (bins[1:] != bins[:-1])))
        sums, flags = np.add.reduceat(sums, firsts), np.bitwise_or.reduceat(flags, firsts)
        together = Scores(ids[firsts], bins[firsts], bins[firsts], sums, flags)
        return together.ids, together.starts, together.values()

    def result(self) -> None:
        """None: everything is in the track."""
