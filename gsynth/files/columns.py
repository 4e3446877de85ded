"""A column of a block of lines as an array: numbers, or words as codes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gsynth.errors import FormatError
from gsynth.files.decimals import decimals
from gsynth.files.linefields import WORD, Places, column_texts, words_at
from gsynth.files.words import MISSING, number

_LONGEST = 256
"""Longest word of which neighbours are compared, eight letters at a time."""


class Codes(dict[bytes, int]):
    """Words -> 0, 1, 2... in order of appearance."""

    def __missing__(self, word: bytes) -> int:
        code = self[word] = len(self)
        return code

    def texts(self) -> tuple[str, ...]:
        """The words, by code."""
        return tuple(word.decode(errors="replace") for word in self)


class NotANumber(FormatError):
    """A column of numbers holds something that is not a number, in a row of the block."""

    def __init__(self, message: str = "", row: int = 0) -> None:
        super().__init__(message)
        self.row = row


def codes_of(
    data: NDArray[np.uint8], begins: Places, ends: Places, table: Codes, texts: Mapping[int, str] | None = None
) -> NDArray[np.int32]:
    """The code of each word: int32[n]; `table` grows. `texts` are the words of rows whose positions are not known."""
    if not begins.size:
        return np.empty(0, dtype=np.int32)
    if texts:
        others = np.ones(begins.size, dtype=np.bool_)
        others[list(texts)] = False
        codes = np.empty(begins.size, dtype=np.int32)
        codes[others] = codes_of(data, begins[others], ends[others], table)
        codes[~others] = [table[texts[row].encode()] for row in np.flatnonzero(~others).tolist()]
        return codes
    # Neighbours mostly have the same word, and each run of them needs only one look-up.
    firsts = np.flatnonzero(np.append(True, ~_same_as_before(data, begins, ends)))
    words = column_texts(data, begins[firsts], ends[firsts])
    found = np.array([table[word] for word in words], dtype=np.int32)
    return np.repeat(found, np.diff(firsts, append=begins.size))


def _same_as_before(data: NDArray[np.uint8], begins: Places, ends: Places) -> NDArray[np.bool_]:
    widths = ends - begins
    same: NDArray[np.bool_] = widths[1:] == widths[:-1]
    widest = int(widths.max())
    # One very long word would cost a round of the loop below, over all rows, for every eight of its letters.
    if widest > _LONGEST:
        return np.zeros(same.size, dtype=np.bool_)
    for done in range(0, widest, WORD):
        # Past the end of a short word other words follow: their letters are masked out.
        letters = words_at(data, np.minimum(begins + done, data.size - WORD)) & _kept(widths - done)
        same &= letters[1:] == letters[:-1]
    return same


_LOW = np.array([(1 << 8 * n) - 1 for n in range(WORD + 1)], dtype=np.uint64)


def _kept(letters: Places) -> NDArray[np.uint64]:
    """The bits of the first letters of a word."""
    return _LOW[np.clip(letters, 0, WORD)]


def numbers_of(
    data: NDArray[np.uint8], begins: Places, ends: Places, texts: Mapping[int, str] | None = None
) -> NDArray[np.float64]:
    """The number at each position: float64[n], NaN for words that stand for no value.

    Raises
    ------
    NotANumber
        For the first word that is neither.
    """
    values, fine = decimals(data, begins, ends)
    if texts:
        fine[list(texts)] = True
        for row, text in sorted(texts.items()):
            values[row] = _number(text, row)
    rest = np.flatnonzero(~fine)
    if rest.size:
        values[rest] = _slowly(column_texts(data, begins[rest], ends[rest]), rest)
    return values


def _slowly(texts: list[bytes], rows: Places) -> NDArray[np.float64]:
    # `float` accepts everything that is a number here; of what is not, only underscores between digits, and blanks.
    if b"_" not in b"".join(texts):
        try:
            values = np.fromiter(map(float, texts), np.float64, len(texts))
        except ValueError:
            pass
        else:
            # An infinity may be a number that is too large.
            if not np.isinf(values).any():
                return values
    found = (_number(text.decode(errors="replace").strip(" "), row) for text, row in zip(texts, rows, strict=True))
    return np.fromiter(found, np.float64, len(texts))


def _number(text: str, row: int) -> float:
    value = np.nan if text.lower() in MISSING else number(text)
    if value is None:
        raise NotANumber(row=int(row))
    return value
