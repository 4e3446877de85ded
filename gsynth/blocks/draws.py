"""The chains of a call: every interval, sample by sample, each with its stream of random numbers."""

from __future__ import annotations

import logging

import numpy as np
from attrs import field, frozen
from numpy.random import SeedSequence
from numpy.typing import NDArray

from gsynth.blocks.batches import Batch
from gsynth.blocks.overlaps import earlier_overlaps
from gsynth.intervals import Intervals
from gsynth.model.values import whole
from gsynth.randomness import SeedLike, Streams, StreamSource, seed_sequence

log = logging.getLogger("gsynth")


@frozen(eq=False)
class Draws:
    """Which stream of random numbers each chain draws from.

    Attributes
    ----------
    repeats : int64[n]
        How many earlier intervals overlap each interval.
    """

    intervals: Intervals
    n_samples: int
    seed: SeedSequence
    repeats: NDArray[np.int64] = field(init=False, repr=False)
    _source: StreamSource = field(init=False, repr=False)

    @classmethod
    def of(cls, intervals: Intervals, n_samples: int, seed: SeedLike | None) -> Draws:
        """From the parameters of a call; a seed that is made up is logged."""
        samples = whole(n_samples, "n_samples", low=1)
        sequence = seed_sequence(seed)
        if seed is None:
            log.info("seed %d", sequence.entropy)
        return cls(intervals, samples, sequence)

    @repeats.default
    def _counted(self) -> NDArray[np.int64]:
        return earlier_overlaps(self.intervals)

    @_source.default
    def _of_seed(self) -> StreamSource:
        return StreamSource.of(self.seed, self.intervals.names)

    @property
    def bases(self) -> int:
        """Bases in all."""
        return self.intervals.total * self.n_samples

    def streams(self, batch: Batch) -> Streams:
        """The streams of a batch's chains."""
        rows, samples = np.divmod(batch.chains, self.n_samples)
        return self._source.streams(batch.pieces.ids, samples, self.repeats[rows])
