"""The draws of a call: which stream of random numbers each of its chains uses."""

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
    """The streams of random numbers from which chains are drawn.

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
        """From the parameters of a call; a random seed is logged, so that the call can be repeated."""
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
        """Total number of bases."""
        return self.intervals.total * self.n_samples

    def streams(self, batch: Batch) -> Streams:
        """The streams of the chains of a batch."""
        rows, samples = np.divmod(batch.chains, self.n_samples)
        return self._source.streams(batch.pieces.ids, samples, self.repeats[rows])
