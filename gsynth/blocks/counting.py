"""Counting a genome's strata block by block, on threads, each with a table of its own."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from functools import reduce
from typing import Any, Final

import attrs
import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from gsynth.alphabet import NOT_ACGT, NumpyTranscoder
from gsynth.blocks.batches import LARGE_TABLE_BLOCK, Batch, Batches, Share, batches, fitting_block
from gsynth.blocks.compute import Compute
from gsynth.blocks.packed import PackedTable
from gsynth.files.memory import available, check_room
from gsynth.files.segments import places_of, runs_outside, runs_within
from gsynth.genomes.fetching import fetch
from gsynth.intervals import Intervals
from gsynth.intervals.letters import check_letters
from gsynth.intervals.masks import Mask, merged, overlaps
from gsynth.intervals.pieces import Pieces
from gsynth.model.binning import CAUSES
from gsynth.model.strands import FORWARD, add_reverse_complement
from gsynth.plugins import checking
from gsynth.plugins.contracts import MASKED, Counter, Encoder, Genome
from gsynth.strata import FindsRuns, Runs, lay_over
from gsynth.strata.runs import PieceRuns

_EXTRA_TABLES: Final = 1 << 30
"""Bytes that the tables of further threads may take; with larger tables fewer threads are used."""

_WINDOWS_PER_CELL: Final = 4
"""If a thread counts this many windows for each cell, a table of its own saves more time than adding it up costs."""

_BYTES_PER_BASE: Final = 24
"""What a block needs for each base while it is read, encoded and counted."""

_NOTHING: Final = np.empty((0, 2), dtype=np.int64)

_CACHED_TABLE: Final = 1 << 22
"""Bytes of a table that a core's caches hold in addition to the block."""


@frozen(eq=False)
class Tally:
    """Windows of some jobs: the bases that progress advanced by, what was left out, and what is outside of the strata.

    `causes` is int64[d, 3] as in `gsynth.model.Outside`.
    """

    bases: int
    masked: int
    unknown: int
    causes: NDArray[np.int64]

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.bases + other.bases,
            self.masked + other.masked,
            self.unknown + other.unknown,
            self.causes + other.causes,
        )


@define
class Tables:
    """A count table for each thread that asks for one."""

    shape: tuple[int, int, int]
    _all: list[NDArray[np.uint64]] = field(factory=list)
    _local: threading.local = field(factory=threading.local)

    def mine(self) -> NDArray[np.uint64]:
        # One for each thread, so that kernels need no lock; list.append is atomic.
        table: NDArray[np.uint64] | None = getattr(self._local, "table", None)
        if table is None:
            table = self._local.table = np.zeros(self.shape, dtype=np.uint64)
            self._all.append(table)
        return table

    def add(self, table: NDArray[np.uint64]) -> None:
        """One more table, counted elsewhere, which this object owns from now on."""
        self._all.append(table)

    def __reduce__(self) -> tuple[object, ...]:
        # Another process counts into tables of its own, and sends their sum.
        return Tables, (self.shape,)

    def total(self) -> NDArray[np.uint64]:
        """The sum of the tables, in the memory of the last one; the others are freed on the way."""
        total = self._all.pop() if self._all else np.zeros(self.shape, dtype=np.uint64)
        while self._all:
            total += self._all.pop()
        return total

    def of_strands(self, strands: str) -> NDArray[np.uint64]:
        """The sum of the tables, with "both" and of their reverse complements.

        Another table, if there is one, is the work space.
        """
        if strands == FORWARD:
            return self.total()
        room = self._all[0] if len(self._all) > 1 else None
        total = self.total()
        add_reverse_complement(total, room)
        return total


def affordable_workers(workers: int, shape: tuple[int, int, int], windows: int) -> int:
    """`workers`, or fewer, as tables of their own are worth and allowed."""
    worth = windows // (_WINDOWS_PER_CELL * math.prod(shape))
    return max(1, min(workers, worth, 1 + _EXTRA_TABLES // _bytes(shape)))


def fitting_workers(workers: int, shape: tuple[int, int, int], block: int) -> int:
    """`workers`, or as many as fit the memory that this process may still take, with blocks of `block` bases each.

    Raises
    ------
    InsufficientMemoryError
        Not even one does.
    """
    each = _bytes(shape) + _BYTES_PER_BASE * block
    tables = "a table" if shape[0] == 1 else f"{shape[0]:,} tables"
    instead = "use a lower order, fewer bins, or smaller blocks (max_chunk_size)"
    check_room(each, f"counting into {tables} of order {(shape[1].bit_length() - 1) // 2}", instead)
    room = available()
    return workers if room is None else max(1, min(workers, room.size // each))


def default_block(shape: tuple[int, int, int], bases: int, workers: int) -> int:
    """Bases per block for counting `bases` bases into tables of this shape."""
    return LARGE_TABLE_BLOCK if _bytes(shape) > _CACHED_TABLE else fitting_block(bases, workers)


def _bytes(shape: tuple[int, int, int]) -> int:
    return 8 * math.prod(shape)


@frozen
class BatchCounter:
    """Counts one batch: reads the bases, finds the runs of strata, lays the mask over them, calls the kernel.

    With `whole`, a window is masked that holds any masked base; else one whose first base is masked.
    """

    genome: Genome
    strata: FindsRuns
    mask: Mask | None
    counter: Counter
    order: int
    tables: Tables
    whole: bool = False
    _encoder: Encoder = field(init=False)

    @_encoder.default
    def _own_encoder(self) -> Encoder:
        return self.counter if isinstance(self.counter, Encoder) else NumpyTranscoder()

    def __call__(self, batch: Batch) -> Tally:
        with checking.block(lambda: batch.pieces.place):
            return self._count(batch.pieces)

    def nothing(self) -> Tally:
        """The tally of no windows."""
        return Tally(0, 0, 0, np.zeros((self.strata.n_dims, len(CAUSES)), dtype=np.int64))

    def _count(self, pieces: Pieces) -> Tally:
        places = places_of(pieces.sizes + self.order)
        bases, runs = self._read(pieces)
        codes = np.empty(bases.size, dtype=np.uint8)
        unknown = checking.encode(self._encoder, "counter", bases, codes)
        if unknown:
            check_letters(self.genome, pieces.covering(pieces.firsts, pieces.lasts + self.order), bases, unknown)
        # Windows that begin in the last k bases of a piece reach into the next piece, and those of the last piece
        # beyond the block.
        gaps = np.append(places[1:] - self.order, places[-1] - self.order)
        laid = unmasked = runs.between(pieces, places[:-1], gaps, MASKED, behind=True)
        hidden = _NOTHING
        if self.mask is not None:
            hidden = self._masked(self.mask, pieces, places[:-1], bases)
            laid = lay_over(unmasked, hidden)
        unknown = checking.count(self.counter, codes, *laid, order=self.order, out=self.tables.mine())
        causes = self._causes(unmasked, runs.causes, codes, hidden)
        return Tally(int(pieces.sizes.sum()), int((hidden[:, 1] - hidden[:, 0]).sum()), unknown, causes)

    def _masked(
        self, mask: Mask, pieces: Pieces, places: NDArray[np.int64], bases: NDArray[np.uint8]
    ) -> NDArray[np.int64]:
        """The windows that are masked, as runs in the block: int64[m, 2], sorted, disjoint, each within one piece."""
        if not self.whole:
            return mask.block_runs(pieces, places, bases)
        # The last windows of a piece reach k bases beyond it, and no further: what lies behind is not read.
        runs = mask.block_runs(pieces.covering(pieces.firsts, pieces.lasts + self.order), places, bases)
        grown = merged(np.stack([runs[:, 0] - self.order, runs[:, 1]], axis=1))
        return overlaps(grown, np.stack([places, places + pieces.sizes], axis=1))

    def _causes(
        self, runs: Runs, causes: NDArray[np.int8], codes: NDArray[np.uint8], hidden: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """How many counted windows lie outside of the strata, by dimension and cause: int64[d, 3]."""
        if not causes.shape[1]:
            return np.zeros((len(causes), len(CAUSES)), dtype=np.int64)
        edges, strata = runs
        outside = np.flatnonzero(strata == self.strata.outside_bin)
        firsts, lasts = edges[outside], edges[outside + 1]
        counted = lasts - firsts
        # Windows that hold an N, or begin in the mask, are not counted anywhere, so not here either.
        for left_out in (hidden, runs_outside(_unknown_windows(codes, self.order), hidden)):
            owner, parts = runs_within(left_out, firsts, lasts)
            counted -= np.bincount(owner, parts[:, 1] - parts[:, 0], counted.size).astype(np.int64)
        found = [[counted[own == cause].sum() for cause in range(len(CAUSES))] for own in causes]
        return np.array(found, dtype=np.int64)

    def _read(self, pieces: Pieces) -> tuple[NDArray[np.uint8], PieceRuns]:
        """The bases of the pieces' windows, one piece after the other, and the runs of strata over the windows."""
        # Read once for both: a track of the sequence needs whole windows, the last window k bases beyond its piece.
        lows, highs = self.strata.spans(pieces)
        lows, highs = np.minimum(lows, pieces.firsts), np.maximum(highs, pieces.lasts + self.order)
        fetched = fetch(self.genome, pieces.names, pieces.ids, lows, highs)
        return fetched.of(pieces.firsts, pieces.lasts + self.order), self.strata.runs(pieces, fetched)


def _unknown_windows(codes: NDArray[np.uint8], order: int) -> NDArray[np.int64]:
    """The windows that hold a base other than A, C, G, T, as runs: int64[r, 2], sorted and apart."""
    at = np.flatnonzero(codes == NOT_ACGT)
    if not at.size:
        return _NOTHING
    # Two Ns at most k + 1 apart spoil adjacent windows, so theirs are one run.
    new = np.append(True, np.diff(at) > order + 1)
    lasts = at[np.append(np.flatnonzero(new)[1:] - 1, at.size - 1)]
    return np.stack([np.maximum(at[new] - order, 0), lasts + 1], axis=1)


@frozen(eq=False)
class Counted:
    """What one share or several have given."""

    tally: Tally
    table: PackedTable

    @classmethod
    def sum_of(cls, parts: Sequence[Counted]) -> Counted:
        """Whole numbers, so the order and the grouping do not matter."""
        tally = reduce(Tally.__add__, (part.tally for part in parts))
        return cls(tally, PackedTable.sum_of([part.table for part in parts]))


@frozen
class ShareCounter:
    """Counts a share in another process, into a table of its own: one that is counted twice is never added twice."""

    count_batch: BatchCounter
    batches: Batches

    def __call__(self, share: Share) -> Counted:
        count_batch = attrs.evolve(self.count_batch, tables=Tables(self.count_batch.tables.shape))
        tally = count_batch.nothing()
        for batch in self.batches.of(share):
            tally += count_batch(batch)
        return Counted(tally, PackedTable.of(count_batch.tables.total()))


def training_batches(intervals: Intervals, order: int, block: int) -> Batches:
    """The batches over all windows that lie wholly inside their interval."""
    return batches(intervals.longer_than(order), block, tail=order)


def count_intervals(count_batch: BatchCounter, intervals: Intervals, compute: Compute, what: str) -> Tally:
    """Count every interval into the tables, with a progress bar named `what`; returns the tally of all."""
    shape, total = count_batch.tables.shape, intervals.total
    default = default_block(shape, total, compute.cores)
    block = compute.block_for(total, count_batch.strata.step, default=default)
    workers = affordable_workers(compute.cores, shape, total)
    limited = compute.at_most(fitting_workers(workers, shape, min(block, total)))
    jobs = training_batches(intervals, count_batch.order, block)
    tally = count_batch.nothing()
    with compute.bar(total, what) as bar:
        if compute.executor.elsewhere:
            return _count_elsewhere(count_batch, jobs, compute, bar)

        def add(more: Tally) -> None:
            nonlocal tally
            tally += more
            bar.update(more.bases)

        limited.run(count_batch, jobs, add)
    return tally


def _count_elsewhere(count_batch: BatchCounter, jobs: Batches, compute: Compute, bar: Any) -> Tally:
    """Count in other processes; the sum of their tables becomes one of this process."""
    # A share that counts fewer windows than there are cells sends a sparse table, and more of them in total.
    size = compute.share_for(jobs.bases, most=math.prod(count_batch.tables.shape))
    found = compute.executor.reduce(
        ShareCounter(count_batch, jobs),
        jobs.shares(size),
        Counted.sum_of,
        lambda share: bar.update(jobs.bases_of(share)),
        compute.cores,
    )
    if found is None:
        return count_batch.nothing()
    count_batch.tables.add(found.table.unpacked())
    return found.tally
