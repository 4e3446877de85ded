"""The runs of N, or of lower case, of records that are made part by part."""

from __future__ import annotations

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from gsynth.files.segments import places_of, runs_of, runs_within
from gsynth.outputs.sinks import Part


@frozen(eq=False)
class Stretches:
    """The runs in a part.

    Attributes
    ----------
    owner : int64[m]
        Which of the part's records each run is in; in order.
    runs : int64[m, 2]
        Half-open, counted from the first base of the record.
    """

    owner: NDArray[np.int64]
    runs: NDArray[np.int64]


def stretches_in(flags: NDArray[np.uint8], part: Part) -> Stretches:
    """The runs of what is not 0 in the bases of a part."""
    if not flags.any():
        return Stretches(np.empty(0, dtype=np.int64), np.empty((0, 2), dtype=np.int64))
    places = places_of(part.lengths)
    owner, runs = runs_within(runs_of(flags != 0), places[:-1], places[1:])
    return Stretches(owner, runs - places[owner, None] + part.done)


def joined_at(position: int, first: Stretches, second: Stretches) -> Stretches:
    """Of one record, the runs of `first` up to a position, and those of `second` from there on."""
    later = np.maximum(second.runs, position)
    later = later[later[:, 0] < later[:, 1]]
    runs = np.concatenate([first.runs, later])
    return Stretches(np.zeros(len(runs), dtype=np.int64), runs)


@define
class RunTable:
    """The runs of all records, part by part in their order; one that two parts share is cut between them."""

    _numbers: list[NDArray[np.int64]] = field(factory=list)
    _runs: list[NDArray[np.uint32]] = field(factory=list)

    def add(self, numbers: NDArray[np.int64], found: Stretches) -> None:
        """Add those of a part of these records."""
        if found.owner.size:
            self._numbers.append(numbers[found.owner])
            self._runs.append(found.runs.astype(np.uint32))

    def of(self, records: int) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
        """Where the runs of each record begin, int64[records + 1]; and the runs, of which none touch, uint32[m, 2]."""
        if not self._runs:
            return np.zeros(records + 1, dtype=np.int64), np.empty((0, 2), dtype=np.uint32)
        numbers, runs = np.concatenate(self._numbers), np.concatenate(self._runs)
        goes_on = np.zeros(len(runs) + 1, dtype=np.bool_)
        goes_on[1:-1] = (numbers[1:] == numbers[:-1]) & (runs[1:, 0] == runs[:-1, 1])
        begins, ends = ~goes_on[:-1], ~goes_on[1:]
        whole = np.stack([runs[begins, 0], runs[ends, 1]], axis=1)
        return places_of(np.bincount(numbers[begins], minlength=records)), whole
