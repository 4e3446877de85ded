"""The runs of strata of the parts of a long interval, kept for the other samples of the interval."""

from __future__ import annotations

import threading
from typing import Final

from attrs import define, field

from gsynth.strata.runs import PieceRuns

_ROOM: Final = 1 << 26
"""Most bytes of runs that are kept: those of a human chromosome with windows of 50 bases."""

Stretch = tuple[int, int]


@define
class KnownRuns:
    """Runs by the part to which they belong, of one interval at a time. Safe to use from many threads.

    Samples of an interval follow one another, each from its first part to its last. So parts that no longer fit do not
    replace those that do: the first parts are kept, and the others are computed again each time.
    """

    _interval: int = -1
    _runs: dict[Stretch, PieceRuns] = field(factory=dict)
    _room: int = _ROOM
    _lock: threading.Lock = field(factory=threading.Lock, repr=False)

    def of(self, interval: int, part: Stretch) -> PieceRuns | None:
        """The runs of a part of the interval with this number; None if they are not known."""
        with self._lock:
            return self._runs.get(part) if interval == self._interval else None

    def keep(self, interval: int, part: Stretch, runs: PieceRuns) -> None:
        """Keep the runs, if there is room and no later interval has begun."""
        with self._lock:
            # A thread that is still at the interval before must not throw away what a later one has begun.
            if interval > self._interval:
                self._interval, self._runs, self._room = interval, {}, _ROOM
            if interval == self._interval and part not in self._runs and runs.nbytes <= self._room:
                self._runs[part] = runs
                self._room -= runs.nbytes

    def __reduce__(self) -> tuple[object, ...]:
        # Another process finds them by itself.
        return KnownRuns, ()
