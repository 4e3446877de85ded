"""Tables of intervals (BED, bedGraph and similar) as arrays: the one reader of masks, intervals and tracks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, Literal

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from gsynth.files.columns import Codes, NotANumber, codes_of, numbers_of
from gsynth.files.decimals import integers
from gsynth.files.growing import Growing
from gsynth.files.linefields import Lines
from gsynth.files.textblocks import TextBlock, TextFile
from gsynth.files.words import columns_of, integer

Kind = Literal["number", "word", "label"]

# Sums and differences of two coordinates must fit an int64.
_LARGEST: Final = 2**62
_LONGEST_NAME: Final = 256
_SPACE: Final = ord(" ")
_STRAND: Final = 5
_STARTS: Final = frozenset({"start", "chromstart", "chrom_start", "begin", "from", "txstart", "genostart", "startpos"})
_ENDS: Final = frozenset({"end", "chromend", "chrom_end", "stop", "to", "txend", "genoend", "endpos"})
_EXPECTED: Final = "contig, start and end (whole numbers, tabs or blanks between)"


@frozen(eq=False)
class IntervalTable:
    """Intervals of a file, in its order; those without bases are left out.

    Attributes
    ----------
    path : str
    names : tuple of str
        The distinct contig names, in order of appearance.
    ids : int32[n]
        Each interval's contig, as an index in `names`.
    starts, ends : int64[n]
        0-based half-open, ``0 <= start < end``.
    numbers : int64[n] or None
        The line numbers in the file, counted from 1, if they were asked for.
    values : float64[n] or None
        A column of numbers, NaN where a line has no value.
    codes : int32[n] or None
        A column of words, as indices in `words`.
    words : tuple of str
        The distinct words, in order of appearance.
    problem : str
        Why there are no intervals, if there are none.
    """

    path: str
    names: tuple[str, ...]
    ids: NDArray[np.int32]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    numbers: NDArray[np.int64] | None = None
    values: NDArray[np.float64] | None = None
    codes: NDArray[np.int32] | None = None
    words: tuple[str, ...] = ()
    problem: str = ""

    def by_contig(self) -> Iterator[tuple[str, NDArray[np.int64] | slice]]:
        """Each contig with its intervals: their indices, or a slice if they are adjacent."""
        changes = np.flatnonzero(self.ids[1:] != self.ids[:-1]) + 1
        edges = [0, *changes.tolist(), self.ids.size]
        # Grouped by contig, as files mostly are: slices are views, and nothing has to be sorted.
        if len(edges) - 1 <= len(self.names):
            for first, last in pairwise(edges):
                if last > first:
                    yield self.names[int(self.ids[first])], slice(first, last)
            return
        order = np.argsort(self.ids, kind="stable")
        bounds = np.searchsorted(self.ids[order], np.arange(len(self.names) + 1))
        for code, contig in enumerate(self.names):
            yield contig, order[bounds[code] : bounds[code + 1]]


def read_intervals(
    path: str | os.PathLike[str],
    what: str = "BED file",
    *,
    column: int | None = None,
    kind: Kind = "number",
    numbered: bool = False,
    role: str = "",
) -> IntervalTable:
    """Read a table of intervals, plain or gzip, from a file or a pipe.

    Parameters
    ----------
    path : path
    what : str
        The word for such a file in messages.
    column : int, optional
        Index, from 0 on, of a further column to keep.
    kind : {"number", "word", "label"}
        What that column holds; for a "label" the word is the column and, after a tab, the strand in column 6 if the
        line has one.
    numbered : bool
        Keep the line numbers.
    role : str
        The argument for which the file was given, as messages name it, such as "mask".

    Raises
    ------
    MissingFileError, FormatError
        The message names the line, what was found, and what the file looks like.
    NotANumber
        A FormatError too: the column holds something that is not a number.

    Warns
    -----
    UserWarning
        Once each for what was skipped or has no value: a header line, intervals without bases, missing numbers.
    """
    reading = _Reading(TextFile(os.fspath(path), what, role), column, kind, numbered)
    return reading.table()


@define
class _Batch:
    ids: NDArray[np.int32]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    values: NDArray[np.float64] | NDArray[np.int32] | None
    numbers: NDArray[np.int64]

    def kept(self, rows: NDArray[np.bool_]) -> _Batch:
        values = None if self.values is None else self.values[rows]
        return _Batch(self.ids[rows], self.starts[rows], self.ends[rows], values, self.numbers[rows])


@define
class _Counted:
    """How many lines were skipped or converted, and the first of them."""

    count: int = 0
    first: int = 0

    def add(self, numbers: NDArray[np.int64]) -> None:
        if numbers.size and not self.count:
            self.first = int(numbers[0])
        self.count += int(numbers.size)

    def __str__(self) -> str:
        return f"line {self.first}" if self.count == 1 else f"{self.count:,} lines (the first is line {self.first})"


@define
class _Reading:
    """The state while a table is read."""

    file: TextFile
    column: int | None
    kind: Kind
    numbered: bool
    names: Codes = field(factory=Codes)
    words: Codes = field(factory=Codes)
    began: bool = False
    empty: _Counted = field(factory=_Counted)
    missing: _Counted = field(factory=_Counted)

    def table(self) -> IntervalTable:
        numeric = self.kind == "number"
        ids, starts, ends = Growing(np.int32), Growing(np.int64), Growing(np.int64)
        numbers, values = Growing(np.int64), Growing(np.float64 if numeric else np.int32)
        for block in self.file.blocks():
            batch = self._batch(block)
            ids.add(batch.ids)
            starts.add(batch.starts)
            ends.add(batch.ends)
            numbers.add(batch.numbers)
            if batch.values is not None:
                values.add(batch.values)
        self._report()
        return IntervalTable(
            self.file.path,
            self.names.texts(),
            ids.array(),
            starts.array(),
            ends.array(),
            numbers.array() if self.numbered else None,
            values.array() if numeric and self.column is not None else None,
            values.array() if not numeric and self.column is not None else None,
            self.words.texts(),
            "" if ids.array().size else self._nothing(),
        )

    def _nothing(self) -> str:
        if not self.file.head:
            return "0 bytes"
        return "no line with an interval" + (" of at least one base" if self.empty.count else "")

    def _report(self) -> None:
        if self.empty.count:
            self.file.warn(f": skipped {self.empty}, where start == end: an interval without bases")
        if self.missing.count:
            self.file.warn(f": no value in {self.missing}: '.', 'NA' or 'nan'")

    def _batch(self, block: TextBlock) -> _Batch:
        lines = Lines.of(block.text, block.first)
        if len(lines) and not self.began:
            lines = self._beginning(lines)
        known = len(self.names)
        batch = self._columns(lines)
        self._check_names(known, batch)
        wrong = np.flatnonzero(batch.starts > batch.ends)
        if wrong.size:
            row = int(wrong[0])
            raise self.file.refused(int(batch.numbers[row]), lines.text(row), "a start that is not above its end")
        empty = batch.starts == batch.ends
        self.empty.add(batch.numbers[empty])
        batch = batch.kept(~empty) if empty.any() else batch
        if not self.numbered:
            # Eight bytes a line that nobody asked for.
            batch.numbers = batch.numbers[:0]
        return batch

    def _beginning(self, lines: Lines) -> Lines:
        """The first lines without a header line; refuses a file that is recognised as another kind."""
        self.began = True
        self.file.check_kind()
        columns = [column.lower() for column in columns_of(lines.text(0))]
        if len(columns) < 3 or columns[1] not in _STARTS or columns[2] not in _ENDS:
            return lines
        self.file.warn(f", line {int(lines.numbers[0])}: skipped, a header line ({' '.join(columns[:3])} ...)")
        return lines[np.arange(1, len(lines))]

    def _columns(self, lines: Lines) -> _Batch:
        begins, stops = lines.column(0)
        starts, fine = integers(lines.data, *lines.column(1))
        ends, more = integers(lines.data, *lines.column(2))
        fine &= more & (stops > begins) & (stops - begins <= _LONGEST_NAME)
        fine &= (lines.data[begins] != _SPACE) & (lines.data[stops - 1] != _SPACE)
        ids = np.zeros(len(lines), dtype=np.int32)
        odd = np.flatnonzero(~fine)
        if not odd.size:
            ids = codes_of(lines.data, begins, stops, self.names)
        elif odd.size < len(lines):
            ids[fine] = codes_of(lines.data, begins[fine], stops[fine], self.names)
        for row in odd.tolist():
            ids[row], starts[row], ends[row] = self._interval(lines.text(row), int(lines.numbers[row]))
        return _Batch(ids, starts, ends, self._values(lines), lines.numbers)

    def _interval(self, line: str, place: int) -> tuple[int, int, int]:
        """One line by itself, with all its errors: for the few lines that the columns above could not be read from."""
        columns = columns_of(line)
        if "" in columns[:3]:
            raise self.file.empty_column(place, line, columns.index("") + 1)
        bounds = [integer(column) for column in columns[1:3]]
        if len(bounds) < 2 or None in bounds:
            raise self.file.refused(place, line, _EXPECTED + _hint(columns))
        start, end = bounds
        assert start is not None and end is not None  # noqa: PT018  # for the type checker: seen above
        if start < 0 or end < 0:
            raise self.file.refused(place, line, "0 <= start (coordinates are 0-based, half-open)")
        if max(start, end) > _LARGEST:
            raise self.file.refused(place, line, "coordinates below 2**62")
        return self.names[columns[0].encode()], start, end

    def _values(self, lines: Lines) -> NDArray[np.float64] | NDArray[np.int32] | None:
        if self.column is None:
            return None
        if self.kind == "label":
            return np.fromiter((self.words[self._label(lines, row)] for row in range(len(lines))), np.int32, len(lines))
        begins, ends = lines.column(self.column)
        plain = (ends > begins) & (lines.data[begins] != _SPACE) & (lines.data[ends - 1] != _SPACE)
        # A line whose columns are separated in another way than those of the block is split by itself.
        texts = {row: self._text(lines, row) for row in np.flatnonzero(~plain).tolist()}
        if self.kind == "word":
            return codes_of(lines.data, begins, ends, self.words, texts)
        try:
            values = numbers_of(lines.data, begins, ends, texts)
        except NotANumber as error:
            place, shown = int(lines.numbers[error.row]), lines.text(error.row)
            refusal = self.file.refused(place, shown, f"a number in column {self.column + 1}")
            raise NotANumber(str(refusal)) from None
        self.missing.add(lines.numbers[np.isnan(values)])
        return values

    def _text(self, lines: Lines, row: int) -> str:
        assert self.column is not None  # for the type checker: only called with a column
        columns, place = columns_of(lines.text(row)), int(lines.numbers[row])
        if self.column >= len(columns):
            raise self.file.refused(place, lines.text(row), f"a column {self.column + 1}, it has {len(columns)}")
        if not columns[self.column]:
            raise self.file.empty_column(place, lines.text(row), self.column + 1)
        return columns[self.column]

    def _label(self, lines: Lines, row: int) -> bytes:
        columns = columns_of(lines.text(row))
        strand = columns[_STRAND] if len(columns) > _STRAND else ""
        return f"{self._text(lines, row)}\t{strand}".encode()

    def _check_names(self, known: int, batch: _Batch) -> None:
        """Refuse contig names that were new in the batch and cannot be names."""
        for code, name in enumerate(list(self.names)[known:], known) if len(self.names) > known else ():
            if name.startswith((b'"', b"'")) or min(name) < _SPACE:
                place = int(batch.numbers[np.flatnonzero(batch.ids == code)[0]])
                raise self.file.refused(place, name.decode(errors="replace"), "a contig name without quotes")


def _hint(columns: list[str]) -> str:
    if len(columns) == 1 and ("," in columns[0] or ";" in columns[0]):
        return ", not commas or semicolons"
    if len(columns) > 2 and columns[1].lower() in _STARTS:
        return "; a header line must be the first"
    return ""
