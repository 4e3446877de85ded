"""Records as FASTA, with the lines of its index."""

from __future__ import annotations

from typing import IO, Final

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from gsynth.files.segments import copy_segments, places_of, ranges
from gsynth.files.texts import Texts, joined
from gsynth.genomes.lines import copy_lines
from gsynth.outputs.records import Records
from gsynth.outputs.sinks import Part

LINE: Final = 60
"""Bases on a line of FASTA."""

_NEWLINE: Final = ord("\n")


@frozen(eq=False)
class Made:
    """The text of a part; of records that begin in it, their names and where in it their bases begin."""

    text: NDArray[np.uint8]
    names: Texts | None
    places: NDArray[np.int64]


@define
class FastaSink:
    """Writes records, `LINE` bases a line; keeps the lines of the ``.fai`` index."""

    _file: IO[bytes]
    _records: Records
    index: list[bytes] = field(factory=list)
    _written: int = 0

    def made(self, part: Part) -> Made:
        """The text of the part, its headers and line ends included."""
        if not part.begins:
            return Made(self._stretch(part.letters, part.done % LINE, part.ends), None, np.empty(0, dtype=np.int64))
        names = self._records.names(part.numbers)
        if part.numbers.size == 1:
            header = np.concatenate([[ord(">")], names.data, [_NEWLINE]]).astype(np.uint8)
            text = np.concatenate([header, self._stretch(part.letters, 0, part.ends)])
            return Made(text, names, np.array([header.size], dtype=np.int64))
        return whole_records(names, part.letters, part.lengths)

    def corrected(self, part: Part, made: Made, count: int) -> None:
        """See `gsynth.outputs.Sink`."""
        text = wrapped(part.letters[:count], part.done % LINE)
        made.text[: text.size] = text

    def take(self, part: Part, made: Made) -> None:
        """See `gsynth.outputs.Sink`."""
        if made.names is not None:
            self.index.append(self._index_lines(part, made.names, made.places + self._written))
        self._file.write(made.text.data)
        self._written += made.text.size

    def result(self) -> None:
        """Nothing is returned."""
        return None

    def _stretch(self, letters: NDArray[np.uint8], column: int, ends: bool) -> NDArray[np.uint8]:
        text = wrapped(letters, column)
        if ends and (column + letters.size) % LINE:
            return np.append(text, np.uint8(_NEWLINE))
        return text

    def _index_lines(self, part: Part, names: Texts, places: NDArray[np.int64]) -> bytes:
        lengths = self._records.lengths(part.numbers)
        width = np.minimum(LINE, lengths)
        every = np.ones(lengths.size, dtype=np.bool_)
        tab, end = Texts.repeated(b"\t", every), Texts.repeated(b"\n", every)
        columns = [names]
        for values in (lengths, places, width, width + 1):
            columns += [tab, Texts.numbers(values)]
        return joined([*columns, end]).data.tobytes()


def whole_records(names: Texts, letters: NDArray[np.uint8], lengths: NDArray[np.int64]) -> Made:
    """The text of whole records.

    Examples
    --------
    >>> made = whole_records(Texts.of([b"a", b"b"]), np.frombuffer(b"ACG", dtype=np.uint8), np.array([1, 2]))
    >>> made.text.tobytes()
    b'>a\\nA\\n>b\\nCG\\n'
    """
    headers = names.lengths + 2
    lines = -(-lengths // LINE)
    places = places_of(headers + lengths + lines)
    # What is not written over is the end of a line.
    text = np.full(int(places[-1]), _NEWLINE, dtype=np.uint8)
    text[places[:-1]] = ord(">")
    names.write(text, places[:-1] + 1)
    row, line = ranges(lines)
    begin = line * LINE
    bodies = places[:-1] + headers
    firsts = places_of(lengths)[:-1]
    copy_segments(
        letters, firsts[row] + begin, text, bodies[row] + line * (LINE + 1), np.minimum(LINE, lengths[row] - begin)
    )
    return Made(text, names, bodies)


def wrapped(letters: NDArray[np.uint8], column: int) -> NDArray[np.uint8]:
    """`letters` with a newline after each full line, the first line already holding `column` letters.

    Examples
    --------
    >>> wrapped(np.frombuffer(b"A" * 61, dtype=np.uint8), 59).tobytes().count(b"\\n")
    2
    """
    head = min((LINE - column) % LINE, letters.size)
    lines = (letters.size - head) // LINE
    head_ends = head > 0 and column + head == LINE
    text = np.empty(letters.size + int(head_ends) + lines, dtype=np.uint8)
    text[:head] = letters[:head]
    at = head
    if head_ends:
        text[at] = _NEWLINE
        at += 1
    middle = text[at : at + lines * (LINE + 1)].reshape(lines, LINE + 1)
    copy_lines(letters[head : head + lines * LINE].reshape(lines, LINE), middle[:, :LINE])
    middle[:, LINE] = _NEWLINE
    text[at + middle.size :] = letters[head + lines * LINE :]
    return text
