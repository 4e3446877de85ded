"""Records as bare bases, one after the other."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from attrs import define
from numpy.typing import NDArray

from gsynth.outputs.placed import ByteTarget, Target
from gsynth.outputs.records import Records
from gsynth.outputs.shared import SharedFile
from gsynth.outputs.sinks import Part


@define
class RawSink:
    """Writes the bases and nothing else."""

    _target: ByteTarget
    _records: Records
    _reserved: int = 0

    def reserve(self, numbers: NDArray[np.int64]) -> int:
        """The byte at which the records begin."""
        place = self._reserved
        self._reserved += int(self._records.lengths(numbers).sum())
        return place

    def made(self, part: Part) -> Any:
        """What the target makes of the letters themselves."""
        # A target writes the memory of the array, which must be in one piece.
        return self._target.made(np.ascontiguousarray(part.letters), part.place + part.done)

    def corrected(self, part: Part, made: Any, count: int) -> None:
        """See `gsynth.outputs.Sink`."""
        self._target.corrected(made, part.letters[:count], part.place + part.done)

    def take(self, part: Part, made: Any) -> None:
        """See `gsynth.outputs.Sink`."""
        self._target.take(made)

    def result(self) -> None:
        """Nothing is returned."""

    def shared(self) -> SharedFile | None:
        """See `gsynth.outputs.shared.SharesFile`."""
        path = self._target.path
        return None if path is None else SharedFile(path, partial(_in_place, self._records))


def _in_place(records: Records, target: Target, place: int) -> RawSink:
    return RawSink(target, records, place)
