"""Intervals as they were found, before they are checked against a genome."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.errors import ArgumentError
from gsynth.intervals.labels import Labels


@frozen(eq=False)
class Rows:
    """Named intervals from one source, not yet checked.

    Parameters
    ----------
    source : str
        How messages refer to the source: a path, or the argument.
    names : tuple of str
        The distinct contig names, in order of appearance.
    ids : int32[n] or int64[n]
        Each row's contig, as an index in `names`.
    starts, ends : int64[n]
    unit : str
        The word for a row in messages: "line" or "row".
    numbers : int64[n] or None
        Each row's number in its unit; None for 0, 1, 2...
    typed : str
        The text that the user typed for the one row: "chr1:1-9".
    nothing : str
        Why a file has no intervals, if it has none.
    labels : Labels or None
        Names and strands, if they were asked for.
    """

    source: str
    names: tuple[str, ...]
    ids: NDArray[np.int32] | NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    unit: str = "row"
    numbers: NDArray[np.int64] | None = None
    typed: str = ""
    nothing: str = ""
    labels: Labels | None = None

    @classmethod
    def of(
        cls, source: str, contigs: Iterable[str], starts: Sequence[int], ends: Sequence[int], unit: str = "row"
    ) -> Rows:
        """Rows from columns."""
        names, ids = numbered(list(contigs))
        try:
            columns = np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64)
        except OverflowError:
            raise ArgumentError(f"{source}: a coordinate does not fit in 64 bits") from None
        return cls(source, names, ids, *columns, unit)

    def describe(self, row: int) -> str:
        """How a message refers to a row: its source, number and content; a region as it was typed."""
        if self.typed:
            return f"{self.source}: region {self.typed!r}"
        number = row if self.numbers is None else int(self.numbers[row])
        name = self.names[self.ids[row]]
        return f"{self.source}, {self.unit} {number}: {name} {self.starts[row]} {self.ends[row]}"

    def check(self) -> None:
        """ArgumentError for the first row that starts below 0, or is empty or reversed."""
        wrong = np.flatnonzero((self.starts < 0) | (self.starts >= self.ends))
        if not wrong.size:
            return
        row = int(wrong[0])
        problem = "starts before 0" if self.starts[row] < 0 else "must start before its end"
        more = f" ({wrong.size} such {self.unit}s)" if wrong.size > 1 else ""
        rule = "regions are 1-based and inclusive" if self.typed else "coordinates are 0-based, half-open"
        raise ArgumentError(f"{self.describe(row)} {problem}{more}; {rule}")

    def selected(self, kept: NDArray[np.bool_]) -> Rows:
        """The rows where `kept` holds."""
        numbers = np.flatnonzero(kept) if self.numbers is None else self.numbers[kept]
        columns = self.ids[kept], self.starts[kept], self.ends[kept]
        labels = None if self.labels is None else self.labels[kept]
        return Rows(self.source, self.names, *columns, self.unit, numbers, self.typed, self.nothing, labels)


def numbered(names: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """The distinct names, in order of appearance, and for each of `names` its index among them: int64[n].

    Examples
    --------
    >>> distinct, ids = numbered(["b", "a", "b"])
    >>> distinct, ids.tolist()
    (('b', 'a'), [0, 1, 0])
    """
    # A dict keeps the order of appearance, which a set would not.
    distinct = tuple(dict.fromkeys(names))
    rows = dict(zip(distinct, range(len(distinct)), strict=True))
    # Everything that runs once for each name is in C: there may be a million.
    return distinct, np.fromiter(map(rows.__getitem__, names), dtype=np.int64, count=len(names))
