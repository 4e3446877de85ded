"""Counting words for all orders from 0 to K, all candidate strata and all folds, in one pass over the genome.

The windows of order K count for every lower order as well, in their first letters. What remains are the last windows of
each stretch without N, which are too short for order K: those lie in the last K bases of a stretch, which are few, so
they are counted on their own. The sums are exactly what training counts with each order.

Folds are blocks of positions: block b of the intervals, laid end to end, belongs to fold b modulo their number. A fold
is counted like a stratum.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from gsynth.alphabet import NOT_ACGT, NumpyTranscoder
from gsynth.blocks.batches import LARGE_TABLE_BLOCK, Batch, batches
from gsynth.blocks.compute import Compute
from gsynth.blocks.counting import Tables
from gsynth.files.segments import copy_segments, places_of, ranges
from gsynth.genomes.fetching import Fetched, fetch
from gsynth.intervals import Intervals
from gsynth.intervals.letters import check_letters
from gsynth.intervals.masks import Mask
from gsynth.intervals.pieces import Pieces
from gsynth.model.algebra import first_letters
from gsynth.plugins import checking
from gsynth.plugins.contracts import MASKED, Counter, Encoder, Genome
from gsynth.strata import Runs, Strata, lay_over

_LARGE_ORDER: Final = 8
"""From this order on a table outgrows the caches, and larger blocks are faster."""


@frozen
class Folds:
    """Blocks of positions of the intervals laid end to end.

    Attributes
    ----------
    count : int
        How many folds there are.
    width : int
        Bases of a block.
    """

    count: int
    width: int


@frozen(eq=False)
class Candidate:
    """Strata whose words are counted up to an order.

    Attributes
    ----------
    strata : Strata
    order : int
        The highest one, at least 1.
    folds : int
    tables : int
        Tables of each fold: one for each bin, and one for windows outside of them.
    words : Tables
        Of order `order`.
    ends : list of Tables
        Of the orders 0 to ``order - 1``: windows that are too short for `order`.
    """

    strata: Strata
    order: int
    folds: int
    tables: int
    words: Tables = field(init=False)
    ends: list[Tables] = field(init=False)

    @words.default
    def _empty_words(self) -> Tables:
        return Tables((self.folds * self.tables, 4**self.order, 4))

    @ends.default
    def _empty_ends(self) -> list[Tables]:
        return [Tables((self.folds * self.tables, 4**order, 4)) for order in range(self.order)]

    def counts(self) -> list[NDArray[np.uint64]]:
        """By order: uint64[folds, tables, 4**order, 4], forward strand. Takes the tables."""
        words = self.words.total()
        found = [words]
        for order in range(self.order - 1, -1, -1):
            # Each in the first letters of the one before, without its ends: they are among the ends of this order.
            words = first_letters(words, order)
            found.append(words + self.ends[order].total())
        return [table.reshape(self.folds, self.tables, -1, 4) for table in reversed(found)]


def memory_of(order: int, tables: int, folds: int) -> int:
    """Bytes of the tables of one thread for the orders 0 to `order`.

    Examples
    --------
    >>> memory_of(1, 1, 2)
    320
    """
    return sum(8 * 4 ** (k + 1) * tables * folds for k in range(order + 1))


def count_candidates(
    candidates: Sequence[Candidate],
    genome: Genome,
    mask: Mask | None,
    counter: Counter,
    where: Intervals,
    folds: Folds,
    compute: Compute,
) -> None:
    """Count the words of all candidates, in one pass."""
    longest = max(candidate.order for candidate in candidates)
    steps = [candidate.strata.step or 1 for candidate in candidates]
    default = LARGE_TABLE_BLOCK if longest >= _LARGE_ORDER else None
    block = compute.block_for(where.total, max(steps), default=default)
    count_batch = _Counter(candidates, genome, mask, counter, longest, folds, Places.of(where))
    with compute.bar(where.total, "select-order") as bar:
        compute.run(count_batch, batches(where, block), bar.update)


@frozen(eq=False)
class Places:
    """Where intervals lie if they are laid end to end."""

    where: Intervals
    offsets: NDArray[np.int64]

    @classmethod
    def of(cls, where: Intervals) -> Places:
        """In the order of the intervals."""
        return cls(where, places_of(where.ends - where.starts))


@frozen(eq=False)
class _Counter:
    """Counts one batch for all candidates."""

    candidates: Sequence[Candidate]
    genome: Genome
    mask: Mask | None
    counter: Counter
    longest: int
    folds: Folds
    places: Places
    _encoder: Encoder = field(init=False)

    @_encoder.default
    def _own_encoder(self) -> Encoder:
        return self.counter if isinstance(self.counter, Encoder) else NumpyTranscoder()

    def __call__(self, batch: Batch) -> int:
        with checking.block(lambda: batch.pieces.place):
            self._count(batch)
        return batch.bases

    def _count(self, batch: Batch) -> None:
        pieces = batch.pieces
        highs = np.minimum(pieces.lasts + self.longest, pieces.ends)
        fetched = self._fetch(pieces, highs)
        bases = fetched.of(pieces.firsts, highs)
        dense = np.empty(bases.size, dtype=np.uint8)
        unknown = checking.encode(self._encoder, "counter", bases, dense)
        if unknown:
            check_letters(self.genome, pieces.covering(pieces.firsts, highs), bases, unknown)
        laid = _Laid.of(pieces, highs, dense, self.longest)
        hidden = self._hidden(pieces, laid)
        folds = self._folds(batch, laid)
        for candidate in self.candidates:
            runs = candidate.strata.runs(pieces, fetched)
            # After each piece comes what its last windows reach into, where no window of its own begins.
            gaps = np.append(laid.places + pieces.sizes, laid.codes.size - self.longest)
            edges, strata = runs.between(pieces, laid.places, gaps, MASKED, behind=True)
            edges, strata = lay_over((edges, strata), hidden)
            self._add(candidate, laid, _by_fold(edges, strata, folds, candidate.tables))

    def _fetch(self, pieces: Pieces, highs: NDArray[np.int64]) -> Fetched:
        lows = pieces.firsts
        for candidate in self.candidates:
            first, last = candidate.strata.spans(pieces)
            # Strata that need no sequence ask for an empty stretch.
            lows, highs = np.minimum(lows, first), np.maximum(highs, last)
        return fetch(self.genome, pieces.names, pieces.ids, lows, highs)

    def _hidden(self, pieces: Pieces, laid: _Laid) -> NDArray[np.int64]:
        """Where windows begin that the mask leaves out, in places of the block."""
        if self.mask is None:
            return np.empty((0, 2), dtype=np.int64)
        dense = places_of(pieces.sizes)
        bases = np.empty(0, dtype=np.uint8)
        if self.mask.uses_sequence:
            bases = fetch(self.genome, pieces.names, pieces.ids, pieces.firsts, pieces.lasts).bases
        runs = self.mask.block_runs(pieces, dense[:-1], bases)
        piece = np.searchsorted(dense, runs[:, 0], side="right") - 1
        moved: NDArray[np.int64] = runs + (laid.places - dense[:-1])[piece, None]
        return moved

    def _folds(self, batch: Batch, laid: _Laid) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where in the block a fold begins, and which one: int64[f] each."""
        pieces, width = batch.pieces, self.folds.width
        begins = self.places.offsets[batch.chains] + pieces.firsts - pieces.starts
        counts = np.where(pieces.sizes > 0, (begins + pieces.sizes - 1) // width - begins // width + 1, 0)
        owner, number = ranges(counts)
        blocks = begins[owner] // width + number
        at = laid.places[owner] + np.maximum(blocks * width - begins[owner], 0)
        return at, blocks % self.folds.count

    def _add(self, candidate: Candidate, laid: _Laid, runs: Runs) -> None:
        edges, strata = runs
        # A candidate of a lower order has more windows before the end of the block.
        size = laid.codes.size - self.longest + candidate.order
        codes = laid.codes[:size]
        checking.count(self.counter, codes, edges, strata, order=candidate.order, out=candidate.words.mine())
        ends, starts = laid.ends(candidate.order)
        if not ends.size:
            return
        own = np.append(strata, np.int32(MASKED))[
            np.minimum(np.searchsorted(edges, starts, side="right") - 1, strata.size)
        ]
        known = (own >= 0) & (ends < NOT_ACGT)
        np.add.at(candidate.ends[0].mine()[:, 0], (own[known], ends[known]), np.uint64(1))
        for order in range(1, candidate.order):
            windows = ends.size - order
            if windows > 0:
                steps = np.arange(windows + 1, dtype=np.int64)
                out = candidate.ends[order].mine()
                checking.count(self.counter, ends, steps, own[:windows], order=order, out=out)


@frozen(eq=False)
class _Laid:
    """The codes of a block: each piece, what its last windows reach into, and a code of 4."""

    codes: NDArray[np.uint8]
    places: NDArray[np.int64]

    @classmethod
    def of(cls, pieces: Pieces, highs: NDArray[np.int64], dense: NDArray[np.uint8], longest: int) -> _Laid:
        within = places_of(highs - pieces.firsts)
        places = within[:-1] + np.arange(len(pieces))
        # At the end there is room for the windows that begin at the last base.
        codes = np.full(dense.size + len(pieces) + longest, NOT_ACGT, dtype=np.uint8)
        copy_segments(dense, within[:-1], codes, places, highs - pieces.firsts)
        return cls(codes, places)

    def ends(self, order: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """The last `order` bases of each stretch, each followed by a 4, and where in the block each lies."""
        unknown = np.flatnonzero(self.codes == NOT_ACGT)
        before = np.append(-1, unknown[:-1])
        lengths = np.minimum(unknown - before - 1, order)
        stretches = lengths > 0
        stops, lengths = unknown[stretches], lengths[stretches]
        owner, number = ranges(lengths + 1)
        starts = (stops - lengths)[owner] + number
        return self.codes[starts], starts


def _by_fold(
    edges: NDArray[np.int64],
    strata: NDArray[np.int32],
    folds: tuple[NDArray[np.int64], NDArray[np.int64]],
    tables: int,
) -> Runs:
    """The runs cut where a fold begins, with the tables of each fold behind those of the one before."""
    at, which = folds
    if not at.size:
        return edges, strata
    cuts = np.unique(np.concatenate([edges, at]))
    own = strata[np.searchsorted(edges, cuts[:-1], side="right") - 1]
    fold = which[np.maximum(np.searchsorted(at, cuts[:-1], side="right") - 1, 0)]
    return cuts, np.where(own >= 0, own + (fold * tables).astype(np.int32), own).astype(np.int32)
