"""Sampling batches of chains at once; parts of a long one each from a guessed left context, corrected in order.

Two chains that use the same random numbers soon hold the same k bases, and stay equal from there on. So a part need not
wait for its left neighbour: it starts from a guess, and what differs is sampled again once the true context is known,
from its first base to where the two meet. The result is that of one pass from left to right, whether they meet soon,
late or never.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from gsynth.alphabet import NumpyTranscoder
from gsynth.blocks.batches import MIN_BLOCK, Batch
from gsynth.blocks.drawn import Drawn, drawn
from gsynth.blocks.draws import Draws
from gsynth.blocks.forbidden import Words, find_words
from gsynth.blocks.known_runs import KnownRuns
from gsynth.blocks.producing import Ended
from gsynth.blocks.reference import Kept, Reference
from gsynth.blocks.streams import BlockStreams
from gsynth.files.segments import places_of, ranges
from gsynth.genomes.fetching import Fetched, fetch
from gsynth.intervals.pieces import Pieces
from gsynth.model import Forbidden
from gsynth.model.start import Start
from gsynth.model.words import longest
from gsynth.outputs import Part
from gsynth.plugins import checking
from gsynth.plugins.contracts import FREE, UNBINNED, Genome, Sampler, StreamSampler, Transcoder
from gsynth.randomness import uniforms_at
from gsynth.strata import Runs, Strata
from gsynth.strata.runs import PieceRuns

# Most chains meet within tens of bases; the stretches grow, so that one that meets late takes few steps.
_RETRY_GROWTH: Final = 4

_APPROACH: Final = 1 << 16
"""Bases that are sampled before a part that another process makes: far more than the 870 after which the last of 20,000
pairs of chains of order 10 met, and a thousandth of the work."""


@define
class Block:
    """A sampled batch. `codes` holds k cells of left context, then the bases; `letters` holds the bases as ASCII."""

    batch: Batch
    drawn: Drawn
    codes: NDArray[np.uint8]
    kept: Kept
    runs: Runs
    streams: BlockStreams
    letters: NDArray[np.uint8]
    words: Words = field(factory=Words)

    def fixed(self, first: int, last: int) -> NDArray[np.uint8]:
        """The codes of kept bases from `first` to `last`, else `FREE`."""
        if self.kept.fixed is None:
            return np.full(last - first, FREE, dtype=np.uint8)
        return self.kept.fixed[first:last]


@frozen
class BatchSampler:
    """Samples one batch: reads what must be kept, finds the strata, calls the kernel, turns codes into letters.

    `unlearned` (bool[bins + 1]) are the bins without observations; the last one stands for windows without a bin.
    """

    genome: Genome
    strata: Strata
    reference: Reference
    sampler: Sampler
    order: int
    thresholds: NDArray[np.uint32]
    start: Start | None
    unlearned: NDArray[np.bool_]
    draws: Draws
    forbidden: Forbidden | None = None
    _transcoder: Transcoder = field(init=False)
    _known: KnownRuns = field(factory=KnownRuns, init=False)

    @_transcoder.default
    def _own_transcoder(self) -> Transcoder:
        return transcoder_of(self.sampler)

    def __call__(self, batch: Batch) -> Block:
        with checking.block(lambda: batch.pieces.place):
            return self._sample(batch)

    def _sample(self, batch: Batch) -> Block:
        pieces = batch.pieces
        # Samples of one interval are adjacent, so the reference is read once for all of them.
        distinct = np.flatnonzero(np.diff(batch.chains // self.draws.n_samples, prepend=-1))
        of = np.repeat(np.arange(distinct.size), np.diff(np.append(distinct, len(pieces))))
        once = pieces[distinct]
        windows = self._windows(once)
        kept, piece_runs = self._looked_at(once, windows, int(batch.chains[0]) // self.draws.n_samples)
        runs = self._runs(once, windows, piece_runs)
        repeats = np.repeat(np.bincount(of, minlength=len(once)), piece_runs.counts + 1)
        made = drawn(runs, repeats, kept.fixed, piece_runs.causes, self.strata.outside_bin, self.unlearned)
        places = places_of(pieces.sizes)
        if distinct.size < len(pieces):
            kept, runs = kept.repeated(once.sizes, of), _repeated(runs, piece_runs.counts + 1, once.sizes, of)
        streams = BlockStreams(places, self.draws.streams(batch), pieces.firsts)
        codes = np.empty(int(places[-1]) + self.order, dtype=np.uint8)
        # The guessed left context. Only a part that continues has a true one, which `settle` compares with it.
        codes[: self.order] = 0
        codes[self.order :] = FREE if kept.fixed is None else kept.fixed
        if self.start is not None:
            self._begin(self.start, codes[self.order :], pieces, places, piece_runs.first_strata()[of], streams)
        block = Block(batch, made, codes, kept, runs, streams, np.empty(int(places[-1]), dtype=np.uint8))
        self._draw(codes, runs, streams)
        self._write_letters(block, 0, block.letters.size)
        block.words = find_words(self.forbidden, codes[self.order :], kept.fixed, places[:-1])
        return block

    def settle(self, block: Block, left: NDArray[np.uint8], left_fixed: NDArray[np.uint8]) -> int:
        """Correct `block`, whose true left context is `left`: resample it until the two chains meet.

        Returns how many of its first bases may have changed. `left_fixed` says which of its left context are kept.
        """
        changed = self._corrected(block, left)
        if self.forbidden is not None:
            # Words reach this far from a base that changed, and from the left context.
            first = min(changed + longest(self.forbidden.words), block.letters.size)
            fixed = np.append(left_fixed, block.fixed(0, first))
            codes = block.codes[: self.order + first]
            block.words = block.words.corrected(
                find_words(self.forbidden, codes, fixed, np.zeros(0, dtype=np.int64), self.order), first
            )
        return changed

    def _corrected(self, block: Block, left: NDArray[np.uint8]) -> int:
        if np.array_equal(block.codes[: self.order], left):
            return 0
        block.codes[: self.order] = left
        with checking.block(lambda: block.batch.pieces.place):
            return self._resample(block)

    def _resample(self, block: Block) -> int:
        """Sample `block` again from its left context on, until the two chains meet; returns how many bases."""
        k = self.order
        windows = block.letters.size
        first, step, met = 0, MIN_BLOCK, False
        while first < windows and not met:
            last = min(first + step, windows)
            fresh = np.full(k + last - first, FREE, dtype=np.uint8)
            fresh[:k] = block.codes[first : first + k]
            if block.kept.fixed is not None:
                fresh[k:] = block.kept.fixed[first:last]
            self._draw(fresh, _part_of_runs(block.runs, first, last), block.streams.part(first, last))
            met = np.array_equal(fresh[-k:], block.codes[last : last + k])
            block.codes[first + k : last + k] = fresh[k:]
            first, step = last, step * _RETRY_GROWTH
        self._write_letters(block, 0, first)
        return first

    def _draw(self, codes: NDArray[np.uint8], runs: Runs, streams: BlockStreams) -> None:
        words = streams.streams
        if isinstance(self.sampler, StreamSampler):
            checking.sample_stream(
                self.sampler, codes, *runs, streams.edges, words.keys, words.gammas, streams.positions,
                order=self.order, thresholds=self.thresholds,
            )  # fmt: skip
        else:
            checking.sample(self.sampler, codes, *runs, streams.numbers(), order=self.order, thresholds=self.thresholds)

    def _looked_at(self, pieces: Pieces, windows: Pieces, interval: int) -> tuple[Kept, PieceRuns]:
        """What is kept of the reference, and the runs of strata over the windows that emit the bases of the pieces.

        `interval` is the number of the first piece's interval.
        """
        # A part of a long interval comes again with the interval's next sample.
        again = self.draws.n_samples > 1 and len(pieces) == 1 and pieces.sizes[0] < pieces.ends[0] - pieces.starts[0]
        part = int(pieces.firsts[0]), int(pieces.lasts[0])
        runs = self._known.of(interval, part) if again else None
        fetched = self._fetched(pieces, pieces.covering(pieces.firsts, pieces.firsts) if runs is not None else windows)
        if runs is None:
            runs = self.strata.runs(windows, fetched)
            if again:
                self._known.keep(interval, part, runs)
        if not self.reference.is_read:
            return Kept.nothing(), runs
        return self.reference.kept(pieces, fetched.of(pieces.firsts, pieces.lasts)), runs

    def _fetched(self, pieces: Pieces, windows: Pieces) -> Fetched:
        """The sequence that the strata of `windows` need, and that of the pieces themselves if it is read."""
        lows, highs = self.strata.spans(windows)
        if self.reference.is_read:
            empty = highs == lows
            lows = np.where(empty, pieces.firsts, np.minimum(lows, pieces.firsts))
            highs = np.where(empty, pieces.lasts, np.maximum(highs, pieces.lasts))
        return fetch(self.genome, pieces.names, pieces.ids, lows, highs)

    def _windows(self, pieces: Pieces) -> Pieces:
        """The windows that emit the bases of the pieces; the first k bases of an interval have none.

        If first bases are drawn from their stratum, the first window of an interval is needed even if it emits nothing.
        """
        firsts = np.maximum(pieces.firsts - self.order, pieces.starts)
        lasts = np.maximum(pieces.lasts - self.order, firsts)
        if self.start is not None:
            begins = (pieces.firsts == pieces.starts) & (pieces.lasts > pieces.firsts)
            lasts = np.where(begins, np.maximum(lasts, firsts + 1), lasts)
        return pieces.covering(firsts, lasts)

    def _runs(self, pieces: Pieces, windows: Pieces, runs: PieceRuns) -> Runs:
        """The runs of the block: for each piece its first bases without a window, then those of its windows."""
        places = places_of(pieces.sizes)
        heads = places[:-1] + windows.firsts + self.order - pieces.firsts
        edges, strata = runs.between(windows, heads, places, UNBINNED, behind=False)
        # A piece shorter than a context ends before its first window.
        return np.minimum(edges, _ends_of_runs(places, runs.counts)), strata

    def _begin(
        self,
        start: Start,
        cells: NDArray[np.uint8],
        pieces: Pieces,
        places: NDArray[np.int64],
        strata: NDArray[np.int32],
        streams: BlockStreams,
    ) -> None:
        """Draw the first k bases of the chains that begin here."""
        begins = np.flatnonzero((pieces.firsts == pieces.starts) & (pieces.lasts > pieces.firsts))
        if not begins.size:
            return
        # Drawn here, not in the kernel: these bases have a context of fewer than k, whose tables only the model's
        # counts give.
        offsets = np.arange(self.order)
        inside = offsets < pieces.sizes[begins, None]
        # Cells beyond a short interval repeat its first one: their draws are dropped, but the index must be valid.
        at = np.where(inside, places[begins, None] + offsets, places[begins, None])
        own, firsts = streams.streams[begins], pieces.firsts[begins]
        numbers = np.stack([uniforms_at(own, firsts + offset) for offset in offsets.tolist()], axis=1)
        drawn = start.draw(strata[begins], cells[at], numbers)
        cells[at[inside]] = drawn[inside]

    def _write_letters(self, block: Block, first: int, last: int) -> None:
        letters = block.letters[first:last]
        checking.decode(self._transcoder, block.codes[first + self.order : last + self.order], letters)
        block.kept.write(letters, first, last)


@frozen
class End:
    """The last k bases of a part of a chain: their codes, and those of the kept ones, else `FREE`; a byte for each."""

    codes: bytes
    fixed: bytes

    @classmethod
    def of(cls, block: Block, order: int) -> End:
        """The end of a block."""
        bases = block.letters.size
        return cls(block.codes[bases:].tobytes(), block.fixed(bases - order, bases).tobytes())


@define
class JoinedSampler:
    """Joins the parts of a chain: the left context of each is the end of the part before it.

    `drawn` is the report on everything settled so far.
    """

    _sampler: BatchSampler
    drawn: Drawn = field(init=False)
    _began: End | None = None
    """What the first part was settled with, if it continues a chain."""
    _end: End | None = None
    """The end of the last part, if its chain goes on."""

    @drawn.default
    def _nothing(self) -> Drawn:
        return Drawn.nothing(len(self._sampler.strata.dims))

    def make(self, batch: Batch, place: int) -> tuple[Block, Part]:
        """Sample a batch; a part that continues a chain, from a guessed left context."""
        block = self._sampler(batch)
        pieces = batch.pieces
        done = int(pieces.firsts[0] - pieces.starts[0])
        return block, Part(batch.chains, block.letters, pieces.sizes, place, done, not batch.continues, batch.ends)

    def settle(self, block: Block) -> int:
        """Correct a part that continues a chain, now that its left context is known; how many bases may differ."""
        changed = 0
        if block.batch.continues:
            assert self._end is not None, "the part before it does not end its chain"
            left, fixed = (np.frombuffer(cells, dtype=np.uint8) for cells in (self._end.codes, self._end.fixed))
            changed = self._sampler.settle(block, left, fixed)
        # A few bytes of its own, because a view would keep the whole block.
        self._end = None if block.batch.ends else End.of(block, self._sampler.order)
        self.drawn += block.drawn.with_words(block.words.with_drawn, int(block.words.copied.sum()))
        return changed

    def begun(self, batch: Batch, left: End | None) -> JoinedSampler:
        """See `gsynth.blocks.producing.Divisible`."""
        if batch.continues and left is None:
            left = self._likely_end(batch)
        return JoinedSampler(self._sampler, left, left)

    def _likely_end(self, batch: Batch) -> End:
        """The end of the chain before a part: from so far before it that two chains all but certainly meet."""
        pieces = batch.pieces
        lows = np.maximum(pieces.firsts - _APPROACH, pieces.starts)
        return End.of(self._sampler(Batch(pieces.covering(lows, pieces.firsts), batch.chains)), self._sampler.order)

    def ended(self) -> Ended:
        """See `gsynth.blocks.producing.Divisible`."""
        return Ended(self._began, self._end, self.drawn)

    def add(self, report: Drawn) -> None:
        """Add what was drawn elsewhere."""
        self.drawn += report


def transcoder_of(sampler: Sampler) -> Transcoder:
    """The sampler itself if it has the ability, else the core's own transcoder."""
    return sampler if isinstance(sampler, Transcoder) else NumpyTranscoder()


def _ends_of_runs(places: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each edge of a block's runs, the end of its piece; each piece has one run more than `counts`."""
    ends: NDArray[np.int64] = np.append(np.repeat(places[1:], counts + 1), places[-1])
    return ends


def _repeated(runs: Runs, counts: NDArray[np.int64], sizes: NDArray[np.int64], of: NDArray[np.int64]) -> Runs:
    """The runs of pieces of these sizes, ``counts[i]`` of piece i, repeated for each of the pieces `of`."""
    edges, strata = runs
    places = places_of(sizes[of])
    again, at = ranges(counts[of])
    row = places_of(counts)[of][again] + at
    moved = edges[row] + (places[:-1] - places_of(sizes)[of])[again]
    return np.append(moved, places[-1]), strata[row]


def _part_of_runs(runs: Runs, first: int, last: int) -> Runs:
    edges, strata = runs
    low = int(np.searchsorted(edges, first, side="right")) - 1
    high = int(np.searchsorted(edges, last, side="left"))
    return np.clip(edges[low : high + 1], first, last) - first, strata[low:high]
