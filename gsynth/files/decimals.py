"""Decimals in text as numbers, a whole column at once: eight digits in a few operations on one 64-bit word.

The words are little-endian, so the last letter of a number is in the highest byte.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gsynth.files.linefields import WORD, Places, words_at

Words = NDArray[np.uint64]

_WIDEST: Final = 2 * WORD
_EXACT: Final = np.uint64(1 << 53)
# Exact, as all powers of ten up to 10**22 are.
_POWERS: Final = 10.0 ** np.arange(_WIDEST + 1)


def _each(byte: int) -> np.uint64:
    return np.uint64(int.from_bytes(bytes([byte]) * WORD, "little"))


_ZEROS: Final = _each(ord("0"))
_DOTS: Final = _each(ord("."))
_ONES: Final = _each(1)
_HIGH: Final = _each(0x80)
_ABOVE_NINE: Final = _each(0x76)
_ONE: Final = np.uint64(1)
_BYTE: Final = np.uint64(8)
_TOP: Final = np.uint64(56)
_KEPT: Final = np.array([((1 << 64) - 1) ^ ((1 << 8 * (WORD - n)) - 1) for n in range(WORD + 1)], dtype=np.uint64)
"""For n letters that end a word, the bits of those."""
_FILLED: Final = ~_KEPT & _ZEROS
"""Zeros in place of the others."""


def integers(data: NDArray[np.uint8], begins: Places, ends: Places) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Whole numbers of 1 to 16 digits, and whether the text is one: int64[n], bool[n].

    Examples
    --------
    >>> text = np.frombuffer(bytes(16) + b"42 +7", dtype=np.uint8)
    >>> [column.tolist() for column in integers(text, np.array([16, 19]), np.array([18, 21]))]
    [[42, 0], [True, False]]
    """
    widths = ends - begins
    fine = (widths >= 1) & (widths <= _WIDEST)
    high, low = _words(data, ends, np.where(fine, widths, 0))
    digits, plain = _value(high, low)
    fine &= plain
    return np.where(fine, digits, 0).astype(np.int64), fine


def decimals(data: NDArray[np.uint8], begins: Places, ends: Places) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Plain decimals such as ``-12.5``, and whether the text is one that is read exactly here: float64[n], bool[n].

    A number of at most 16 letters without its sign is an integer below 2**53 over a power of ten that is itself a
    float, and a division of exact numbers is rounded once, as `float` rounds. Everything else is left to the caller.

    Examples
    --------
    >>> text = np.frombuffer(bytes(16) + b"-0.1 1e5", dtype=np.uint8)
    >>> [column.tolist() for column in decimals(text, np.array([16, 21]), np.array([20, 24]))]
    [[-0.1, 0.0], [True, False]]
    """
    negative = data[begins] == ord("-")
    widths = ends - begins - negative
    fine = (widths >= 1) & (widths <= _WIDEST)
    high, low = _words(data, ends, np.where(fine, widths, 0))
    high, low, places = _without_dot(high, low)
    digits, plain = _value(high, low)
    # The last term: a dot alone is no number.
    fine &= plain & (digits < _EXACT) & (widths > (places >= 0))
    values = digits.astype(np.float64) / _POWERS[np.maximum(places, 0)]
    # Last, so that "-0" becomes -0.0, as with `float`.
    np.negative(values, out=values, where=negative)
    values[~fine] = 0.0
    return values, fine


def _words(data: NDArray[np.uint8], ends: Places, widths: Places) -> tuple[Words | None, Words]:
    """The sixteen letters before each end, of which only the last `widths` are kept; the others become zeros.

    The first eight are None if no number is that long, which saves half of the work.
    """
    low = _last_letters(words_at(data, ends - WORD), np.minimum(widths, WORD))
    longer = widths - WORD
    if int(longer.max(initial=0)) <= 0:
        return None, low
    return _last_letters(words_at(data, ends - _WIDEST), np.maximum(longer, 0)), low


def _last_letters(words: Words, letters: Places) -> Words:
    found: Words = (words & _KEPT[letters]) | _FILLED[letters]
    return found


def _without_dot(high: Words | None, low: Words) -> tuple[Words | None, Words, Places]:
    """The letters without the first dot, looked for in the right word first, and how many digits follow it (or -1)."""
    dot = _first_dot(low)
    here = dot > 0
    before = _ZEROS if high is None else high
    closed = np.where(here, _closed(low, dot) | (before >> _TOP), low)
    places = np.where(here, _behind(dot), -1)
    if high is None:
        return None, closed, places
    other = _first_dot(high)
    there = ~here & (other > 0)
    moved = np.where(here, (high << _BYTE) | np.uint64(ord("0")), high)
    moved = np.where(there, _closed(high, other) | np.uint64(ord("0")), moved)
    return moved, closed, np.where(there, _behind(other) + WORD, places)


def _first_dot(words: Words) -> Words:
    """The highest bit of the lowest byte that is a dot; 0 if there is none."""
    other = words ^ _DOTS
    marks = (other - _ONES) & ~other & _HIGH
    return marks & (~marks + _ONE)


def _closed(words: Words, dot: Words) -> Words:
    """The word without its dot: the letters before it move up by a byte, and the lowest byte becomes free."""
    before = (dot >> np.uint64(7)) - _ONE
    behind = ~((dot << _ONE) - _ONE)
    closed: Words = (words & behind) | ((words & before) << _BYTE)
    return closed


def _behind(dot: Words) -> Places:
    """How many bytes are above the marked one: its position is the exponent of the mark as a float."""
    exponent = (dot.astype(np.float64).view(np.int64) >> 52) - 1023
    return WORD - 1 - (exponent >> 3)


def _value(high: Words | None, low: Words) -> tuple[Words, NDArray[np.bool_]]:
    """The number, and whether all letters are digits."""
    digits = low ^ _ZEROS
    if high is None:
        return _eight(digits), _digits_only(digits)
    others = high ^ _ZEROS
    return _eight(others) * np.uint64(10**WORD) + _eight(digits), _digits_only(others) & _digits_only(digits)


def _digits_only(digits: Words) -> NDArray[np.bool_]:
    # Adding 0x76 carries into the high bit of a byte above 9; bytes that have it already are caught by `|`.
    plain: NDArray[np.bool_] = (((digits + _ABOVE_NINE) | digits) & _HIGH) == 0
    return plain


def _eight(digits: Words) -> Words:
    """The number of eight digits: neighbours are joined, one to two, two to four, four to eight."""
    pairs = (digits * np.uint64(10) + (digits >> _BYTE)) & np.uint64(0x00FF00FF00FF00FF)
    fours = (pairs * np.uint64(100) + (pairs >> np.uint64(16))) & np.uint64(0x0000FFFF0000FFFF)
    return (fours * np.uint64(10_000) + (fours >> np.uint64(32))) & np.uint64(0xFFFFFFFF)
