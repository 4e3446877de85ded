"""Counting a genome's strata block by block, on threads, each with a table of its own."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from gsynth.alphabet import NumpyTranscoder
from gsynth.blocks.batches import LARGE_TABLE_BLOCK, Batch, batches, fitting_block
from gsynth.blocks.executor import run_in_order
from gsynth.files.segments import places_of
from gsynth.genomes.fetching import fetch
from gsynth.intervals import Intervals
from gsynth.intervals.masks import Mask
from gsynth.intervals.pieces import Pieces
from gsynth.model.strands import add_reverse_complement
from gsynth.plugins import checking
from gsynth.plugins.contracts import MASKED, Counter, Encoder, Genome
from gsynth.strata import FindsRuns, lay_over
from gsynth.strata.runs import PieceRuns

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


def default_block(shape: tuple[int, int, int], bases: int, workers: int) -> int:
    """Bases per block for counting so many into tables of this shape."""
    return LARGE_TABLE_BLOCK if _bytes(shape) > _CACHED_TABLE else fitting_block(bases, workers)


def _bytes(shape: tuple[int, int, int]) -> int:
    return 8 * math.prod(shape)


@frozen
class BatchCounter:
    """Counts one batch: reads the bases, finds the runs of strata, lays the mask over them, calls the kernel."""

    genome: Genome
    strata: FindsRuns
    mask: Mask | None
    counter: Counter
    order: int
    tables: Tables
    _encoder: Encoder = field(init=False)

    @_encoder.default
    def _own_encoder(self) -> Encoder:
        return self.counter if isinstance(self.counter, Encoder) else NumpyTranscoder()

    def __call__(self, batch: Batch) -> Tally:
        with checking.block(lambda: batch.pieces.place):
            return self._count(batch.pieces)

    def _count(self, pieces: Pieces) -> Tally:
        places = places_of(pieces.sizes + self.order)
        bases, runs = self._read(pieces)
        codes = np.empty(bases.size, dtype=np.uint8)
        checking.encode(self._encoder, "counter", bases, codes)
        # The windows that begin in a piece's last k bases reach into the next piece, and those of the last piece lie
        # behind the block.
        gaps = np.append(places[1:] - self.order, places[-1] - self.order)
        edges, strata = runs.between(pieces, places[:-1], gaps, MASKED, behind=True)
        masked = 0
        if self.mask is not None:
            found = self.mask.block_runs(pieces, places[:-1], bases)
            masked = int((found[:, 1] - found[:, 0]).sum())
            edges, strata = lay_over((edges, strata), found)
        unknown = checking.count(self.counter, codes, edges, strata, order=self.order, out=self.tables.mine())
        return Tally(int(pieces.sizes.sum()), masked, unknown)

    def _read(self, pieces: Pieces) -> tuple[NDArray[np.uint8], PieceRuns]:
        """The bases of the pieces' windows, one piece behind the other, and the runs of strata over the windows."""
        lows, highs = self.strata.spans(pieces)
        lows, highs = np.minimum(lows, pieces.firsts), np.maximum(highs, pieces.lasts + self.order)
        fetched = fetch(self.genome, pieces.names, pieces.ids, lows, highs)
        return fetched.of(pieces.firsts, pieces.lasts + self.order), self.strata.runs(pieces, fetched)


def training_batches(intervals: Intervals, order: int, block: int) -> Iterator[Batch]:
    """The batches over all windows that lie wholly inside their interval."""
    return batches(intervals.longer_than(order), block, tail=order)


def count_intervals(
    count_batch: BatchCounter, intervals: Intervals, take: Callable[[Tally], object], block: int, workers: int
) -> None:
    """Count every interval into the tables; hand each batch's tally to `take`."""
    run_in_order(count_batch, training_batches(intervals, count_batch.order, block), take, workers)
