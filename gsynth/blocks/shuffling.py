"""Shuffling in batches of intervals, and in parts of long ones."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from gsynth.alphabet import NOT_ACGT
from gsynth.blocks.batches import Batch, Batches, batches, cut
from gsynth.blocks.draws import Draws
from gsynth.blocks.producing import Ended
from gsynth.blocks.reference import Kept, Reference
from gsynth.blocks.shuffled import Shuffled
from gsynth.errors import ArgumentError
from gsynth.files.segments import copy_segments, places_of, ranges
from gsynth.genomes.fetching import fetch
from gsynth.intervals.pieces import Pieces
from gsynth.outputs import Part
from gsynth.plugins import checking
from gsynth.plugins.contracts import FREE, Shuffler
from gsynth.randomness import Streams, uniforms_at

LONGEST_RUN: Final = 2**31 - 1
"""Bases that can be shuffled as one: kernels count exits in 32 bits."""

_LOOKS: Final = 8
"""Cells of a sequence that are compared with its input before all of them are."""

Cells = NDArray[np.int64]


@frozen(eq=False)
class Runs:
    """Stretches of a batch without a kept base, within one sequence each.

    Attributes
    ----------
    starts, ends : int64[r]
        Their cells.
    chains : int64[r]
        The piece in which each lies.
    """

    starts: Cells
    ends: Cells
    chains: Cells

    def longer_than(self, size: int) -> Runs:
        """Those of more than `size` cells."""
        chosen = self.ends - self.starts > size
        return Runs(self.starts[chosen], self.ends[chosen], self.chains[chosen])

    @property
    def bases(self) -> int:
        """Total number of cells."""
        return int((self.ends - self.starts).sum())


@define
class BatchShuffler:
    """Shuffles a batch: reads it, finds the runs, calls the kernel, turns codes into letters.

    Parameters
    ----------
    reference : Reference
        The genome, and what is kept of it.
    shuffler : Shuffler
    k : int
        Letters of the words whose counts stay.
    window : int or None
        Bases that are shuffled as one sequence, counted from the start of an interval; None: the whole interval.
    draws : Draws

    Attributes
    ----------
    shuffled : Shuffled
        The report on everything settled so far.
    """

    reference: Reference
    shuffler: Shuffler
    k: int
    window: int | None
    draws: Draws
    shuffled: Shuffled = field(factory=Shuffled, init=False)

    def jobs(self, block: int) -> Batches:
        """The batches of all chains, of up to `block` bases where no sequence is longer."""
        window = self.window
        if window is None:
            return batches(self.draws.intervals, block, n_samples=self.draws.n_samples, parts=_whole)
        step = max(block // window, 1) * window
        return batches(
            self.draws.intervals, step, n_samples=self.draws.n_samples,
            parts=partial(_windows, step),
        )  # fmt: skip

    def make(self, batch: Batch, place: int) -> tuple[Shuffled, Part]:
        """See `gsynth.blocks.writing.Producer`."""
        with checking.block(lambda: batch.pieces.place):
            report, letters = self._shuffled(batch)
        pieces = batch.pieces
        done = int(pieces.firsts[0] - pieces.starts[0])
        return report, Part(batch.chains, letters, pieces.sizes, place, done, not batch.continues, batch.ends)

    def settle(self, state: Shuffled) -> int:
        """Nothing is corrected later."""
        self.shuffled += state
        return 0

    def begun(self, batch: Batch, left: None) -> BatchShuffler:
        """See `gsynth.blocks.producing.Divisible`: a sequence needs nothing of those before it."""
        return BatchShuffler(self.reference, self.shuffler, self.k, self.window, self.draws)

    def ended(self) -> Ended:
        """See `gsynth.blocks.producing.Divisible`."""
        return Ended(None, None, self.shuffled)

    def add(self, report: Shuffled) -> None:
        """Add what was shuffled elsewhere."""
        self.shuffled += report

    def _shuffled(self, batch: Batch) -> tuple[Shuffled, NDArray[np.uint8]]:
        pieces, reference = batch.pieces, self.reference
        codes, kept = self._read(batch)
        places = places_of(pieces.sizes)
        free = None if kept.fixed is None else kept.fixed == FREE
        sequences = self._sequences(places)
        runs = _runs(places, sequences, free)
        streams = self.draws.streams(batch)
        filled = 0 if reference.preserve_n else _fill(codes, free, pieces, places, streams)
        before = codes.copy()
        self._shuffle(codes, runs.longer_than(self.k), pieces, places, streams)
        report = self._report(before, codes, kept, sequences, runs)
        letters = np.empty(codes.size, dtype=np.uint8)
        checking.decode(reference.transcoder, codes, letters)
        kept.write(letters, 0, letters.size)
        return report + Shuffled(filled=filled), letters

    def _read(self, batch: Batch) -> tuple[NDArray[np.uint8], Kept]:
        """The codes of the batch's bases, and what is kept of them."""
        pieces = batch.pieces
        # Samples of one interval are adjacent, so the reference is read once for all of them.
        distinct = np.flatnonzero(np.diff(batch.chains // self.draws.n_samples, prepend=-1))
        once = pieces[distinct]
        bases = fetch(self.reference.genome, once.names, once.ids, once.firsts, once.lasts).bases
        codes, unknown = self.reference.encoded(once, bases)
        kept = self.reference.kept(once, bases, (codes, unknown))
        if distinct.size == len(pieces):
            return codes, kept
        of = np.repeat(np.arange(distinct.size), np.diff(np.append(distinct, len(pieces))))
        places = places_of(pieces.sizes)
        repeated = np.empty(int(places[-1]), dtype=np.uint8)
        copy_segments(codes, places_of(once.sizes)[of], repeated, places[:-1], pieces.sizes)
        return repeated, kept.repeated(once.sizes, of)

    def _sequences(self, places: Cells) -> Cells:
        """The cells at which sequences begin, and the end of the last one; int64[s + 1], without empty ones."""
        if self.window is None:
            return _distinct(places)
        owner, number = ranges(-(-np.diff(places) // self.window))
        return np.append(places[owner] + number * self.window, places[-1])

    def _shuffle(self, codes: NDArray[np.uint8], runs: Runs, pieces: Pieces, places: Cells, streams: Streams) -> None:
        if not runs.starts.size:
            return
        longest = int((runs.ends - runs.starts).max())
        if longest > LONGEST_RUN:
            raise ArgumentError(
                f"{pieces.place} holds {longest:,} bases without a gap, at most {LONGEST_RUN:,} can be shuffled as one "
                "sequence: name a window"
            )
        positions = pieces.firsts[runs.chains] + runs.starts - places[runs.chains]
        own = streams[runs.chains]
        checking.shuffle(
            self.shuffler, codes, runs.starts, runs.ends, own.keys, own.gammas, positions, order=self.k - 1
        )

    def _report(
        self, before: NDArray[np.uint8], codes: NDArray[np.uint8], kept: Kept, sequences: Cells, runs: Runs
    ) -> Shuffled:
        unknown = copied = 0
        if kept.fixed is not None:
            unknown = int(np.count_nonzero(kept.fixed == NOT_ACGT))
            copied = int(np.count_nonzero(kept.fixed < NOT_ACGT))
        with_runs = _distinct(np.searchsorted(sequences, runs.starts, side="right") - 1)
        equal = _equal(before, codes, sequences[with_runs], sequences[with_runs + 1])
        return Shuffled(
            bases=codes.size,
            copied=copied,
            unknown=unknown,
            short=runs.bases - runs.longer_than(self.k).bases,
            sequences=with_runs.size,
            equal=equal,
        )


def _windows(step: int, start: int, end: int) -> Iterator[tuple[int, int]]:
    return cut(start, end, step, start)


def _distinct(ascending: Cells) -> Cells:
    """Each value once."""
    # Not np.unique, which sorts or hashes what is in order already.
    return ascending[np.diff(ascending, prepend=-1) > 0]


def _whole(start: int, end: int) -> Iterator[tuple[int, int]]:
    yield start, end


def _runs(places: Cells, sequences: Cells, free: NDArray[np.bool_] | None) -> Runs:
    edges = sequences
    if free is not None:
        edges = np.union1d(edges, np.flatnonzero(free[1:] != free[:-1]) + 1)
    starts, ends = edges[:-1], edges[1:]
    if free is not None:
        starts, ends = starts[free[starts]], ends[free[starts]]
    return Runs(starts, ends, np.searchsorted(places, starts, side="right") - 1)


def _fill(
    codes: NDArray[np.uint8], free: NDArray[np.bool_] | None, pieces: Pieces, places: Cells, streams: Streams
) -> int:
    """Draw uniformly what is not A, C, G or T and not kept, each base by its own number; how many these are."""
    unknown = codes == NOT_ACGT
    cells = np.flatnonzero(unknown if free is None else unknown & free)
    if cells.size:
        chains = np.searchsorted(places, cells, side="right") - 1
        numbers = uniforms_at(streams[chains], pieces.firsts[chains] + cells - places[chains])
        codes[cells] = numbers >> np.uint32(29)
    return cells.size


def _equal(before: NDArray[np.uint8], after: NDArray[np.uint8], starts: Cells, ends: Cells) -> int:
    """How many of the stretches are the same before and after."""
    # A look at a few cells of each finds nearly all that differ. From the middle on: the first cells often stay.
    sizes = ends - starts
    for look in range(_LOOKS):
        cells = starts + sizes * ((look + _LOOKS // 2) % _LOOKS) // _LOOKS
        same = before[cells] == after[cells]
        starts, sizes = starts[same], sizes[same]
    owner, at = ranges(sizes)
    cells = starts[owner] + at
    changed = np.bincount(owner, before[cells] != after[cells], starts.size)
    return int(np.count_nonzero(changed == 0))
