"""Text files of intervals (BED, bedGraph), plain or gzip, with one further column."""

from __future__ import annotations

import contextlib
import os
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.files.inflate import INFLATE_ERRORS, open_gzip
from gsynth.plugins import ArgumentError, FormatError

BED_COLUMNS: Final = {
    "name": 3, "score": 4, "strand": 5, "thickStart": 6, "thickEnd": 7, "itemRgb": 8,
}  # fmt: skip
"""BED's own names of the columns after the interval, 0-based."""

_SKIPPED: Final = (b"#", b"track", b"browser")
_LIMIT: Final = 1 << 62
_BATCH_BYTES: Final = 1 << 22

_Columns = tuple[list[bytes], NDArray[np.int64], NDArray[np.int64], list[bytes]]
_Batch = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


@frozen(eq=False)
class TextIntervals:
    """The lines of a file.

    Attributes
    ----------
    contigs : tuple of str
        In order of appearance.
    ids : int64[n]
        Index in `contigs`.
    starts, ends : int64[n]
        0-based half-open.
    texts : list of bytes
        The column that was asked for; empty if none was.
    """

    contigs: tuple[str, ...]
    ids: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    texts: list[bytes]

    def by_contig(self) -> Iterator[tuple[str, NDArray[np.int64]]]:
        """Each contig with the indices of its lines."""
        order = np.argsort(self.ids, kind="stable")
        bounds = np.searchsorted(self.ids[order], np.arange(len(self.contigs) + 1))
        for number, contig in enumerate(self.contigs):
            yield contig, order[bounds[number] : bounds[number + 1]]


@contextmanager
def open_text(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """The bytes of a file, decompressed if it is gzip."""
    file = Path(path)
    try:
        with file.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
        with open_gzip(file) if packed else file.open("rb") as lines:
            yield lines
    except INFLATE_ERRORS as error:
        raise FormatError(f"{path}: damaged or cut short gzip file ({error})") from error


def is_header(line: bytes) -> bool:
    """Whether a line holds no interval: blank, a comment, or a ``track`` or ``browser`` line."""
    words = line.split(None, 2)
    # A contig may be named `track1`, but no interval begins with a word and something that is not a number.
    return not words or (line.startswith(_SKIPPED) and not (len(words) > 1 and words[1].isdigit()))


def read_intervals(path: str | os.PathLike[str], column: int | None = None) -> TextIntervals:
    """Read a file.

    Parameters
    ----------
    path : path
    column : int, optional
        Index, 0-based, of a further column to keep.

    Raises
    ------
    FormatError
        A line that is not an interval, or lacks the column; the message names the line.
    """
    table: dict[bytes, int] = {}
    batches: list[_Batch] = []
    texts: list[bytes] = []
    number = 1
    with open_text(path) as file:
        while lines := file.readlines(_BATCH_BYTES):
            batch = _even_batch(lines, column) or _any_batch(lines, column, path, number)
            number += len(lines)
            contigs, starts, ends, more = batch
            texts += more
            batches.append((_numbered(contigs, table), starts, ends))
    names = tuple(name.decode(errors="replace") for name in table)
    none = [np.empty(0, dtype=np.int64)]
    ids, starts, ends = (np.concatenate([*none, *(batch[i] for batch in batches)]) for i in range(3))
    return TextIntervals(names, ids, starts, ends, texts)


def _numbered(contigs: list[bytes], table: dict[bytes, int]) -> NDArray[np.int64]:
    return np.fromiter((table.setdefault(contig, len(table)) for contig in contigs), np.int64, len(contigs))


def _even_batch(lines: list[bytes], column: int | None) -> _Columns | None:
    """The columns of lines that are all intervals with equally many tabs, in half the time; None for others."""
    text = b"".join(lines)
    tabs = lines[0].count(b"\t")
    if tabs < 2 or (column or 0) > tabs or any(text.count(other) for other in (b"\r", b"#", b"track", b"browser")):
        return None
    letters = np.frombuffer(text, dtype=np.uint8)
    line_ends = np.flatnonzero(letters == ord("\n"))
    tabs_before = np.searchsorted(np.flatnonzero(letters == ord("\t")), line_ends)
    if line_ends.size != len(lines) or not (np.diff(tabs_before, prepend=0) == tabs).all():
        return None
    fields = text[:-1].replace(b"\n", b"\t").split(b"\t")
    width = tabs + 1
    try:
        starts, ends = (np.fromiter(map(int, fields[i::width]), np.int64, len(lines)) for i in (1, 2))
    except (ValueError, OverflowError):
        return None
    if ((starts < 0) | (starts > ends) | (ends > _LIMIT)).any():
        return None
    return fields[::width], starts, ends, [] if column is None else fields[column::width]


def _any_batch(lines: list[bytes], column: int | None, path: str | os.PathLike[str], number: int) -> _Columns:
    """The columns of any lines, the first of which is line `number` of the file."""
    contigs: list[bytes] = []
    starts, ends = array("q"), array("q")
    texts: list[bytes] = []
    for place, line in enumerate(lines, number):
        if is_header(line):
            continue
        words = line.rstrip(b"\r\n").split(b"\t") if b"\t" in line else line.split()
        start, end = _bounds(words, path, place)
        if column is not None:
            if column >= len(words):
                raise FormatError(f"{path}, line {place}: has no column {column + 1}, only {len(words)}")
            texts.append(words[column])
        contigs.append(words[0])
        starts.append(start)
        ends.append(end)
    return contigs, np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64), texts


def _bounds(words: list[bytes], path: str | os.PathLike[str], number: int) -> tuple[int, int]:
    try:
        start, end = int(words[1]), int(words[2])
    except (IndexError, ValueError):
        line = b"\t".join(words).decode(errors="replace")
        raise FormatError(f"{path}, line {number}: expected contig, start, end, found {line[:80]!r}") from None
    if not 0 <= start <= end <= _LIMIT:
        raise FormatError(f"{path}, line {number}: expected 0 <= start <= end, found {start} {end}")
    return start, end


def numbers(texts: list[bytes], path: str | os.PathLike[str]) -> NDArray[np.float64]:
    """The texts as numbers, ``.`` and ``NA`` as NaN.

    Raises
    ------
    FormatError
        For the first that is not a number.
    """
    with contextlib.suppress(ValueError):
        return np.fromiter(map(float, texts), np.float64, len(texts))
    values = np.empty(len(texts))
    for index, text in enumerate(texts):
        try:
            values[index] = np.nan if text in (b".", b"", b"NA") else float(text)
        except ValueError:
            shown = text[:40].decode("utf-8", "replace")
            raise FormatError(f"{path}: expected a number in each line, found {shown!r}") from None
    return values


def column_index(column: object) -> int:
    """A column, given by BED's name for it or its number from 1, as a 0-based index."""
    if isinstance(column, str) and column in BED_COLUMNS:
        return BED_COLUMNS[column]
    if isinstance(column, str) and column.isdecimal() and len(column) <= len("1000"):
        column = int(column)
    if isinstance(column, int) and not isinstance(column, bool) and 4 <= column <= 1000:
        return column - 1
    raise ArgumentError(
        f"column must be one of {', '.join(BED_COLUMNS)} or a number from 4 on (the first is 1), found {column!r}"
    )
