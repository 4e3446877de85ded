"""The lines of a block of text and their columns, as positions in the block: no Python loop over lines."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.files.segments import copy_segments, places_of

Places = NDArray[np.int64]

_TAB: Final = ord("\t")
_NEWLINE: Final = ord("\n")
_SPACE: Final = ord(" ")
WORD: Final = 8
"""Bytes of a word."""

PADDING: Final = 2 * WORD
_ZEROS: Final = bytes(PADDING)

_NOT_DATA: Final = re.compile(rb"(track|browser)([ \t].*)?")
_STILL_DATA: Final = re.compile(rb"\S+[ \t]+[0-9]+[ \t]+[0-9]+([ \t].*)?")
"""A contig may be named ``track``: then the line continues like an interval."""


@frozen(eq=False)
class Lines:
    """The lines of a block that hold data, and where their columns end.

    Attributes
    ----------
    data : uint8[n]
        The block, with sixteen zeros before and after it, so that words can be read at any position.
    begins, ends : int64[m]
        Where each line begins and ends, without its newline.
    numbers : int64[m]
        Its number in the file.
    breaks : int64[...]
        The positions of all ends of columns and lines in the block.
    first : int64[m]
        Which of the breaks is the first one of each line.
    counts : int64[m]
        How many columns the line has.
    """

    data: NDArray[np.uint8]
    begins: Places
    ends: Places
    numbers: Places
    breaks: Places
    first: Places
    counts: Places

    @classmethod
    def of(cls, text: bytes, first: int) -> Lines:
        """The data lines among whole lines of text: not those that are blank, comments, or for a browser.

        Columns are separated by tabs, or by single spaces in a block without any tab.
        """
        data = np.frombuffer(_ZEROS + text + _ZEROS, dtype=np.uint8)
        inner = data[PADDING:-PADDING]
        # A single tab decides: in a file with tabs, a column may contain spaces.
        between = _TAB if b"\t" in text else _SPACE
        breaks = np.flatnonzero((inner == _NEWLINE) | (inner == between)) + PADDING
        newlines = np.flatnonzero(data[breaks] == _NEWLINE)
        ends = breaks[newlines]
        begins = np.concatenate([[PADDING], ends[:-1] + 1])
        starts = np.concatenate([[0], newlines[:-1] + 1])
        numbers = np.arange(first, first + ends.size)
        lines = cls(data, begins, ends, numbers, breaks, starts, newlines - starts + 1)
        return lines[lines._hold_data()]

    def __getitem__(self, rows: NDArray[np.bool_] | Places) -> Lines:
        """Some of the lines."""
        if rows.dtype == np.bool_ and rows.all():
            return self
        columns = (column[rows] for column in (self.begins, self.ends, self.numbers))
        begins, ends, numbers = columns
        return Lines(self.data, begins, ends, numbers, self.breaks, self.first[rows], self.counts[rows])

    def __len__(self) -> int:
        return int(self.begins.size)

    def text(self, row: int) -> str:
        """One line."""
        return self.data[int(self.begins[row]) : int(self.ends[row])].tobytes().decode("utf-8", "replace")

    def column(self, index: int) -> tuple[Places, Places]:
        """Where column `index` (from 0) of each line begins and ends; an empty stretch if a line does not have it."""
        has = self.counts > index
        if has.all():
            ends = self.breaks[self.first + index]
            return (self.begins if index == 0 else self.breaks[self.first + index - 1] + 1), ends
        at = np.where(has, self.first + index, self.first)
        ends = np.where(has, self.breaks[at], self.begins)
        begins = self.begins if index == 0 else np.where(has, self.breaks[np.maximum(at - 1, 0)] + 1, self.begins)
        return begins, ends

    def _hold_data(self) -> NDArray[np.bool_]:
        letters = self.data[self.begins]
        kept: NDArray[np.bool_] = (letters != _NEWLINE) & (letters != ord("#"))
        for row in np.flatnonzero(kept & ((letters == ord("t")) | (letters == ord("b")))).tolist():
            # Most words that begin so are names of contigs, and a look at the second letter rules these out.
            if self.data[int(self.begins[row]) + 1] == ord("r"):
                line = self.data[int(self.begins[row]) : int(self.ends[row])].tobytes()
                kept[row] = not _NOT_DATA.fullmatch(line) or bool(_STILL_DATA.fullmatch(line))
        blank = np.flatnonzero(kept & ((letters == _SPACE) | (letters == _TAB)))
        for row in blank.tolist():
            line = self.data[int(self.begins[row]) : int(self.ends[row])].tobytes().strip()
            kept[row] = bool(line) and not line.startswith(b"#")
        return kept


def column_texts(data: NDArray[np.uint8], begins: Places, ends: Places) -> list[bytes]:
    """The texts between positions of `data`, none of which contains a newline."""
    if not begins.size:
        return []
    sizes = ends - begins
    places = places_of(sizes + 1)
    joined = np.full(int(places[-1]), _NEWLINE, dtype=np.uint8)
    copy_segments(data, begins, joined, places[:-1], sizes)
    return joined[:-1].tobytes().split(b"\n")


def words_at(data: NDArray[np.uint8], places: Places) -> NDArray[np.uint64]:
    """The eight bytes from each position on, as one little-endian number."""
    # Words that overlap, one from each byte on: a view, with a stride of one.
    words: NDArray[np.uint64] = np.ndarray((data.size - WORD + 1,), dtype="<u8", buffer=data, strides=(1,))
    return words[places]
