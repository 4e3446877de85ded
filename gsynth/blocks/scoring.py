"""Scoring the windows of a genome's intervals, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from gsynth.alphabet import NOT_ACGT, NumpyTranscoder
from gsynth.blocks.batches import Batch, Batches, Share
from gsynth.files.segments import places_of
from gsynth.genomes.fetching import Fetched, fetch
from gsynth.intervals.letters import check_letters
from gsynth.intervals.masks import Mask
from gsynth.intervals.pieces import Pieces
from gsynth.model.logs import UNIFORM_LOG
from gsynth.outputs.scores import AGAINST_IMPOSSIBLE, IMPOSSIBLE, MISSING, Scores
from gsynth.plugins import checking
from gsynth.plugins.contracts import MASKED, Encoder, Genome, Scorer
from gsynth.strata import FindsRuns
from gsynth.strata.windows import WindowTable, window_table

Reach = Literal["contig", "interval"]
"""Where the context of a base may lie: anywhere on its contig, or inside its interval."""

_BASE, _CONTEXT, _STRATUM, _IMPOSSIBLE = range(4)
"""The columns of what a scorer leaves out."""


@frozen(eq=False)
class Likelihood:
    """A model as used in scoring: its order, its strata over the genome, and its logarithms."""

    order: int
    strata: FindsRuns
    logs: NDArray[np.int32]


@frozen(eq=False)
class _Layout:
    """The bases of pieces, one after the other, each with the bases before it that contexts need.

    Attributes
    ----------
    pieces : Pieces
    bounds : int64[p]
        No context begins before these positions.
    lows : int64[p]
        The position of each piece's first base here.
    places : int64[p + 1]
        Where in the block it lies, and where the last piece ends.
    """

    pieces: Pieces
    bounds: NDArray[np.int64]
    lows: NDArray[np.int64]
    places: NDArray[np.int64]

    @classmethod
    def of(cls, pieces: Pieces, longest: int, inside: bool) -> _Layout:
        bounds = pieces.starts if inside else np.zeros_like(pieces.starts)
        lows = np.maximum(pieces.firsts - longest, bounds)
        return cls(pieces, bounds, lows, places_of(pieces.lasts - lows))

    def contexts(self, likelihood: Likelihood, inside: bool) -> Pieces:
        """Where the contexts of the pieces' bases begin, as far as they fit after the bounds.

        The windows of strata reach back by the length of a context, or by the width of one of theirs.
        """
        pieces, order = self.pieces, likelihood.order
        firsts = np.maximum(pieces.firsts - order, self.bounds)
        lasts = np.maximum(pieces.lasts - order, firsts)
        reach = 0 if inside else max(order, likelihood.strata.step or 0)
        starts = np.maximum(pieces.starts - reach, 0)
        return Pieces(pieces.names, pieces.ids, starts, pieces.ends, firsts, lasts)


@frozen(eq=False)
class BatchScorer:
    """Scores one batch: reads the bases once, finds the runs of each model's strata, calls the kernel.

    Parameters
    ----------
    genome : Genome
    likelihoods : sequence of Likelihood
        One; or two, the second of which is subtracted.
    mask : Mask or None
    scorer : Scorer
    resolution : int
        Its multiples cut the intervals into the windows that are scored.
    n_uniform : bool
        Whether a base after a context with an N counts as log(1/4), instead of leaving its window without a score.
    inside : bool
        Whether contexts must lie inside their interval.
    """

    genome: Genome
    likelihoods: Sequence[Likelihood]
    mask: Mask | None
    scorer: Scorer
    resolution: int
    n_uniform: bool
    inside: bool
    _encoder: Encoder = field(init=False)

    @_encoder.default
    def _own_encoder(self) -> Encoder:
        return self.scorer if isinstance(self.scorer, Encoder) else NumpyTranscoder()

    def __call__(self, batch: Batch) -> Scores:
        with checking.block(lambda: batch.pieces.place):
            return self._score(batch.pieces)

    def scores(self, batch: Batch, sums: NDArray[np.int64], flags: NDArray[np.uint8]) -> Scores:
        """The scores of a batch, of which another process has found the sums and the flags."""
        # Copies, because windows that are joined are changed, and what came from elsewhere may be read-only.
        windows = _windows_of(batch.pieces, self.resolution)
        return Scores(batch.pieces.ids[windows.piece], windows.starts, windows.ends, sums.copy(), flags.copy())

    def _score(self, pieces: Pieces) -> Scores:
        windows = _windows_of(pieces, self.resolution)
        total, flags = np.zeros(windows.starts.size, dtype=np.int64), np.zeros(windows.starts.size, dtype=np.uint8)
        if not total.size:
            return Scores(total, total, total, total, flags)
        longest = max(likelihood.order for likelihood in self.likelihoods)
        layout = _Layout.of(pieces, longest, self.inside)
        contexts = [layout.contexts(likelihood, self.inside) for likelihood in self.likelihoods]
        fetched = self._fetch(layout, contexts)
        bases = fetched.of(layout.lows, pieces.lasts)
        # After the last base there is room for masked windows, because the pieces may be shorter than a context.
        codes = np.full(bases.size + longest, NOT_ACGT, dtype=np.uint8)
        unknown = checking.encode(self._encoder, "scorer", bases, codes[: bases.size])
        if unknown:
            check_letters(self.genome, pieces.covering(layout.lows, pieces.lasts), bases, unknown)
        for sign, mark, likelihood, own in zip(
            (1, -1), (IMPOSSIBLE, AGAINST_IMPOSSIBLE), self.likelihoods, contexts, strict=False
        ):
            sums, left_out = self._sums(likelihood, layout, own, windows, fetched, codes)
            if self.n_uniform:
                sums += left_out[:, _CONTEXT].astype(np.int64) * UNIFORM_LOG
            elif left_out[:, _CONTEXT].any():
                flags[left_out[:, _CONTEXT] > 0] |= MISSING
            flags[(left_out[:, _BASE] | left_out[:, _STRATUM]) > 0] |= MISSING
            flags[left_out[:, _IMPOSSIBLE] > 0] |= mark
            # Its first bases have too few before them on the contig, or in the interval, for a context of this order.
            flags[windows.starts < (layout.bounds + likelihood.order)[windows.piece]] |= MISSING
            total += sign * sums
        if self.mask is not None:
            flags[self._masked(self.mask, layout, windows, bases)] |= MISSING
        return Scores(pieces.ids[windows.piece], windows.starts, windows.ends, total, flags)

    def _fetch(self, layout: _Layout, contexts: Sequence[Pieces]) -> Fetched:
        """The bases of the layout, and what the strata need."""
        lows, highs = layout.lows, layout.pieces.lasts
        for likelihood, own in zip(self.likelihoods, contexts, strict=True):
            first, last = likelihood.strata.spans(own)
            lows, highs = np.minimum(lows, first), np.maximum(highs, last)
        return fetch(self.genome, layout.pieces.names, layout.pieces.ids, lows, highs)

    def _sums(
        self,
        likelihood: Likelihood,
        layout: _Layout,
        contexts: Pieces,
        windows: WindowTable,
        fetched: Fetched,
        codes: NDArray[np.uint8],
    ) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """The sums of the kernel in each window, int64[w], and what it leaves out, int32[w, 4]."""
        order, size = likelihood.order, codes.size - likelihood.order
        places = layout.places[:-1] + contexts.firsts - layout.lows
        gaps = np.append(places + contexts.sizes, size)
        edges, strata = likelihood.strata.runs(contexts, fetched).between(contexts, places, gaps, MASKED, behind=True)
        # The first piece may have more bases before it than this order needs: the other model's may be higher.
        edges, strata = np.append(0, edges), np.append(np.int32(MASKED), strata)
        # A window of the kernel begins where its context does.
        begins = (layout.places[:-1] - layout.lows)[windows.piece] + windows.starts - order
        cuts = np.append(np.maximum(begins, layout.places[windows.piece]), size)
        cuts[0] = 0
        return checking.score(self.scorer, codes, edges, strata, cuts, order=order, logs=likelihood.logs)

    def _masked(self, mask: Mask, layout: _Layout, windows: WindowTable, bases: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Which windows hold a masked base: bool[w]."""
        pieces, places = layout.pieces, layout.places[:-1] - layout.lows
        runs = mask.block_runs(pieces, places + pieces.firsts, bases)
        if not runs.size:
            return np.zeros(windows.starts.size, dtype=np.bool_)
        begins = places[windows.piece] + windows.starts
        following = np.searchsorted(runs[:, 1], begins, side="right")
        next_run = runs[np.minimum(following, len(runs) - 1), 0]
        return np.asarray((following < len(runs)) & (next_run < begins + windows.ends - windows.starts))


@frozen(eq=False)
class ScoredShare:
    """The sums and flags of the windows of each batch of a share."""

    share: Share
    columns: list[tuple[NDArray[np.int64], NDArray[np.uint8]]]


@frozen
class ShareScorer:
    """Scores a share in another process."""

    score_batch: BatchScorer
    batches: Batches

    def __call__(self, share: Share) -> ScoredShare:
        scores = [self.score_batch(batch) for batch in self.batches.of(share)]
        return ScoredShare(share, [(each.sums, each.flags) for each in scores])


def _windows_of(pieces: Pieces, resolution: int) -> WindowTable:
    """The windows that the pieces touch, cut at the ends of the pieces."""
    table = window_table(pieces, resolution)
    starts = np.maximum(table.starts, pieces.firsts[table.piece])
    ends = np.minimum(table.ends, pieces.lasts[table.piece])
    return WindowTable(table.piece, starts, ends, table.counts)


@define
class Joiner:
    """Joins windows that batches have cut: the sum of one that continues in the next batch is kept."""

    resolution: int
    take: Callable[[Scores], object]
    _held: Scores | None = field(init=False, default=None)

    def add(self, batch: Batch, scores: Scores) -> None:
        """Pass on the windows that are whole."""
        # The sum is of whole numbers, so cutting a window in two does not change its score.
        held = self._held
        if held is not None:
            joins = scores.starts[0] == held.ends[0]
            assert joins, "a batch that goes on begins where the one before ended"
            scores.starts[0] = held.starts[0]
            scores.sums[0] += held.sums[0]
            scores.flags[0] |= held.flags[0]
        whole = batch.ends or not len(scores) or int(scores.ends[-1]) % self.resolution == 0
        self._held = None if whole else scores[-1:]
        self.take(scores if whole else scores[:-1])
