"""Counting a genome's strata block by block, on threads, each with a table of its own."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from gsynth.alphabet import NumpyTranscoder
from gsynth.blocks.batches import DEFAULT_BLOCK, LARGE_TABLE_BLOCK, Piece, cut, into_jobs
from gsynth.blocks.executor import run_in_order
from gsynth.intervals import Intervals
from gsynth.intervals.masks import Mask
from gsynth.model.strands import add_reverse_complement
from gsynth.plugins.contracts import MASKED, Counter, Encoder, Genome
from gsynth.strata import Runs, Strata, lay_over

_EXTRA_TABLES: Final = 1 << 30
"""Bytes that the tables of further threads may take; larger tables are filled by fewer threads."""

_WINDOWS_PER_CELL: Final = 4
"""A further table is made and added up in less time than it saves if its thread counts so many windows."""

_CACHED_TABLE: Final = 1 << 22
"""Bytes of a table that a core's caches hold beside the block."""


@frozen
class Tally:
    """Windows of one job: all bases it moved the progress by, and what was left out."""

    bases: int
    masked: int
    unknown: int


@define
class Tables:
    """A count table for each thread that asks for one."""

    shape: tuple[int, int, int]
    _all: list[NDArray[np.uint64]] = field(factory=list)
    _local: threading.local = field(factory=threading.local)

    def mine(self) -> NDArray[np.uint64]:
        table: NDArray[np.uint64] | None = getattr(self._local, "table", None)
        if table is None:
            table = self._local.table = np.zeros(self.shape, dtype=np.uint64)
            self._all.append(table)
        return table

    def total(self) -> NDArray[np.uint64]:
        """The sum of the tables, in the last one's memory."""
        total = self._all.pop() if self._all else np.zeros(self.shape, dtype=np.uint64)
        while self._all:
            total += self._all.pop()
        return total

    def both_strands(self) -> NDArray[np.uint64]:
        """The sum of the tables and of their reverse complements; another table is room to work in, where there is."""
        room = self._all[0] if len(self._all) > 1 else None
        total = self.total()
        add_reverse_complement(total, room)
        return total


def affordable_workers(workers: int, shape: tuple[int, int, int], windows: int) -> int:
    """`workers`, or as many as the tables leave room for and are worth theirs."""
    worth = windows // (_WINDOWS_PER_CELL * math.prod(shape))
    return max(1, min(workers, worth, 1 + _EXTRA_TABLES // _bytes(shape)))


def default_block(shape: tuple[int, int, int]) -> int:
    """Bases per block for counting into tables of this shape."""
    return LARGE_TABLE_BLOCK if _bytes(shape) > _CACHED_TABLE else DEFAULT_BLOCK


def _bytes(shape: tuple[int, int, int]) -> int:
    return 8 * math.prod(shape)


@frozen
class BlockCounter:
    """Counts one job: reads the bases, finds the runs of strata, lays the mask over them, calls the kernel."""

    genome: Genome
    strata: Strata
    mask: Mask | None
    counter: Counter
    order: int
    tables: Tables
    _encoder: Encoder = field(init=False)

    @_encoder.default
    def _own_encoder(self) -> Encoder:
        return self.counter if isinstance(self.counter, Encoder) else NumpyTranscoder()

    def __call__(self, pieces: Sequence[Piece]) -> Tally:
        parts = [self._part(piece) for piece in pieces]
        codes, (edges, strata) = _join([part[0] for part in parts], [part[1] for part in parts], self.order)
        unknown = self.counter.count(codes, edges, strata, order=self.order, out=self.tables.mine())
        return Tally(sum(piece.size for piece in pieces), sum(part[2] for part in parts), unknown)

    def _part(self, piece: Piece) -> tuple[NDArray[np.uint8], Runs, int]:
        """The codes of the piece's windows, its runs from 0 on, and how many windows are masked."""
        first, last = piece.first, piece.last
        low, high = self.strata.span(piece.contig, piece.start, piece.end, first, last)
        low, high = min(low, first), max(high, last + self.order)
        bases = self.genome.fetch(piece.contig, low, high)
        runs = self.strata.runs(piece.contig, piece.start, piece.end, first, last, bases, low)
        masked = 0
        if self.mask is not None:
            found = self.mask.runs(piece.contig, first, last, bases[first - low : last - low])
            masked = int((found[:, 1] - found[:, 0]).sum())
            runs = lay_over(runs, found)
        codes = np.empty(last + self.order - first, dtype=np.uint8)
        self._encoder.encode(bases[first - low : last + self.order - low], codes)
        return codes, (runs[0] - first, runs[1]), masked


def _join(codes: list[NDArray[np.uint8]], runs: list[Runs], order: int) -> tuple[NDArray[np.uint8], Runs]:
    """Several pieces as one block: the windows that straddle two of them are masked."""
    if len(codes) == 1:
        return codes[0], runs[0]
    edges = [np.zeros(1, dtype=np.int64)]
    strata: list[NDArray[np.int32]] = []
    at = 0
    gap = np.array([MASKED], dtype=np.int32)
    for i, (piece, (piece_edges, piece_strata)) in enumerate(zip(codes, runs, strict=True)):
        edges.append(piece_edges[1:] + at)
        strata.append(piece_strata)
        at += piece.size
        if i + 1 < len(codes):
            edges.append(np.array([at], dtype=np.int64))
            strata.append(gap)
    return np.concatenate(codes), (np.concatenate(edges), np.concatenate(strata))


def training_jobs(intervals: Intervals, order: int, block: int) -> Iterator[list[Piece]]:
    """The jobs over all windows that lie wholly inside their interval."""
    pieces = (
        piece
        for interval in intervals
        if interval.end - interval.start > order
        for piece in cut(
            Piece(interval.contig, interval.start, interval.end, interval.start, interval.end - order), block
        )
    )
    return into_jobs(pieces, block)


def count_intervals(
    count_block: BlockCounter, intervals: Intervals, take: Callable[[Tally], object], block: int, workers: int
) -> None:
    """Count every interval into the tables; hand each job's tally to `take`."""
    run_in_order(count_block, training_jobs(intervals, count_block.order, block), take, workers)
