"""The records of a call: every interval, sample by sample, each with its length and name."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from gsynth.errors import ArgumentError
from gsynth.files.texts import Column, Texts, digits_of, joined
from gsynth.intervals import Intervals

Names = Literal["coordinates", "bed"]
"""After what records are named."""

# Readers of FASTA and of its index cut a name at the first blank; lone surrogates cannot be written as UTF-8.
_NOT_IN_A_NAME: Final = re.compile(r"[\s\x00-\x20\x7f-\x9f\ud800-\udfff]")

_LIKE_OURS: Final = re.compile(r"(:\d+-\d+|_repeat\d+|_sample\d+)$", re.MULTILINE)
"""Finds, among names on separate lines, one that ends as the names of parts, repeats and samples do."""


@frozen(eq=False)
class Records:
    """Record ``i * n_samples + j`` is sample j of interval i.

    A record is named after its contig where it is whole, else ``contig:start-end`` (0-based half-open). Intervals with
    labels are named as ``bedtools getfasta -name`` does: ``name::contig:start-end``, and the strand in brackets where
    the file has one. An interval that appears again has ``_repeat2``, ``_repeat3`` ... appended, and if there are
    several samples, all have ``_sample1`` and so on at the end.

    Attributes
    ----------
    intervals : Intervals
    sizes : int64[contigs]
        Bases of the genome's contigs.
    n_samples : int
    """

    intervals: Intervals
    sizes: NDArray[np.int64] = field(repr=False)
    n_samples: int = 1
    _contigs: Column = field(init=False, repr=False)
    _copies: NDArray[np.int64] | None = field(init=False, repr=False)
    _all: Column | None = field(init=False, default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        # A name in a file may be anything, and a contig may have the name that a part of another would get: then all
        # names must be compared.
        if self.intervals.labels is not None or _LIKE_OURS.search("\n".join(self._used())):
            names = joined(self._columns(np.arange(len(self), dtype=np.int64))).words()
            object.__setattr__(self, "_all", Column.words(_distinct(names)))

    @_contigs.default
    def _encoded(self) -> Column:
        # A genome in memory may have any str as a name, even lone surrogates; `check_names` refuses them where names
        # are written.
        return Column.words([name.encode(errors="surrogatepass") for name in self.intervals.names])

    @_copies.default
    def _counted(self) -> NDArray[np.int64] | None:
        if self.intervals.labels is None:
            return copies(self.intervals)
        rows = np.arange(len(self.intervals), dtype=np.int64)
        return _counted_before(joined(self._place(rows)).words())

    def _used(self) -> list[str]:
        """The contigs that intervals lie on, in the genome's order."""
        used = np.zeros(len(self.intervals.names), dtype=np.bool_)
        used[self.intervals.ids] = True
        return list(itertools.compress(self.intervals.names, used.tolist()))

    def check_names(self) -> None:
        """ArgumentError for a contig whose name cannot be written, because it would be read as another one."""
        check_names(self._used())
        if self.intervals.labels is not None:
            check_names(self.intervals.labels.names.tolist(), "interval")
            check_names([f"({strand})" for strand in self.intervals.labels.strands.tolist()], "strand")

    def __len__(self) -> int:
        return len(self.intervals) * self.n_samples

    @property
    def bases(self) -> int:
        """Total number of bases."""
        return self.intervals.total * self.n_samples

    def lengths(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Bases of some records: int64[r]."""
        rows = numbers // self.n_samples
        lengths: NDArray[np.int64] = self.intervals.ends[rows] - self.intervals.starts[rows]
        return lengths

    def names(self, numbers: NDArray[np.int64]) -> Texts:
        """The names of some records; no two records have the same name."""
        return joined(self.name_columns(numbers))

    def name_columns(self, numbers: NDArray[np.int64]) -> list[Column]:
        """The parts of which the names are joined."""
        return self._columns(numbers) if self._all is None else [self._all[numbers]]

    def _columns(self, numbers: NDArray[np.int64]) -> list[Column]:
        rows, samples = np.divmod(numbers, self.n_samples)
        columns = self._place(rows)
        if self._copies is not None:
            again = self._copies[rows] > 0
            repeat = Column.word(b"_repeat", rows.size), Column.numbers(self._copies[rows] + 1)
            columns += [column.only(again) for column in repeat]
        if self.n_samples > 1:
            columns += [Column.word(b"_sample", rows.size), Column.numbers(samples + 1)]
        return columns

    def _place(self, rows: NDArray[np.int64]) -> list[Column]:
        """What the names of some intervals say of where they lie."""
        ids, starts, ends = self.intervals.ids[rows], self.intervals.starts[rows], self.intervals.ends[rows]
        columns = [self._contigs[ids]]
        labels = self.intervals.labels
        part = (starts > 0) | (ends < self.sizes[ids]) | (labels is not None)
        if part.any():
            place = [
                Column.word(b":", rows.size),
                Column.numbers(starts),
                Column.word(b"-", rows.size),
                Column.numbers(ends),
            ]
            columns += place if part.all() else [column.only(part) for column in place]
        if labels is None:
            return columns
        names = Column.words([f"{name}::".encode() for name in labels.names[rows]])
        strands = Column.words([f"({strand})".encode() if strand else b"" for strand in labels.strands[rows]])
        return [names, *columns, strands]

    def name_lengths(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Bytes of the names of some records: int64[r]."""
        # Without making the names: places are reserved in order, ahead of the threads that make the text.
        if self._all is not None:
            return self._all.lengths[numbers]
        rows, samples = np.divmod(numbers, self.n_samples)
        ids, starts, ends = self.intervals.ids[rows], self.intervals.starts[rows], self.intervals.ends[rows]
        lengths = self._contigs.lengths[ids]
        part = (starts > 0) | (ends < self.sizes[ids])
        if part.any():
            lengths = lengths + part * (2 + digits_of(starts) + digits_of(ends))
        if self._copies is not None:
            copies = self._copies[rows]
            lengths = lengths + (copies > 0) * (len(b"_repeat") + digits_of(copies + 1))
        if self.n_samples > 1:
            lengths = lengths + len(b"_sample") + digits_of(samples + 1)
        return lengths


def check_names(names: Sequence[str], what: str = "contig") -> None:
    """ArgumentError for a contig name that cannot be written, because it would be read as another one."""
    # All at once: a genome may have a million contigs.
    if all(names) and not _NOT_IN_A_NAME.search("".join(names)):
        return
    for name in names:
        if not name or _NOT_IN_A_NAME.search(name):
            raise ArgumentError(
                f"{what} {name!r} has a name that is empty or has blanks or control characters, and would be read "
                "as another one: rename it"
            )


def _distinct(names: list[bytes]) -> list[bytes]:
    """The names, with ``_repeat2`` and so on appended to those that appeared before."""
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


def _counted_before(names: list[bytes]) -> NDArray[np.int64] | None:
    """How often each name was given before: int64[n]; None where none is given twice."""
    counts: dict[bytes, int] = {}
    before = np.empty(len(names), dtype=np.int64)
    for row, name in enumerate(names):
        before[row] = counts[name] = counts.get(name, -1) + 1
    return before if before.any() else None


def copies(intervals: Intervals) -> NDArray[np.int64] | None:
    """How many earlier intervals are the same as each one: int64[n]; None if none appears twice."""
    order = np.lexsort((intervals.ends, intervals.starts, intervals.ids))
    same = np.ones(order.size, dtype=np.bool_)
    same[:1] = False
    for column in (intervals.ids, intervals.starts, intervals.ends):
        same[1:] &= column[order[1:]] == column[order[:-1]]
    if not same.any():
        return None
    # The sort is stable, so the copies of an interval are adjacent, in the order in which they were given.
    firsts = np.flatnonzero(~same)
    counted = np.empty(order.size, dtype=np.int64)
    counted[order] = np.arange(order.size) - np.repeat(firsts, np.diff(np.append(firsts, order.size)))
    return counted
