"""BED files, plain or gzip: the first three columns."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Final

import numpy as np

from gsynth.errors import FormatError, MissingFileError
from gsynth.genomes.inflate import INFLATE_ERRORS, open_gzip
from gsynth.intervals.rows import Rows

_BATCH: Final = 1 << 16
_LINE_LIMIT: Final = 1 << 20
_LARGEST: Final = 2**62


def read_bed(path: Path) -> Rows:
    """The intervals of a BED file, its lines in order; ``track``, ``browser``, comment and blank lines are skipped.

    Raises
    ------
    MissingFileError, FormatError
        FormatError names the line.
    """
    if not path.is_file():
        raise MissingFileError(f"no file {str(path)!r}")
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    try:
        with open_gzip(path) if packed else path.open("rb") as lines:
            return _rows(lines, path)
    except INFLATE_ERRORS as error:
        raise FormatError(f"{path}: damaged or cut short gzip file ({error})") from error


def _rows(lines: IO[bytes], path: Path) -> Rows:
    table: dict[bytes, int] = {}
    batches = [np.array(batch, dtype=np.int64).reshape(-1, 4) for batch in _batches(_parsed(lines, path, table))]
    columns = np.concatenate(batches).T if batches else np.empty((4, 0), dtype=np.int64)
    numbers, ids, starts, ends = (np.ascontiguousarray(column) for column in columns)
    names = tuple(name.decode(errors="replace") for name in table)
    return Rows(str(path), names, ids, starts, ends, "line", numbers)


def _batches(rows: Iterator[tuple[int, int, int, int]]) -> Iterator[list[tuple[int, int, int, int]]]:
    # Python's integers are large: they become an array before they are many.
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _parsed(lines: IO[bytes], path: Path, table: dict[bytes, int]) -> Iterator[tuple[int, int, int, int]]:
    """Number, name (as its index in `table`, which grows), start and end of each line that is an interval."""
    for number, line in enumerate(iter(lambda: lines.readline(_LINE_LIMIT), b""), 1):
        columns = line.split(None, 3)
        if not columns or columns[0].startswith(b"#") or columns[0] in (b"track", b"browser"):
            continue
        try:
            start, end = int(columns[1]), int(columns[2])
        except (IndexError, ValueError):
            raise _line_error(path, number, line) from None
        if not -_LARGEST < start < _LARGEST or not -_LARGEST < end < _LARGEST:
            raise _line_error(path, number, line)
        yield number, table.setdefault(columns[0], len(table)), start, end


def _line_error(path: Path, number: int, line: bytes) -> FormatError:
    return FormatError(f"{path}, line {number}: expected contig, start and end (BED), found {line[:60]!r}")
