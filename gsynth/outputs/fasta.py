"""Records as FASTA, with the lines of its index."""

from __future__ import annotations

from functools import partial
from typing import IO, Any, Final

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from gsynth.files.segments import copy_segments, places_of, ranges
from gsynth.files.texts import Column, Texts, joined
from gsynth.genomes.lines import copy_lines
from gsynth.outputs.layout import LINE
from gsynth.outputs.placed import ByteTarget, Target
from gsynth.outputs.records import Records
from gsynth.outputs.shared import SharedFile
from gsynth.outputs.sinks import Part

_NEWLINE: Final = ord("\n")

_SHORT: Final = 1 << 10
"""Lines of up to this many bases have their numbers made beforehand."""


@frozen(eq=False)
class Made:
    """What was made of a part: its text as the target has it, and the lines of its index."""

    text: Any
    index: bytes


@define
class FastaSink:
    """Writes records, `_line` bases a line, and the lines of the ``.fai`` to `_index`, if there is one."""

    _target: ByteTarget
    _records: Records
    _index: IO[bytes] | None = None
    _line: int = LINE
    _reserved: int = 0
    _widths: Column | None = field(init=False)
    """The numbers that the width of a line can be, unless these are too many."""

    @_widths.default
    def _numbered(self) -> Column | None:
        return Column.numbers(np.arange(self._line + 2)) if self._line <= _SHORT else None

    def reserve(self, numbers: NDArray[np.int64]) -> int:
        """The byte at which the records begin."""
        place = self._reserved
        lengths = self._records.lengths(numbers)
        # Two more bytes for '>' and the end of the header, and one for the end of each line.
        self._reserved += int((self._records.name_lengths(numbers) + 2 + lengths + -(-lengths // self._line)).sum())
        return place

    def made(self, part: Part) -> Made:
        """The text of the part, its headers and line ends included."""
        if not part.begins:
            # The part that began the record has brought its line of the index.
            text, place = _stretch(part.letters, part.done % self._line, part.ends, self._line), self._place(part)
            return Made(self._target.made(text, place), b"")
        columns = self._records.name_columns(part.numbers)
        names = joined([Column.word(b">", part.numbers.size), *columns])
        # One record is wrapped as a matrix of full lines; `whole_records` would need a segment for each line.
        if part.numbers.size == 1:
            header = np.append(names.data, np.uint8(_NEWLINE))
            text = np.concatenate([header, _stretch(part.letters, 0, part.ends, self._line)])
            places = np.array([header.size], dtype=np.int64)
        else:
            text, places = whole_records(names, part.letters, part.lengths, self._line)
        return Made(self._target.made(text, part.place), self._index_lines(part, columns, places + part.place))

    def corrected(self, part: Part, made: Made, count: int) -> None:
        """See `gsynth.outputs.Sink`."""
        # From the same column, so that every letter falls on its former byte.
        self._target.corrected(
            made.text, wrapped(part.letters[:count], part.done % self._line, self._line), self._place(part)
        )

    def take(self, part: Part, made: Made) -> None:
        """See `gsynth.outputs.Sink`."""
        if self._index is not None:
            self._index.write(made.index)
        self._target.take(made.text)

    def result(self) -> None:
        """Nothing is returned."""

    def shared(self) -> SharedFile | None:
        """See `gsynth.outputs.shared.SharesFile`; the lines of the index are sent back."""
        path = self._target.path
        return None if path is None else SharedFile(path, partial(_in_place, self._records, self._line))

    def _place(self, part: Part) -> int:
        """The byte at which a stretch that continues a record begins."""
        header = int(self._records.name_lengths(part.numbers)[0]) + 2
        return part.place + header + part.done + part.done // self._line

    def _index_lines(self, part: Part, names: list[Column], places: NDArray[np.int64]) -> bytes:
        lengths = self._records.lengths(part.numbers)
        # faidx defines the width by the first line, which in a short record is not full.
        width = np.minimum(self._line, lengths)
        tab = Column.word(b"\t", lengths.size)
        numbers = Column.numbers(lengths), Column.numbers(places), self._width(width), self._width(width + 1)
        columns = [column for number in numbers for column in (tab, number)]
        return joined([*names, *columns, Column.word(b"\n", lengths.size)]).data.tobytes()

    def _width(self, values: NDArray[np.int64]) -> Column:
        return Column.numbers(values) if self._widths is None else self._widths[values]


def _in_place(records: Records, line: int, target: Target, place: int) -> FastaSink:
    return FastaSink(target, records, line=line, reserved=place)


def _stretch(letters: NDArray[np.uint8], column: int, ends: bool, line: int) -> NDArray[np.uint8]:
    """The lines of a stretch of a record that begins at `column` of a line."""
    text = wrapped(letters, column, line)
    # `wrapped` has ended a full last line.
    return np.append(text, np.uint8(_NEWLINE)) if ends and (column + letters.size) % line else text


def whole_records(
    names: Texts, letters: NDArray[np.uint8], lengths: NDArray[np.int64], width: int = LINE
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The text of whole records, and where in it the bases of each one begin.

    Examples
    --------
    >>> names = joined([Column.words([b">a", b">b"])])
    >>> text, places = whole_records(names, np.frombuffer(b"ACG", dtype=np.uint8), np.array([1, 2]))
    >>> text.tobytes(), places.tolist()
    (b'>a\\nA\\n>b\\nCG\\n', [3, 8])
    """
    headers = names.lengths + 1
    lines = -(-lengths // width)
    if lengths.size and (lengths == lengths[0]).all():
        # Regions of one width are common, and their lines are columns of a matrix: a copy for each line of a record,
        # not for each line of each record.
        letters, lengths = _lines_of_all(letters.reshape(lengths.size, -1), width), lengths + lines
        bodies = places_of(headers + lengths)
        text = np.full(int(bodies[-1]), _NEWLINE, dtype=np.uint8)
        names.write(text, bodies[:-1])
        copy_segments(letters, places_of(lengths)[:-1], text, bodies[:-1] + headers, lengths)
        return text, bodies[:-1] + headers
    places = places_of(headers + lengths + lines)
    # Bytes that are not overwritten are the ends of lines.
    text = np.full(int(places[-1]), _NEWLINE, dtype=np.uint8)
    names.write(text, places[:-1])
    row, line = ranges(lines)
    begin = line * width
    bodies = places[:-1] + headers
    sizes = np.minimum(width, lengths[row] - begin)
    copy_segments(letters, places_of(lengths)[row] + begin, text, bodies[row] + line * (width + 1), sizes)
    return text, bodies


def _lines_of_all(records: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    """The lines of records of one length (uint8[records, length]), one record after the other."""
    count, length = records.shape
    lines = -(-length // width)
    text = np.full((count, length + lines), _NEWLINE, dtype=np.uint8)
    for line in range(lines):
        first, last = line * width, min((line + 1) * width, length)
        copy_lines(records[:, first:last], text[:, first + line : last + line])
    return text.reshape(-1)


def wrapped(letters: NDArray[np.uint8], column: int, line: int = LINE) -> NDArray[np.uint8]:
    """`letters` with a newline after each full line, the first line already holding `column` letters.

    Examples
    --------
    >>> wrapped(np.frombuffer(b"A" * 61, dtype=np.uint8), 59).tobytes().count(b"\\n")
    2
    """
    # At column 0 no line has begun, so there is no head.
    head = min((line - column) % line, letters.size)
    lines = (letters.size - head) // line
    head_ends = head > 0 and column + head == line
    text = np.empty(letters.size + int(head_ends) + lines, dtype=np.uint8)
    text[:head] = letters[:head]
    at = head
    if head_ends:
        text[at] = _NEWLINE
        at += 1
    middle = text[at : at + lines * (line + 1)].reshape(lines, line + 1)
    if lines:
        copy_lines(letters[head : head + lines * line].reshape(lines, line), middle[:, :line])
    middle[:, line] = _NEWLINE
    text[at + middle.size :] = letters[head + lines * line :]
    return text
