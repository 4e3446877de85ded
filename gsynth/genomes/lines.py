"""Bases out of lines: reads stretches of equally long lines and drops their ends."""

from __future__ import annotations

import threading
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gsynth.errors import FormatError
from gsynth.files.bytesource import ByteSource

# Text that is read at once: a block of the default size, with its line ends. Smaller pieces would stay closer in the
# cache between being read and being copied, but threads that read at the same time would pass the interpreter's lock
# back and forth more often, which costs more.
PIECE: Final = 9 << 17
# Lines longer than this are read straight to where they belong.
LONG_LINE: Final = 1 << 15

_NEWLINE: Final = ord("\n")
_buffers = threading.local()


def read_lines(
    source: ByteSource, offset: int, line_bases: int, line_width: int, start: int, out: NDArray[np.uint8]
) -> None:
    """Fill `out` with the bases from `start` on of a stretch of lines.

    Parameters
    ----------
    source : ByteSource
    offset : int
        Where the stretch's first base lies.
    line_bases, line_width : int
        Bases and bytes of a full line.
    start : int
        The first base wanted, counted from the stretch's first.
    out : uint8[n]
        Filled; the stretch holds ``start + n`` bases at least.

    Raises
    ------
    FormatError
        Where a line does not end as the index says.
    """
    if line_bases > LONG_LINE:
        _read_long_lines(source, offset, line_bases, line_width, start, out)
        return
    line, column = divmod(start, line_bases)
    most = PIECE // line_width
    done = 0
    while done < out.size:
        rows = min(most, -(-(column + out.size - done) // line_bases))
        part = out[done : done + rows * line_bases - column]
        text = _text(source, offset + line * line_width, rows, line_bases, line_width, column + part.size)
        _strip(text, line_bases, column, part)
        done += part.size
        line += rows
        column = 0


def _text(
    source: ByteSource, offset: int, rows: int, line_bases: int, line_width: int, bases: int
) -> NDArray[np.uint8]:
    """`rows` lines that hold `bases` in all, uint8[rows, line_width]; what follows the last base is not read."""
    text = _buffer()[: rows * line_width]
    last = bases - (rows - 1) * line_bases
    source.read_into(offset, text[: (rows - 1) * line_width + last])
    lines = text.reshape(rows, line_width)
    if not (lines[:-1, -1] == _NEWLINE).all():
        raise line_error(source, line_bases, offset)
    return lines


def _buffer() -> NDArray[np.uint8]:
    # Kept per thread: a megabyte allocated for every read would have to be mapped in page by page each time.
    buffer: NDArray[np.uint8] | None = getattr(_buffers, "buffer", None)
    if buffer is None:
        buffer = _buffers.buffer = np.empty(PIECE, dtype=np.uint8)
    return buffer


def line_error(source: ByteSource, line_bases: int, offset: int | None = None) -> FormatError:
    """The error for lines that do not end where the index says."""
    where = "lines" if offset is None else f"the lines at byte {offset}"
    return FormatError(
        f"{source.name}: {where} are not {line_bases} bases long, as its index says; "
        "delete the index (.fai) to have a right one made"
    )


def _strip(lines: NDArray[np.uint8], line_bases: int, column: int, out: NDArray[np.uint8]) -> None:
    """Copy bases from `column` of the first line on to `out`, without the line ends."""
    done = row = 0
    if column:
        done, row = min(line_bases - column, out.size), 1
        out[:done] = lines[0, column : column + done]
    full, rest = divmod(out.size - done, line_bases)
    middle = out[done : out.size - rest].reshape(full, line_bases)
    copy_lines(lines[row : row + full, :line_bases], middle)
    if rest:
        out[out.size - rest :] = lines[row + full, :rest]


def copy_lines(lines: NDArray[np.uint8], out: NDArray[np.uint8]) -> None:
    """Copy ``uint8[rows, width]``, each row's bytes side by side on both sides, as items of a whole row.

    NumPy takes half the time for them that it takes for bytes.
    """
    row = np.dtype((np.void, lines.shape[1]))
    out.view(row)[...] = lines.view(row)


def _read_long_lines(
    source: ByteSource, offset: int, line_bases: int, line_width: int, start: int, out: NDArray[np.uint8]
) -> None:
    done = 0
    line_end = np.empty(line_width - line_bases, dtype=np.uint8)
    while done < out.size:
        line, column = divmod(start + done, line_bases)
        part = out[done : done + line_bases - column]
        begin = offset + line * line_width
        source.read_into(begin + column, part)
        done += part.size
        if done < out.size:
            source.read_into(begin + line_bases, line_end)
            if line_end[-1] != _NEWLINE:
                raise line_error(source, line_bases, begin)
