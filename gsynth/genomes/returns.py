"""Text whose lines end in a carriage return alone, as old Macintosh programs wrote it, read as if in newlines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.files.bytesource import ByteSource, read_bytes

_RETURN: Final = ord("\r")
_NEWLINE: Final = ord("\n")
_STEP: Final = 1 << 16
_MOST: Final = 1 << 21
"""Bytes among which the first line end is looked for; a header line is shorter."""


@frozen(eq=False)
class ReturnBytes:
    """A source with each carriage return as a newline."""

    source: ByteSource

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def size(self) -> int:
        return self.source.size

    @property
    def near(self) -> int:
        return self.source.near

    def read_into(self, offset: int, out: NDArray[np.uint8]) -> None:
        """As the source's own."""
        self.source.read_into(offset, out)
        out[out == _RETURN] = _NEWLINE

    def close(self) -> None:
        self.source.close()


def ends_in_returns(head: bytes) -> bool | None:
    """Whether the first line end is a carriage return alone; None where `head` does not show that."""
    at = min((place for place in (head.find(b"\r"), head.find(b"\n")) if place >= 0), default=-1)
    # A return at the very end may be the first half of CRLF.
    if at < 0 or (head[at] == _RETURN and at + 1 == len(head)):
        return None
    return head[at] == _RETURN and head[at + 1] != _NEWLINE


def in_newlines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The text in pieces, with newlines where its lines end in carriage returns alone."""
    pieces, head, found = iter(chunks), b"", None
    while found is None and len(head) < _MOST and (piece := next(pieces, b"")):
        head += piece
        found = ends_in_returns(head)
    turns = head.endswith(b"\r") if found is None else found
    for piece in chain([head], pieces):
        yield piece.replace(b"\r", b"\n") if turns else piece


def has_returns(source: ByteSource) -> bool:
    """Whether the lines of `source` end in carriage returns alone."""
    head = b""
    while len(head) < min(source.size, _MOST):
        head += read_bytes(source, len(head), min(_STEP, source.size - len(head)))
        found = ends_in_returns(head)
        if found is not None:
            return found
    return head.endswith(b"\r")
