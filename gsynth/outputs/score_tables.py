"""Scores in memory: a DataFrame, or arrays for each contig."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from gsynth.files.frames import like
from gsynth.outputs.scores import Scores

Columns = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]
"""Contig numbers, starts, ends, scores: each [w]."""


@define
class _InMemory:
    names: Sequence[str]
    _parts: list[Columns] = field(factory=list, init=False)

    def made(self, scores: Scores) -> Columns:
        """See `ScoreSink`."""
        return scores.ids, scores.starts, scores.ends, scores.values()

    def take(self, made: Columns) -> None:
        """See `ScoreSink`."""
        self._parts.append(made)

    def finish(self) -> None:
        """See `ScoreSink`."""

    def _columns(self) -> Columns:
        empty = np.empty(0, dtype=np.int64)
        # np.concatenate refuses an empty list.
        parts = [*self._parts, (empty, empty, empty, np.empty(0))]
        ids, starts, ends, values = (np.concatenate(column) for column in zip(*parts, strict=True))
        return ids, starts, ends, values


@define
class FrameSink(_InMemory):
    """A pandas DataFrame if pandas is installed, else a dict of arrays: chrom, start, end, score."""

    def result(self) -> Any:
        """See `ScoreSink`."""
        ids, starts, ends, values = self._columns()
        names = np.array(self.names, dtype=object)[ids]
        table: dict[str, NDArray[Any]] = {"chrom": names, "start": starts, "end": ends, "score": values}
        return like(table, None)


@define
class ArraysSink(_InMemory):
    """For each contig with windows: their starts, ends and scores, in the order of the windows."""

    def result(self) -> dict[str, tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]]:
        """See `ScoreSink`."""
        ids, starts, ends, values = self._columns()
        found = {}
        for row in np.unique(ids).tolist():
            own = np.flatnonzero(ids == row)
            found[self.names[row]] = starts[own], ends[own], values[own]
        return found
