"""The columns of plain BED lines, a block at a time, without a Python loop over lines."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_TAB: Final = ord("\t")
_NEWLINE: Final = ord("\n")
_MOST_DIGITS: Final = 18
_LONGEST_NAME: Final = 64

Column = NDArray[np.int64]


def plain_columns(text: bytes, table: dict[bytes, int]) -> tuple[Column, Column, Column] | None:
    """Name (as its index in `table`, which grows), start and end of every line of `text`, which ends with a newline.

    None, with `table` as it was, where any line is not simply name, tab, digits, tab, digits: then each must be looked
    at by itself.
    """
    block = np.frombuffer(text, dtype=np.uint8)
    control = np.flatnonzero(block <= 32)
    kinds = block[control]
    last = np.flatnonzero(kinds == _NEWLINE)
    first = np.append(0, last[:-1] + 1)
    if (first + 2 > last).any() or not (kinds[first] == _TAB).all() or not (kinds[first + 1] == _TAB).all():
        return None
    begins = np.append(0, control[last[:-1]] + 1)
    tabs, seconds, thirds = control[first], control[first + 1], control[first + 2]
    starts = _numbers(block, tabs + 1, seconds)
    ends = _numbers(block, seconds + 1, thirds)
    ids = None if starts is None or ends is None else _names(block, begins, tabs, table)
    return None if starts is None or ends is None or ids is None else (ids, starts, ends)


def _numbers(block: NDArray[np.uint8], begins: NDArray[np.intp], ends: NDArray[np.intp]) -> Column | None:
    """The digits of ``block[begins[i] : ends[i]]`` as numbers; None if there is anything else, or nothing."""
    widths = ends - begins
    widest = int(widths.max())
    if widths.min() < 1 or widest > _MOST_DIGITS:
        return None
    values = np.zeros(begins.size, dtype=np.int64)
    for place in range(widest):
        # Shorter numbers read on into what follows, which is not used.
        digits = block[np.minimum(begins + place, ends - 1)] - np.uint8(ord("0"))
        within = place < widths
        if (digits[within] > 9).any():
            return None
        np.copyto(values, values * 10 + digits, where=within)
    return values


def _names(
    block: NDArray[np.uint8], begins: NDArray[np.intp], ends: NDArray[np.intp], table: dict[bytes, int]
) -> Column | None:
    widths = ends - begins
    widest = int(widths.max())
    if widths.min() < 1 or widest > _LONGEST_NAME or (block[begins] == ord("#")).any():
        return None
    same = widths[1:] == widths[:-1]
    for place in range(widest):
        letters = block[np.minimum(begins + place, ends - 1)]
        same &= letters[1:] == letters[:-1]
    changes = np.flatnonzero(np.append(True, ~same))
    names = [block[begins[line] : ends[line]].tobytes() for line in changes]
    if b"track" in names or b"browser" in names:
        return None
    ids = np.array([table.setdefault(name, len(table)) for name in names], dtype=np.int64)
    return np.repeat(ids, np.diff(np.append(changes, begins.size)))
