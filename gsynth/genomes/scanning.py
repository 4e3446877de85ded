"""Builds the index of a FASTA in one pass over its bytes, block by block, without a Python loop over lines."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gsynth.errors import FormatError
from gsynth.files.bytesource import ByteSource
from gsynth.genomes.faindex import NAME_LIMIT, FastaIndex, contig_name

BLOCK: Final = 1 << 18

_NEWLINE: Final = ord("\n")
_RETURN: Final = ord("\r")
_GREATER: Final = ord(">")
# Columns of a run of lines.
_START, _BASES, _WIDTH, _COUNT, _HEADER = range(5)


def scan(source: ByteSource) -> FastaIndex:
    """The index of the FASTA text in `source`.

    Raises
    ------
    FormatError
        For text before the first ``>``, white space or control bytes inside a sequence, a record without a name, two
        of one name, or no record at all.
    """
    scanner = FastaScanner(source.name)
    for offset in range(0, source.size, BLOCK):
        block = np.empty(min(BLOCK, source.size - offset), dtype=np.uint8)
        source.read_into(offset, block)
        scanner.feed(block)
    return scanner.finish()


class FastaScanner:
    """Takes the text in pieces of any size; gives the index at the end.

    Only runs of equally shaped lines are kept, so memory follows the number of records and irregularities. The line
    that a block breaks off is remembered by its start, first byte and (for a header) text, never by its bases.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._position = 0
        self._open_start = 0
        self._open_first = -1
        self._open_header = b""
        self._last_byte = -1
        self._runs: list[NDArray[np.int64]] = []
        self._names: list[str] = []

    def feed(self, block: NDArray[np.uint8]) -> None:
        """Add the next piece of the text (uint8[n])."""
        for start in range(0, block.size, BLOCK):
            self._feed(block[start : start + BLOCK])

    def finish(self) -> FastaIndex:
        """The index of all that was fed."""
        if self._position > self._open_start:
            # The missing newline at the end: as if it were there.
            self._feed(np.array([_NEWLINE], dtype=np.uint8))
        if not self._names:
            raise FormatError(f"{self._name} holds no FASTA record")
        try:
            return _index(self._names, np.concatenate(self._runs, axis=1))
        except FormatError as error:
            raise FormatError(f"{self._name}: {error}") from None

    def _feed(self, block: NDArray[np.uint8]) -> None:
        control = np.flatnonzero(block <= 32)
        newline = block[control] == _NEWLINE
        ends = control[newline]
        starts = np.concatenate([[self._open_start - self._position], ends + 1])
        first = np.append(block, np.uint8(0))[np.maximum(starts, 0)].astype(np.int64)
        if self._open_first >= 0:
            first[0] = self._open_first
        header = first == _GREATER
        self._check_controls(block, control[~newline], ends, header)
        if ends.size:
            returns = self._before(block, ends) == _RETURN
            self._add_names(block, starts[:-1], ends, header[:-1])
            self._add_runs(starts[:-1], ends, returns, header[:-1])
        self._carry(block, int(starts[-1]), int(first[-1]))

    def _before(self, block: NDArray[np.uint8], ends: NDArray[np.intp]) -> NDArray[np.int64]:
        """The byte before each line end."""
        before = block[ends - 1].astype(np.int64)
        if ends[0] == 0:
            before[0] = self._last_byte
        return before

    def _check_controls(
        self, block: NDArray[np.uint8], others: NDArray[np.intp], ends: NDArray[np.intp], header: NDArray[np.bool_]
    ) -> None:
        """White space and control bytes may stand in headers, and a carriage return before the line's end."""
        if self._last_byte == _RETURN and self._open_first != _GREATER and block[0] != _NEWLINE:
            self._bad_byte(_RETURN, self._position - 1)
        if not others.size:
            return
        line = np.searchsorted(ends, others)
        fine = header[line]
        following = np.append(block, np.uint8(_NEWLINE))[others + 1]
        fine |= (block[others] == _RETURN) & (following == _NEWLINE)
        if not fine.all():
            bad = int(others[~fine][0])
            self._bad_byte(int(block[bad]), self._position + bad)

    def _bad_byte(self, byte: int, offset: int) -> None:
        raise FormatError(
            f"{self._name}: found {bytes([byte])!r} inside a sequence, at byte {offset}; "
            "sequence lines must hold bases alone"
        )

    def _add_names(
        self, block: NDArray[np.uint8], starts: NDArray[np.intp], ends: NDArray[np.intp], header: NDArray[np.bool_]
    ) -> None:
        for line in np.flatnonzero(header):
            text = block[max(int(starts[line]), 0) : ends[line]].tobytes()
            text = self._open_header + text if starts[line] < 0 else text
            try:
                self._names.append(contig_name(text, len(self._names) + 1))
            except FormatError as error:
                raise FormatError(f"{self._name}: {error}") from None

    def _add_runs(
        self,
        starts: NDArray[np.intp],
        ends: NDArray[np.intp],
        returns: NDArray[np.bool_],
        header: NDArray[np.bool_],
    ) -> None:
        widths = ends + 1 - starts
        bases = widths - 1 - returns
        lines = np.array([starts + self._position, bases, widths, np.ones_like(widths), header], dtype=np.int64)
        self._runs.append(_joined(lines))

    def _carry(self, block: NDArray[np.uint8], start: int, first: int) -> None:
        """Remember the line that the block breaks off."""
        text = max(start, 0)
        if text < block.size and first == _GREATER:
            kept = self._open_header if start < 0 else b""
            self._open_header = kept + block[text:].tobytes()
            if len(self._open_header) > NAME_LIMIT:
                raise FormatError(
                    f"{self._name}: the header at byte {self._position + start} is over {NAME_LIMIT} long"
                )
        self._open_first = first if self._position + start < self._position + block.size else -1
        self._open_start = self._position + start
        self._last_byte = int(block[-1])
        self._position += block.size


def _joined(runs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Adjacent runs of one shape as one; headers stay apart."""
    same = (runs[_BASES, 1:] == runs[_BASES, :-1]) & (runs[_WIDTH, 1:] == runs[_WIDTH, :-1])
    same &= (runs[_HEADER, 1:] == 0) & (runs[_HEADER, :-1] == 0)
    firsts = np.flatnonzero(np.append(True, ~same))
    joined = runs[:, firsts]
    joined[_COUNT] = np.add.reduceat(runs[_COUNT], firsts)
    return joined


def _index(names: list[str], runs: NDArray[np.int64]) -> FastaIndex:
    runs = _joined(runs)
    header = runs[_HEADER] == 1
    runs = runs[:, header | (runs[_BASES] > 0)]
    header = runs[_HEADER] == 1
    if not header[0]:
        raise FormatError(f"found a sequence before the first '>', at byte {int(runs[_START, 0])}")
    tail = _tails(runs, header)
    bases = runs[_BASES] * runs[_COUNT]
    # The stretch of a tail is the run before it.
    bases[np.flatnonzero(tail) - 1] += bases[tail]
    kept = ~header & ~tail
    contig = (np.cumsum(header) - 1)[kept]
    first = np.searchsorted(contig, np.arange(len(names) + 1)).astype(np.int64)
    total = np.append(0, np.cumsum(bases[kept]))
    start = total[:-1] - total[first[contig]]
    return FastaIndex(
        tuple(names), np.diff(total[first]), first, start, runs[_START, kept], runs[_BASES, kept], runs[_WIDTH, kept]
    )


def _tails(runs: NDArray[np.int64], header: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The single last lines of records, no longer than the lines right before them."""
    tail: NDArray[np.bool_] = ~header & np.append(header[1:], True) & (runs[_COUNT] == 1)
    tail[0] = False
    ends = runs[_START] + runs[_WIDTH] * runs[_COUNT]
    tail[1:] &= ~header[:-1] & (ends[:-1] == runs[_START, 1:]) & (runs[_BASES, 1:] <= runs[_BASES, :-1])
    return tail
