"""Sampling blocks of a chain at once: each from a guessed left context, put right when the true one is known.

Two chains that are fed the same random numbers soon hold the same k bases, and from there on stay equal. So a block
need not wait for its left neighbour: it starts from a guess, and what differs is sampled anew, from its first base to
where the two meet. The result is what one pass from left to right gives, whether they meet soon, late or never.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, cast

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from gsynth.alphabet import LOWER_CASE_BIT, NOT_ACGT, NumpyTranscoder, is_lower
from gsynth.blocks.batches import MIN_BLOCK, Piece
from gsynth.intervals.masks import Mask
from gsynth.model.start import InitialContext
from gsynth.plugins.contracts import FREE, UNBINNED, Genome, Sampler, StreamSampler, Transcoder
from gsynth.randomness import uniforms
from gsynth.strata import Runs, Strata

_RETRY_GROWTH: Final = 4


@frozen
class Streams:
    """Which random numbers the windows of a block get: segment s has ``keys[s]`` from ``positions[s]`` on."""

    edges: NDArray[np.int64]
    keys: NDArray[np.uint64]
    positions: NDArray[np.int64]

    def part(self, first: int, last: int) -> Streams:
        """The streams of the windows ``[first, last)``, counted from `first`."""
        kept = slice(*_covering(self.edges, first, last))
        starts = np.maximum(self.edges[:-1][kept], first)
        edges = np.append(starts, last) - first
        return Streams(edges, self.keys[kept], self.positions[kept] + starts - self.edges[:-1][kept])

    def numbers(self) -> NDArray[np.uint32]:
        """The numbers themselves."""
        sizes = np.diff(self.edges)
        parts = [
            uniforms(key, int(start), int(start + size))
            for key, start, size in zip(self.keys, self.positions, sizes, strict=True)
        ]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _covering(edges: NDArray[np.int64], first: int, last: int) -> tuple[int, int]:
    """The runs that cover the windows ``[first, last)``, as a range of indices."""
    return (
        int(np.searchsorted(edges, first, side="right")) - 1,
        int(np.searchsorted(edges, last, side="left")),
    )


@frozen
class _Part:
    """What one piece brings to a block.

    Runs from 0 on, fixed cells (`FREE` where none), bytes to copy (0 where none), and the bits that make a letter
    lower case; None where a whole piece has none.
    """

    runs: Runs
    fixed: NDArray[np.uint8] | None
    copied: NDArray[np.uint8] | None
    lower: NDArray[np.uint8] | None


@define
class Block:
    """A sampled job. `codes` holds k cells of left context, then the bases; `letters` the bases as ASCII."""

    pieces: Sequence[Piece]
    codes: NDArray[np.uint8]
    fixed: NDArray[np.uint8] | None
    copied: NDArray[np.uint8] | None
    lower: NDArray[np.uint8] | None
    runs: Runs
    streams: Streams
    letters: NDArray[np.uint8]

    @property
    def continues(self) -> bool:
        """Whether the first piece goes on where the block before ended."""
        return self.pieces[0].first > self.pieces[0].start


@frozen
class BlockSampler:
    """Samples one job: reads what must be copied, finds the strata, calls the kernel, turns codes into letters."""

    genome: Genome
    strata: Strata
    mask_copy: Mask | None
    preserve_n: bool
    keep_case: bool
    sampler: Sampler
    order: int
    thresholds: NDArray[np.uint32]
    initial: InitialContext | None
    key_of: Callable[[Piece], np.uint64]
    _streams: bool = field(init=False)
    _transcoder: Transcoder = field(init=False)

    @_streams.default
    def _draws_inside(self) -> bool:
        return isinstance(self.sampler, StreamSampler)

    @_transcoder.default
    def _own_transcoder(self) -> Transcoder:
        return self.sampler if isinstance(self.sampler, Transcoder) else NumpyTranscoder()

    def __call__(self, pieces: Sequence[Piece]) -> Block:
        parts = [self._part(piece) for piece in pieces]
        sizes = [piece.size for piece in pieces]
        ends = np.cumsum([0, *sizes])
        runs = _joined_runs([part.runs for part in parts], ends)
        windows = int(ends[-1])
        fixed = _joined([part.fixed for part in parts], sizes, FREE)
        copied = _joined([part.copied for part in parts], sizes, 0)
        lower = _joined([part.lower for part in parts], sizes, 0)
        streams = Streams(
            ends,
            np.array([self.key_of(piece) for piece in pieces], dtype=np.uint64),
            np.array([piece.first for piece in pieces], dtype=np.int64),
        )
        codes = np.empty(windows + self.order, dtype=np.uint8)
        codes[: self.order] = 0
        codes[self.order :] = FREE if fixed is None else fixed
        block = Block(pieces, codes, fixed, copied, lower, runs, streams, np.empty(windows, dtype=np.uint8))
        self._draw(codes, runs, streams)
        self._write_letters(block, 0, windows)
        return block

    def settle(self, block: Block, left: NDArray[np.uint8]) -> None:
        """Put `block` right, whose true left context is `left`: resample until it meets what is there."""
        k = self.order
        if np.array_equal(block.codes[:k], left):
            return
        block.codes[:k] = left
        windows = block.letters.size
        first, step, met = 0, MIN_BLOCK, False
        while first < windows and not met:
            last = min(first + step, windows)
            fresh = np.full(k + last - first, FREE, dtype=np.uint8)
            fresh[:k] = block.codes[first : first + k]
            if block.fixed is not None:
                fresh[k:] = block.fixed[first:last]
            self._draw(fresh, _part_of_runs(block.runs, first, last), block.streams.part(first, last))
            met = np.array_equal(fresh[-k:], block.codes[last : last + k])
            block.codes[first + k : last + k] = fresh[k:]
            first, step = last, step * _RETRY_GROWTH
        self._write_letters(block, 0, first)

    def _draw(self, codes: NDArray[np.uint8], runs: Runs, streams: Streams) -> None:
        edges, strata = runs
        if self._streams:
            cast(StreamSampler, self.sampler).sample_stream(
                codes, edges, strata, streams.edges, streams.keys, streams.positions,
                order=self.order, thresholds=self.thresholds,
            )  # fmt: skip
        else:
            self.sampler.sample(codes, edges, strata, streams.numbers(), order=self.order, thresholds=self.thresholds)

    def _part(self, piece: Piece) -> _Part:
        bases, low = self._bases(piece)
        runs = self._runs(piece, bases, low)
        here = bases[piece.first - low : piece.last - low]
        fixed, copied = self._fixed(piece, here) if self._copies else (None, None)
        lower = (is_lower(here).view(np.uint8) * LOWER_CASE_BIT) if self.keep_case else None
        if self.initial is not None and piece.first == piece.start:
            fixed = self._with_initial(piece, runs, fixed)
        return _Part(runs, fixed, copied, lower)

    @property
    def _copies(self) -> bool:
        return self.genome.has_sequence and (self.preserve_n or self.keep_case or self.mask_copy is not None)

    def _bases(self, piece: Piece) -> tuple[NDArray[np.uint8], int]:
        """The reference that the piece needs, and where it begins."""
        low, high = self.strata.span(piece.contig, piece.start, piece.end, *self._windows(piece))
        if self._copies:
            low, high = min(low, piece.first), max(high, piece.last)
        if low >= high:
            return np.empty(0, dtype=np.uint8), low
        return self.genome.fetch(piece.contig, low, high), low

    def _windows(self, piece: Piece) -> tuple[int, int]:
        """The windows that emit the piece's bases, but those of the interval's first k, which have none."""
        first = max(piece.first - self.order, piece.start)
        return first, max(piece.last - self.order, first)

    def _runs(self, piece: Piece, bases: NDArray[np.uint8], low: int) -> Runs:
        first, last = self._windows(piece)
        head = first + self.order - piece.first
        edges, strata = np.zeros(1, dtype=np.int64), np.empty(0, dtype=np.int32)
        if last > first:
            edges, strata = self.strata.runs(piece.contig, piece.start, piece.end, first, last, bases, low)
            edges = edges - first + head
        if head:
            tail = edges if strata.size else np.array([min(head, piece.size)], dtype=np.int64)
            edges = np.concatenate([[0], tail]).astype(np.int64)
            strata = np.concatenate([[UNBINNED], strata]).astype(np.int32)
        return edges, strata

    def _fixed(
        self, piece: Piece, bases: NDArray[np.uint8]
    ) -> tuple[NDArray[np.uint8] | None, NDArray[np.uint8] | None]:
        """Fixed cells and the bytes that stand for them in the output; None, None where nothing is kept."""
        copied = np.empty((0, 2), dtype=np.int64)
        if self.mask_copy is not None:
            copied = self.mask_copy.runs(piece.contig, piece.first, piece.last, bases) - piece.first
        if not self.preserve_n and copied.size == 0:
            return None, None
        codes = np.empty(bases.size, dtype=np.uint8)
        gaps = self._transcoder.encode(bases, codes) > 0 and self.preserve_n
        if not gaps and copied.size == 0:
            return None, None
        fixed = _only_unknown(codes) if gaps else np.full(bases.size, FREE, dtype=np.uint8)
        letters = _lower_n(bases, fixed) if gaps else None
        if copied.size:
            letters = np.zeros(bases.size, dtype=np.uint8) if letters is None else letters
            for start, end in copied:
                fixed[start:end] = codes[start:end]
                letters[start:end] = bases[start:end]
        return fixed, letters

    def _with_initial(self, piece: Piece, runs: Runs, fixed: NDArray[np.uint8] | None) -> NDArray[np.uint8] | None:
        """`fixed` with the first k bases drawn from the k-mers of the stratum at the interval's start."""
        head = min(self.order, piece.size)
        if self.initial is None or head == piece.size:
            return fixed
        numbers = uniforms(self.key_of(piece), piece.start, piece.start + head)
        stratum = int(runs[1][np.searchsorted(runs[0], self.order, side="right") - 1])
        cells = np.full(piece.size, FREE, dtype=np.uint8) if fixed is None else fixed
        cells[:head] = self.initial.draw(stratum, cells[:head], numbers)
        return cells

    def _write_letters(self, block: Block, first: int, last: int) -> None:
        k = self.order
        letters = block.letters[first:last]
        self._transcoder.decode(block.codes[first + k : last + k], letters)
        if block.copied is not None:
            kept = block.copied[first:last]
            np.copyto(letters, kept, where=kept != 0)
        if block.lower is not None:
            letters |= block.lower[first:last]


def _only_unknown(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """`codes` with all but the 4s made `FREE`."""
    cells: NDArray[np.uint8] = (codes != NOT_ACGT).view(np.uint8)
    cells *= FREE
    cells |= codes
    return cells


def _lower_n(bases: NDArray[np.uint8], fixed: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """The bytes to copy where a base that is fixed is in lower case: n for each; None where none is."""
    unknown = fixed != FREE
    if not (unknown & (bases >= ord("a"))).any():
        return None
    letters: NDArray[np.uint8] = (unknown & is_lower(bases)) * np.uint8(ord("n"))
    return letters


def _part_of_runs(runs: Runs, first: int, last: int) -> Runs:
    edges, strata = runs
    low, high = _covering(edges, first, last)
    return np.clip(edges[low : high + 1], first, last) - first, strata[low:high]


def _joined_runs(runs: list[Runs], ends: NDArray[np.int64]) -> Runs:
    if len(runs) == 1:
        return runs[0]
    edges = [piece_edges[:-1] + end for (piece_edges, _), end in zip(runs, ends[:-1], strict=True)]
    return np.concatenate([*edges, ends[-1:]]), np.concatenate([strata for _, strata in runs])


def _joined(parts: list[NDArray[np.uint8] | None], sizes: list[int], filler: int) -> NDArray[np.uint8] | None:
    """The parts one after the other, None being `filler`; None if all are."""
    if all(part is None for part in parts):
        return None
    if len(parts) == 1:
        return parts[0]
    filled = [
        np.full(size, filler, dtype=np.uint8) if part is None else part for part, size in zip(parts, sizes, strict=True)
    ]
    return np.concatenate(filled)
