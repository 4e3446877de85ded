"""Builds the index of a FASTA in one pass over its bytes, block by block, without a Python loop over lines."""

from __future__ import annotations

from typing import Final, NoReturn

import numpy as np
from numpy.typing import NDArray

from gsynth.errors import FormatError
from gsynth.files.bytesource import ByteSource
from gsynth.genomes.faindex import BYTE_ORDER_MARK, NAME_LIMIT, FastaIndex, contig_name
from gsynth.genomes.letters import SHOWN, is_code, letter_error, report_codes, unusual

BLOCK: Final = 1 << 18

_NEWLINE: Final = ord("\n")
_BLANKS: Final = b" \t\r"
_BLANK_LIMIT: Final = 1 << 20
"""Blanks at the end of one line that are carried over."""

_GREATER: Final = ord(">")
# Columns of a run of lines.
_START, _BASES, _WIDTH, _COUNT, _HEADER = range(5)


def scan(source: ByteSource) -> FastaIndex:
    """The index of the FASTA text in `source`.

    Raises
    ------
    FormatError
        For text before the first ``>``, anything but bases inside a sequence (record and line are named), a record
        without a name, two of one name, or no record at all.

    Warns
    -----
    UserWarning
        Once, for IUPAC codes other than N, counted by kind.
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
        self._line = 1
        self._held = np.empty(0, dtype=np.uint8)
        self._open_start = 0
        self._open_first = -1
        self._open_header = b""
        self._runs: list[NDArray[np.int64]] = []
        self._names: list[str] = []
        self._codes = np.zeros(256, dtype=np.int64)

    def feed(self, block: NDArray[np.uint8]) -> None:
        """Add the next piece of the text (uint8[n])."""
        for start in range(0, block.size, BLOCK):
            piece = block[start : start + BLOCK]
            piece = np.concatenate([self._held, piece]) if self._held.size else piece
            if self._position == 0:
                mark = piece[: len(BYTE_ORDER_MARK)].tobytes()
                if mark == BYTE_ORDER_MARK:
                    self._position = self._open_start = len(mark)
                    piece = piece[len(mark) :]
                elif BYTE_ORDER_MARK.startswith(mark):
                    # The first bytes of a mark, perhaps: the next piece decides.
                    self._held = piece.copy()
                    continue
            self._feed(self._without_blanks(piece))

    def finish(self) -> FastaIndex:
        """The index of all that was fed."""
        if self._position + self._held.size > self._open_start:
            # The missing newline at the end: as if it were there.
            piece = np.append(self._held, np.uint8(_NEWLINE))
            self._held = self._held[:0]
            self._feed(piece)
        if not self._names:
            raise FormatError(f"{self._name} holds no FASTA record")
        report_codes(self._name, self._codes)
        try:
            return _index(self._names, np.concatenate(self._runs, axis=1))
        except FormatError as error:
            raise FormatError(f"{self._name}: {error}") from None

    def _without_blanks(self, piece: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The piece without blanks at its end, which wait for what follows: a line end, or more of a line."""
        size = piece.size
        if size and int(piece[-1]) in _BLANKS:
            size = len(piece.tobytes().rstrip(_BLANKS))
        self._held = piece[size:].copy()
        if self._held.size > _BLANK_LIMIT:
            raise FormatError(f"{self._name}, line {self._line}: more than {_BLANK_LIMIT:,} blanks in a row")
        return piece[:size]

    def _feed(self, block: NDArray[np.uint8]) -> None:
        if not block.size:
            return
        control = np.flatnonzero(block <= 32)
        newline = block[control] == _NEWLINE
        ends = control[newline]
        starts = np.concatenate([[self._open_start - self._position], ends + 1])
        # The zero is for the line that begins where the block ends; its first byte comes with the next block.
        first = np.append(block, np.uint8(0))[np.maximum(starts, 0)].astype(np.int64)
        if self._open_first >= 0:
            first[0] = self._open_first
        header = first == _GREATER
        blanks = _trailing(block, starts[:-1], ends)
        before = len(self._names)
        self._add_names(block, starts[:-1], ends, header[:-1])
        self._check(block, control[~newline], starts, ends - blanks, header, before)
        if ends.size:
            self._add_runs(starts[:-1], ends, blanks, header[:-1])
        self._line += ends.size
        self._carry(block, int(starts[-1]), int(first[-1]))

    def _check(
        self,
        block: NDArray[np.uint8],
        controls: NDArray[np.intp],
        starts: NDArray[np.intp],
        stops: NDArray[np.intp],
        header: NDArray[np.bool_],
        before: int,
    ) -> None:
        """Sequence lines hold bases; blanks may stand at their ends, and anything in headers."""
        ends = starts[1:] - 1
        line = np.searchsorted(ends, controls)
        inner = ~header[line] & (controls < np.append(stops, block.size)[line])
        odd = unusual(block)
        odd = odd[~header[np.searchsorted(ends, odd)]]
        codes = is_code(block[odd])
        self._codes += np.bincount(block[odd[codes]], minlength=256)
        bad = np.concatenate([controls[inner], odd[~codes]])
        if bad.size:
            self._refuse(block, int(bad.min()), ends, header, before)

    def _refuse(
        self, block: NDArray[np.uint8], at: int, ends: NDArray[np.intp], header: NDArray[np.bool_], before: int
    ) -> NoReturn:
        line = int(np.searchsorted(ends, at))
        record = before + int(header[:line].sum())
        if not record:
            raise FormatError(f"{self._name}, line {self._line + line}: found a sequence before the first '>'")
        name = self._names[record - 1]
        around = block[max(0, at - SHOWN) : at].tobytes().rpartition(b"\n")[2]
        around += block[at : at + SHOWN].tobytes().partition(b"\n")[0]
        where = f"{self._name}, record {record} ({name}), line {self._line + line}"
        raise letter_error(where, int(block[at]), around)

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
        blanks: NDArray[np.int64],
        header: NDArray[np.bool_],
    ) -> None:
        widths = ends + 1 - starts
        bases = widths - 1 - blanks
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
        self._position += block.size


def _trailing(block: NDArray[np.uint8], starts: NDArray[np.intp], ends: NDArray[np.intp]) -> NDArray[np.int64]:
    """How many blanks (a carriage return is one) end each line; those of a line lie wholly in the block."""
    blanks = np.zeros(ends.size, dtype=np.int64)
    lines = np.arange(ends.size)
    # A round for each blank: nearly all lines end in one at most.
    while lines.size:
        at = ends[lines] - 1 - blanks[lines]
        inside = at >= np.maximum(starts[lines], 0)
        letters = block[np.maximum(at, 0)]
        found = inside & ((letters == ord("\r")) | (letters == ord(" ")) | (letters == ord("\t")))
        lines = lines[found]
        blanks[lines] += 1
    return blanks


def _joined(runs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Adjacent runs of one shape as one; headers stay apart."""
    # Headers are counted one by one: each begins a contig, though they may look alike.
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
