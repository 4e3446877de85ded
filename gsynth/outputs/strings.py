"""Records as strings in memory."""

from __future__ import annotations

import itertools

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from gsynth.files.segments import places_of
from gsynth.outputs.sinks import Part


@define
class StringSink:
    """Keeps the records."""

    _records: list[str] = field(factory=list)
    _stretches: list[str] = field(factory=list)

    def reserve(self, numbers: NDArray[np.int64]) -> int:
        """See `gsynth.outputs.Sink`; strings have no place."""
        return 0

    def made(self, part: Part) -> list[str]:
        """A string for each record."""
        text = part.letters.tobytes().decode("ascii")
        places = places_of(part.lengths).tolist()
        return [text[first:last] for first, last in itertools.pairwise(places)]

    def corrected(self, part: Part, made: list[str], count: int) -> None:
        """See `gsynth.outputs.Sink`."""
        # Only a stretch that continues a record is corrected, and such a part has one string.
        made[0] = part.letters[:count].tobytes().decode("ascii") + made[0][count:]

    def take(self, part: Part, made: list[str]) -> None:
        """See `gsynth.outputs.Sink`."""
        if not (part.begins and part.ends):
            self._stretches += made
            if part.ends:
                self._records.append("".join(self._stretches))
                self._stretches.clear()
        else:
            self._records += made

    def result(self) -> list[str]:
        """The records."""
        return self._records
