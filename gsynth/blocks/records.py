"""The draws of a call: every interval, sample by sample, each with its name and its stream of random numbers."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from attrs import field, frozen
from numpy.random import SeedSequence
from numpy.typing import NDArray

from gsynth.blocks.batches import Piece
from gsynth.intervals import Interval, Intervals
from gsynth.outputs import Sink
from gsynth.plugins.contracts import Genome
from gsynth.randomness import stream_key


@frozen
class Draws:
    """Numbered chains: chain ``i * n_samples + j`` is sample j of interval i."""

    intervals: Sequence[Interval]
    repeats: Sequence[int]
    n_samples: int
    seed: SeedSequence
    genome: Genome
    _keys: dict[int, np.uint64] = field(factory=dict, repr=False)

    @classmethod
    def of(cls, intervals: Intervals, n_samples: int, seed: SeedSequence, genome: Genome) -> Draws:
        listed = list(intervals)
        return cls(listed, earlier_overlaps(listed), n_samples, seed, genome)

    @property
    def bases(self) -> int:
        """Bases to draw in all."""
        return self.n_samples * sum(int(interval.end - interval.start) for interval in self.intervals)

    def pieces(self) -> Iterator[Piece]:
        """A piece for every chain, in the order of the output."""
        for i, interval in enumerate(self.intervals):
            for j in range(self.n_samples):
                chain = i * self.n_samples + j
                yield Piece(interval.contig, interval.start, interval.end, interval.start, interval.end, chain)

    def key(self, piece: Piece) -> np.uint64:
        """The key of the stream that a piece's chain draws from."""
        key = self._keys.get(piece.chain)
        if key is None:
            i, sample = divmod(piece.chain, self.n_samples)
            key = stream_key(self.seed, piece.contig, sample, self.repeats[i])
            if piece.last < piece.end:  # the next block will ask again
                self._keys[piece.chain] = key
        return key

    def write(self, sink: Sink, piece: Piece, letters: NDArray[np.uint8]) -> None:
        """Hand a piece's letters to the sink, opening the record at its first piece and closing it at its last."""
        if piece.first == piece.start:
            sink.begin(self.name(piece.chain))
        sink.write(letters)
        if piece.last == piece.end:
            sink.end()

    def name(self, chain: int) -> str:
        """The record's name: the contig where it is whole, else ``contig:start-end`` (0-based half-open)."""
        i, sample = divmod(chain, self.n_samples)
        interval = self.intervals[i]
        whole = interval.start == 0 and interval.end == self.genome.contigs[interval.contig]
        name = interval.contig if whole else f"{interval.contig}:{interval.start}-{interval.end}"
        return name if self.n_samples == 1 else f"{name}_sample{sample + 1}"


def earlier_overlaps(intervals: Sequence[Interval]) -> list[int]:
    """For each interval, how many earlier ones overlap it.

    Examples
    --------
    >>> earlier_overlaps([Interval("a", 0, 9), Interval("a", 9, 12), Interval("a", 5, 10), Interval("b", 0, 9)])
    [0, 0, 2, 0]
    """
    starts: defaultdict[str, list[int]] = defaultdict(list)
    ends: defaultdict[str, list[int]] = defaultdict(list)
    counted = []
    for interval in intervals:
        began = bisect_left(starts[interval.contig], interval.end)
        over = bisect_right(ends[interval.contig], interval.start)
        counted.append(began - over)
        insort(starts[interval.contig], interval.start)
        insort(ends[interval.contig], interval.end)
    return counted
