"""Cutting intervals into pieces, and pieces into jobs of about one block each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from attrs import frozen

from gsynth.errors import ArgumentError

DEFAULT_BLOCK: Final = 1 << 20
"""Bases per block where `max_chunk_size` is None: large against the cost of a job, small against memory."""

LARGE_TABLE_BLOCK: Final = 1 << 23
"""Bases per block for counting into a table that outgrows the cache: kernels sort more windows before they add."""

MIN_BLOCK: Final = 64
"""The smallest block: longer than a context, so that a context never spans two blocks."""


@frozen
class Piece:
    """A stretch ``[first, last)`` of an interval ``[start, end)`` of a contig; `chain` numbers the interval's draws."""

    contig: str
    start: int
    end: int
    first: int
    last: int
    chain: int = 0

    @property
    def size(self) -> int:
        return self.last - self.first


def resolve_block(max_chunk_size: int | None, iterator: int | None, default: int = DEFAULT_BLOCK) -> int:
    """Bases per block: a multiple of the iterator, so that a stratum's window is mostly evaluated once."""
    size = default if max_chunk_size is None else int(max_chunk_size)
    if size < 1:
        raise ArgumentError(f"max_chunk_size must be positive (bases per block), found {max_chunk_size}")
    size = max(size, MIN_BLOCK)
    return size if iterator is None else -(-size // iterator) * iterator


def cut(piece: Piece, block: int, shift: int = 0) -> Iterator[Piece]:
    """Cut `piece` where position - shift is a multiple of `block`; no part but the last is under `MIN_BLOCK`."""
    first = piece.first
    while first < piece.last:
        last = ((first - shift) // block + 1) * block + shift
        if last - first < MIN_BLOCK:
            last += block
        last = min(last, piece.last)
        yield Piece(piece.contig, piece.start, piece.end, first, last, piece.chain)
        first = last


def into_jobs(pieces: Iterable[Piece], block: int) -> Iterator[list[Piece]]:
    """Gather small pieces into jobs of up to `block` bases; a piece that continues another opens a job of its own."""
    job: list[Piece] = []
    size = 0
    for piece in pieces:
        continues = piece.first > piece.start
        if job and (continues or size + piece.size > block):
            yield job
            job, size = [], 0
        job.append(piece)
        size += piece.size
    if job:
        yield job
