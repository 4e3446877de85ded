"""BED files, plain or gzip: the first three columns."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

import numpy as np
from numpy.typing import NDArray

from gsynth.errors import FormatError, MissingFileError
from gsynth.files.inflate import INFLATE_ERRORS, open_gzip
from gsynth.intervals.bedlines import plain_columns
from gsynth.intervals.rows import Rows

_BLOCK: Final = 1 << 18
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


def _rows(file: IO[bytes], path: Path) -> Rows:
    table: dict[bytes, int] = {}
    parts = [np.empty((4, 0), dtype=np.int64)]
    number = 1
    for block in _blocks(file, path):
        parts.append(_columns(block, path, number, table))
        number += block.count(b"\n")
    numbers, ids, starts, ends = np.concatenate(parts, axis=1)
    names = tuple(name.decode(errors="replace") for name in table)
    return Rows(str(path), names, ids, starts, ends, "line", numbers)


def _blocks(file: IO[bytes], path: Path) -> Iterator[bytes]:
    """The text in blocks of whole lines, the last one ended by a newline too."""
    rest = b""
    while chunk := file.read(_BLOCK):
        whole, newline, rest = (rest + chunk).rpartition(b"\n")
        if newline:
            yield whole + newline
        elif len(rest) > _LINE_LIMIT:
            raise FormatError(f"{path} holds a line of more than {_LINE_LIMIT} bytes: not a BED file")
    if rest:
        yield rest + b"\n"


def _columns(block: bytes, path: Path, number: int, table: dict[bytes, int]) -> NDArray[np.int64]:
    """Line number, name, start and end of the intervals in `block`, whose first line is line `number`: int64[4, n]."""
    columns = plain_columns(block, table)
    if columns is not None:
        ids = columns[0]
        return np.stack([np.arange(number, number + ids.size), *columns])
    return np.array(list(_parsed(block, path, number, table)), dtype=np.int64).reshape(-1, 4).T


def _parsed(block: bytes, path: Path, first: int, table: dict[bytes, int]) -> Iterator[tuple[int, int, int, int]]:
    """Line by line what `_columns` gives."""
    for number, line in enumerate(block.split(b"\n"), first):
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
