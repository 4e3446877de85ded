"""One output for each sample: the parts of a call are shared out to the sinks of the samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from attrs import define, evolve, field
from numpy.typing import NDArray

from gsynth.files.segments import copy_segments, places_of
from gsynth.outputs.sinks import Part, Sink

Shares = list[tuple[int, Part, Any]]
"""The samples of a part: their numbers, what of the part is theirs, and what their sinks made of it."""


@define
class SampleSinks:
    """Record ``i * n + j`` of the call is record i of sink j, for n sinks."""

    _sinks: Sequence[Sink]
    _places: dict[int, dict[int, int]] = field(factory=dict, init=False)
    """For what was reserved at once, by its number: the place in the sink of each sample."""
    _reserved: int = field(default=0, init=False)

    def reserve(self, numbers: NDArray[np.int64]) -> int:
        """See `gsynth.outputs.Sink`."""
        place, self._reserved = self._reserved, self._reserved + 1
        rows, samples = np.divmod(numbers, len(self._sinks))
        self._places[place] = {
            sample: self._sinks[sample].reserve(rows[samples == sample]) for sample in np.unique(samples).tolist()
        }
        return place

    def made(self, part: Part) -> Shares:
        """What each sink makes of its share."""
        shares = [(sample, self._share(part, sample)) for sample in self._places[part.place]]
        return [(sample, share, self._sinks[sample].made(share)) for sample, share in shares]

    def corrected(self, part: Part, made: Shares, count: int) -> None:
        """See `gsynth.outputs.Sink`."""
        # Only a stretch of one record is corrected, and its letters are those of the part itself.
        for sample, share, own in made:
            self._sinks[sample].corrected(share, own, count)

    def take(self, part: Part, made: Shares) -> None:
        """See `gsynth.outputs.Sink`."""
        for sample, share, own in made:
            self._sinks[sample].take(share, own)
        if part.ends:
            del self._places[part.place]

    def result(self) -> None:
        """Nothing is returned."""

    def _share(self, part: Part, sample: int) -> Part:
        place = self._places[part.place][sample]
        rows, samples = np.divmod(part.numbers, len(self._sinks))
        if rows.size == 1:
            return evolve(part, numbers=rows, place=place)
        own = np.flatnonzero(samples == sample)
        lengths = part.lengths[own]
        places = places_of(lengths)
        letters = np.empty(int(places[-1]), dtype=np.uint8)
        copy_segments(part.letters, places_of(part.lengths)[own], letters, places[:-1], lengths)
        return evolve(part, numbers=rows[own], letters=letters, lengths=lengths, place=place)
