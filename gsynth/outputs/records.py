"""The records of a call: every interval, sample by sample, each with its length and name."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from gsynth.files.texts import Texts, joined
from gsynth.intervals import Intervals

_LIKE_OURS: Final = re.compile(r".*(:\d+-\d+|_repeat\d+|_sample\d+)")


@frozen(eq=False)
class Records:
    """Record ``i * n_samples + j`` is sample j of interval i.

    A record is named after its contig where it is whole, else ``contig:start-end`` (0-based half-open). An interval
    that is given again has ``_repeat2``, ``_repeat3`` ... behind that, and where there are several samples all have
    ``_sample1`` and so on at the end.

    Attributes
    ----------
    intervals : Intervals
    sizes : int64[contigs]
        Of the genome's contigs.
    n_samples : int
    """

    intervals: Intervals
    sizes: NDArray[np.int64] = field(repr=False)
    n_samples: int = 1
    _contigs: Texts = field(init=False, repr=False)
    _copies: NDArray[np.int64] | None = field(init=False, repr=False)
    _all: Texts | None = field(init=False, default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        used = {self.intervals.names[row] for row in np.unique(self.intervals.ids).tolist()}
        if any(_LIKE_OURS.fullmatch(name) for name in used):
            # A contig may be called what a part of another one would be called: only looking at all names tells.
            names = self._made(np.arange(len(self), dtype=np.int64)).words()
            object.__setattr__(self, "_all", Texts.of(_distinct(names)))

    @_contigs.default
    def _encoded(self) -> Texts:
        return Texts.of([name.encode() for name in self.intervals.names])

    @_copies.default
    def _counted(self) -> NDArray[np.int64] | None:
        return copies(self.intervals)

    def __len__(self) -> int:
        return len(self.intervals) * self.n_samples

    @property
    def bases(self) -> int:
        """Bases in all."""
        return self.intervals.total * self.n_samples

    def lengths(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Bases of some records: int64[r]."""
        rows = numbers // self.n_samples
        lengths: NDArray[np.int64] = self.intervals.ends[rows] - self.intervals.starts[rows]
        return lengths

    def names(self, numbers: NDArray[np.int64]) -> Texts:
        """The names of some records, each of them given to no other."""
        return self._made(numbers) if self._all is None else self._all[numbers]

    def _made(self, numbers: NDArray[np.int64]) -> Texts:
        rows, samples = np.divmod(numbers, self.n_samples)
        ids, starts, ends = self.intervals.ids[rows], self.intervals.starts[rows], self.intervals.ends[rows]
        part = (starts > 0) | (ends < self.sizes[ids])
        columns = [self._contigs[ids]]
        if part.any():
            columns += [
                Texts.repeated(b":", part),
                Texts.numbers(starts).only(part),
                Texts.repeated(b"-", part),
                Texts.numbers(ends).only(part),
            ]
        every = np.ones(numbers.size, dtype=np.bool_)
        if self._copies is not None:
            again = self._copies[rows] > 0
            columns += [Texts.repeated(b"_repeat", again), Texts.numbers(self._copies[rows] + 1).only(again)]
        if self.n_samples > 1:
            columns += [Texts.repeated(b"_sample", every), Texts.numbers(samples + 1)]
        return joined(columns)


def _distinct(names: list[bytes]) -> list[bytes]:
    """The names, with ``_repeat2`` and so on behind those that were given before."""
    seen: set[bytes] = set()
    found = []
    for name in names:
        candidate, number = name, 1
        while candidate in seen:
            number += 1
            candidate = b"%s_repeat%d" % (name, number)
        seen.add(candidate)
        found.append(candidate)
    return found


def copies(intervals: Intervals) -> NDArray[np.int64] | None:
    """How many earlier intervals are the same as each one: int64[n]; None where none is given twice."""
    order = np.lexsort((intervals.ends, intervals.starts, intervals.ids))
    same = np.ones(order.size, dtype=np.bool_)
    same[:1] = False
    for column in (intervals.ids, intervals.starts, intervals.ends):
        same[1:] &= column[order[1:]] == column[order[:-1]]
    if not same.any():
        return None
    # The sort is stable, so the copies of an interval stand side by side in the order in which they were given.
    firsts = np.flatnonzero(~same)
    counted = np.empty(order.size, dtype=np.int64)
    counted[order] = np.arange(order.size) - np.repeat(firsts, np.diff(np.append(firsts, order.size)))
    return counted
