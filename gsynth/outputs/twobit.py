"""Records as .2bit: two bits a base, and beside them the runs of N and of lower case.

The format is UCSC's: http://genome.ucsc.edu/FAQ/FAQformat.html#format7. The runs of a record stand before its bases, so
the packed bases wait in a file without a name until all runs are known.
"""

from __future__ import annotations

from typing import IO, Final

import numpy as np
from attrs import define, evolve, field
from numpy.typing import NDArray

from gsynth.files.segments import copy_segments, places_of
from gsynth.outputs.placed import BinaryFile, write_at
from gsynth.outputs.records import Records
from gsynth.outputs.sinks import Part
from gsynth.outputs.twobit_file import write_twobit
from gsynth.outputs.twobit_runs import RunTable, Stretches, joined_at, stretches_in

_CODE: Final = np.uint8(3)
_N: Final = np.uint8(4)
_LOWER: Final = np.uint8(8)


def _marks() -> NDArray[np.uint8]:
    """For each byte the code of the base (T C A G = 0 1 2 3), `_N` for what is not one of them, and `_LOWER`."""
    marks = np.full(256, _N, dtype=np.uint8)
    for code, letter in enumerate(b"TCAG"):
        marks[letter] = marks[letter | 0x20] = code
    marks[ord("a") : ord("z") + 1] |= _LOWER
    return marks


MARKS: Final = _marks()


def packed(marks: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Four bases to a byte, the first one in the highest bits; their number is a multiple of four.

    Examples
    --------
    >>> packed(MARKS[np.frombuffer(b"TCAGGACT", dtype=np.uint8)]).tolist()
    [27, 228]
    """
    # Four bases are one number, so that each step works on four at once.
    four = np.ascontiguousarray(marks & _CODE).view("<u4")
    found = four << np.uint32(6)
    found |= four >> np.uint32(4)
    found |= four >> np.uint32(14)
    found |= four >> np.uint32(24)
    return found.astype(np.uint8)


@define
class Packed:
    """What was made of a part: the runs of its records, and the bases that share a byte with its neighbours."""

    unknown: Stretches
    lower: Stretches
    head: NDArray[np.uint8]
    tail: NDArray[np.uint8]


@define
class TwoBitSink:
    """Packs the bases into `_spool` on any thread; `finish` writes the file."""

    _file: BinaryFile
    _records: Records
    _spool: IO[bytes]
    _reserved: int = field(default=0, init=False)
    _unknown: RunTable = field(factory=RunTable, init=False)
    _lower: RunTable = field(factory=RunTable, init=False)
    _carried: NDArray[np.uint8] = field(factory=lambda: np.empty(0, dtype=np.uint8), init=False)
    """The bases of the byte that the last part has begun."""

    def reserve(self, numbers: NDArray[np.int64]) -> int:
        """The byte of the packed bases at which the records begin."""
        place = self._reserved
        self._reserved += int((-(-self._records.lengths(numbers) // 4)).sum())
        return place

    def made(self, part: Part) -> Packed:
        """Pack what shares no byte with another part."""
        marks = MARKS[part.letters]
        unknown, lower = (stretches_in(marks & flag, part) for flag in (_N, _LOWER))
        # N is packed as T, as all writers of the format do.
        marks[(marks & _N) != 0] = 0
        if part.begins and part.ends:
            self._write(_filled(marks, part.lengths), part.place)
            return Packed(unknown, lower, marks[:0], marks[:0])
        head = min(-part.done % 4, marks.size)
        tail = head + (marks.size - head) // 4 * 4
        self._write(marks[head:tail], part.place + (part.done + head) // 4)
        return Packed(unknown, lower, marks[:head], marks[tail:])

    def corrected(self, part: Part, made: Packed, count: int) -> None:
        """See `gsynth.outputs.Sink`."""
        # Whole bytes: what is packed again begins and ends where a byte does, or where the part does.
        count = min(count + -(part.done + count) % 4, part.letters.size)
        whole = count == part.letters.size
        first = evolve(part, letters=part.letters[:count], lengths=np.array([count]), ends=part.ends and whole)
        again = self.made(first)
        made.head = again.head
        if whole:
            made.tail = again.tail
        made.unknown = joined_at(part.done + count, again.unknown, made.unknown)
        made.lower = joined_at(part.done + count, again.lower, made.lower)

    def take(self, part: Part, made: Packed) -> None:
        """See `gsynth.outputs.Sink`."""
        self._unknown.add(part.numbers, made.unknown)
        self._lower.add(part.numbers, made.lower)
        if not (part.begins and part.ends):
            end = part.done + part.letters.size
            self._carry(part, made.head, part.done + made.head.size)
            self._carry(part, made.tail, end)
            if part.ends:
                self._end_byte(part, end)

    def _carry(self, part: Part, marks: NDArray[np.uint8], end: int) -> None:
        """Add bases, of which the last one is before `end`, to the byte that has begun."""
        self._carried = np.append(self._carried, marks)
        if self._carried.size == 4:
            self._end_byte(part, end)

    def _end_byte(self, part: Part, end: int) -> None:
        if self._carried.size:
            self._write(_filled(self._carried, np.array([self._carried.size])), part.place + (end - 1) // 4)
        self._carried = self._carried[:0]

    def _write(self, marks: NDArray[np.uint8], byte: int) -> None:
        write_at(self._spool.fileno(), packed(marks), byte)

    def result(self) -> None:
        """Nothing is returned."""

    def finish(self) -> None:
        """Write the file."""
        self._spool.seek(0)
        records = len(self._records)
        write_twobit(self._file, self._records, self._unknown.of(records), self._lower.of(records), self._spool)


def _filled(marks: NDArray[np.uint8], lengths: NDArray[np.int64]) -> NDArray[np.uint8]:
    """The bases of records, the last byte of each one filled with T."""
    sizes = -(-lengths // 4) * 4
    if (sizes == lengths).all():
        return marks
    places = places_of(sizes)
    room = np.zeros(int(places[-1]), dtype=np.uint8)
    copy_segments(marks, places_of(lengths)[:-1], room, places[:-1], lengths)
    return room
