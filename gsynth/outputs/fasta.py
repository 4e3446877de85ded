"""Records as FASTA, with the lines of its index."""

from __future__ import annotations

from typing import IO, Final

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from gsynth.genomes.lines import copy_lines

LINE: Final = 60
"""Bases on a line of FASTA."""


@define
class FastaSink:
    """Records as FASTA, `LINE` bases a line; keeps the lines of the `.fai` index."""

    _file: IO[bytes]
    index: dict[str, str] = field(factory=dict)
    _name: str = ""
    _start: int = 0
    _length: int = 0
    _written: int = 0

    def begin(self, name: str) -> None:
        self._put(f">{name}\n".encode())
        self._name, self._start, self._length = name, self._written, 0

    def write(self, letters: NDArray[np.uint8]) -> None:
        self._put(wrapped(letters, self._length % LINE).data)
        self._length += letters.size

    def end(self) -> None:
        if self._length % LINE:
            self._put(b"\n")
        width = min(LINE, self._length)
        # Like samtools, only the first record of a name is indexed.
        self.index.setdefault(self._name, f"{self._name}\t{self._length}\t{self._start}\t{width}\t{width + 1}\n")

    def result(self) -> None:
        return None

    def _put(self, data: bytes | memoryview) -> None:
        self._file.write(data)
        self._written += len(data)


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
        text[at] = ord("\n")
        at += 1
    middle = text[at : at + lines * (LINE + 1)].reshape(lines, LINE + 1)
    copy_lines(letters[head : head + lines * LINE].reshape(lines, LINE), middle[:, :LINE])
    middle[:, LINE] = ord("\n")
    text[at + middle.size :] = letters[head + lines * LINE :]
    return text
