"""A ``.fai`` read as columns, if it and the FASTA are as samtools writes them.

A draft assembly has a hundred thousand records, and a few steps of Python for each would cost more than to count all
their bases. What is not plain in this sense is looked at record by record (`gsynth.genomes.faidx`), which finds what is
odd but valid and says what is wrong; all that is taken here would be taken there, with the same result.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.files.byteranges import fillings, read_ranges
from gsynth.files.bytesource import ByteSource, read_bytes
from gsynth.files.segments import places_of, ranges
from gsynth.genomes.faindex import NAME_LIMIT, FastaIndex

Column = NDArray[np.int64]

_TAB, _NEWLINE, _RETURN, _GREATER, _BLANK = b"\t\n\r> "
_COLUMNS: Final = 5
_DIGITS: Final = 18
"""As many as fit in 64 bits, whatever they are."""
_LINE_LIMIT: Final = 1 << 16
"""Longest line whose end is looked at here: the first line of each record is read along with its header."""


@frozen(eq=False)
class PlainFai:
    """The columns of a ``.fai``, in the order of the file that it describes.

    Attributes
    ----------
    names : uint8[n]
        The names, each with a tab after it.
    name_sizes : int64[r]
        Bytes of each name.
    lengths, offsets, line_bases, line_widths : int64[r]
    """

    names: NDArray[np.uint8]
    name_sizes: Column
    lengths: Column
    offsets: Column
    line_bases: Column
    line_widths: Column

    @classmethod
    def of(cls, text: NDArray[np.uint8]) -> PlainFai | None:
        """The columns of `text`; None where a line is not a plain name and four plain numbers, or has no bases."""
        marks = np.flatnonzero((text == _TAB) | (text == _NEWLINE))
        if not marks.size or marks.size % _COLUMNS or marks[-1] != text.size - 1:
            return None
        stops = marks.reshape(-1, _COLUMNS)
        begins = np.append(0, marks[:-1] + 1).reshape(-1, _COLUMNS)
        if not (text[stops] == [_TAB] * (_COLUMNS - 1) + [_NEWLINE]).all():
            return None
        numbers = [_decimals(text, begins[:, i], stops[:, i]) for i in range(1, _COLUMNS)]
        columns = [column for column in numbers if column is not None]
        if len(columns) < len(numbers):
            return None
        lengths, offsets, bases, widths = columns
        if not ((lengths > 0) & (bases > 0) & (widths > bases) & (widths <= bases + 2)).all():
            return None
        rows = np.argsort(offsets, kind="stable")
        sizes = (stops - begins)[rows, 0]
        owner, at = ranges(sizes + 1)
        names = text[begins[rows, 0][owner] + at]
        return cls(names, sizes, *(column[rows] for column in (lengths, offsets, bases, widths)))

    @property
    def ends(self) -> Column:
        """The byte after the last base of each record."""
        lines = (self.lengths - 1) // self.line_bases
        return np.asarray(self.offsets + lines * (self.line_widths - self.line_bases) + self.lengths)

    def describes(self, source: ByteSource) -> bool:
        """Whether between the sequences of `source` lie their header lines and nothing else."""
        ends = self.ends
        gaps = np.append(0, ends[:-1])
        sizes = self.offsets - gaps
        several = self.lengths > self.line_bases
        if ends[-1] > source.size or (sizes <= 0).any() or int(sizes.max()) > NAME_LIMIT:
            return False
        tail = source.size - int(ends[-1])
        if tail > 2 or read_bytes(source, int(ends[-1]), tail) not in (b"", b"\n", b"\r\n"):
            return False
        if int(self.line_widths[several].max(initial=0)) > _LINE_LIMIT:
            return False
        # To the end of the first line, where there is another one.
        stops = self.offsets + np.where(several, self.line_widths, 0)
        places = places_of(self.name_sizes + 1)
        for rows in fillings(gaps, stops, source.near):
            text, shift = read_ranges(source, gaps[rows], stops[rows])
            # Both ascend, so the records that are read at once are neighbours.
            names = self.names[places[rows[0]] : places[rows[-1] + 1]]
            inner, longer = gaps[rows] > 0, several[rows]
            if not _headers_fit(
                text, gaps[rows] + shift, self.offsets[rows] + shift, inner, names, self.name_sizes[rows]
            ):
                return False
            if not _lines_fit(
                text, (self.offsets[rows] + shift)[longer], self.line_bases[rows][longer], (stops[rows] + shift)[longer]
            ):
                return False
        return True

    def index(self) -> FastaIndex | None:
        """The index that they describe; None where a name is not UTF-8."""
        try:
            names = self.names.tobytes().decode().split("\t")[:-1]
        except UnicodeDecodeError:
            return None
        first = np.arange(len(names) + 1, dtype=np.int64)
        columns = self.offsets, self.line_bases, self.line_widths
        return FastaIndex(tuple(names), self.lengths, first, np.zeros_like(self.offsets), *columns)


def plain_index(text: bytes, source: ByteSource) -> FastaIndex | None:
    """The index that a ``.fai`` of this text describes; None where a closer look is needed."""
    plain = PlainFai.of(np.frombuffer(text, dtype=np.uint8))
    return plain.index() if plain is not None and plain.describes(source) else None


def _headers_fit(
    text: NDArray[np.uint8],
    begins: Column,
    stops: Column,
    inner: NDArray[np.bool_],
    names: NDArray[np.uint8],
    sizes: Column,
) -> bool:
    """Whether each stretch of `text` is a header line with its name; the `inner` ones end a line before."""
    begins = begins + (inner & (text[begins] == _RETURN))
    # A > and a name before, and a line end after: so nothing beyond the stretch is looked at.
    if (sizes == 0).any() or (begins + inner + sizes + 2 > stops).any() or (text[begins[inner]] != _NEWLINE).any():
        return False
    begins = begins + inner
    owner, at = ranges(sizes + 1)
    found = text[begins[owner] + 1 + at]
    behind = np.cumsum(sizes + 1) - 1
    # As in the .fai, where there is a tab after each name.
    ends_name = np.isin(found[behind], (_BLANK, _TAB, _RETURN, _NEWLINE)).all()
    found[behind] = _TAB
    if not (ends_name and (found == names).all() and np.delete(found, behind).min() > _BLANK):
        return False
    owner, at = ranges(stops - begins)
    newlines = np.bincount(owner[text[begins[owner] + at] == _NEWLINE], minlength=stops.size)
    return bool((text[begins] == _GREATER).all() and (newlines == 1).all() and (text[stops - 1] == _NEWLINE).all())


def _lines_fit(text: NDArray[np.uint8], begins: Column, sizes: Column, stops: Column) -> bool:
    """Whether the lines of so many bases that begin in these places of `text` end where they should."""
    ends = np.where(stops - begins - sizes > 1, _RETURN, _NEWLINE)
    return bool((text[stops - 1] == _NEWLINE).all() and (text[begins + sizes] == ends).all())


def _decimals(text: NDArray[np.uint8], begins: Column, stops: Column) -> Column | None:
    """The whole numbers in these places of `text`, int64[n]; None where one is something else or too long."""
    sizes = stops - begins
    least, most = int(sizes.min()), int(sizes.max())
    if least < 1 or most > _DIGITS:
        return None
    values = np.zeros(sizes.size, dtype=np.int64)
    for place in range(most):
        # A shorter number has zeros before its first digit.
        digits = text[np.maximum(stops - most + place, begins)] - np.uint8(ord("0"))
        if most > least:
            digits[sizes < most - place] = 0
        if digits.max() > 9:
            return None
        values = values * 10 + digits
    return values
