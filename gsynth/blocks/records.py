"""The records of a call: every interval, sample by sample, each with its name and its stream of random numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from attrs import field, frozen
from numpy.random import SeedSequence
from numpy.typing import NDArray

from gsynth.blocks.batches import Batch
from gsynth.blocks.overlaps import earlier_overlaps
from gsynth.intervals import Intervals
from gsynth.outputs import Sink
from gsynth.randomness import Streams, StreamSource


def placed(jobs: Iterable[Batch], sink: Sink) -> Iterator[tuple[Batch, int]]:
    """The batches, each with the place that the sink reserved for its records."""
    place = 0
    for batch in jobs:
        if not batch.continues:
            place = sink.reserve(batch.chains)
        yield batch, place


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
