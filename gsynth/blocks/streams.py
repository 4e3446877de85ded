"""Which random numbers the cells of a block get."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.randomness import Streams, uniforms


@frozen(eq=False)
class BlockStreams:
    """Segment s of a block, ``edges[s] .. edges[s+1]``, has the numbers of ``streams[s]`` from ``positions[s]`` on."""

    edges: NDArray[np.int64]
    streams: Streams
    positions: NDArray[np.int64]

    def part(self, first: int, last: int) -> BlockStreams:
        """The streams of the cells ``[first, last)``, counted from `first`."""
        low = int(np.searchsorted(self.edges, first, side="right")) - 1
        kept = np.arange(low, int(np.searchsorted(self.edges, last, side="left")))
        starts = np.maximum(self.edges[kept], first)
        positions = self.positions[kept] + starts - self.edges[kept]
        return BlockStreams(np.append(starts, last) - first, self.streams[kept], positions)

    def numbers(self) -> NDArray[np.uint32]:
        """The numbers themselves: uint32[edges[-1]]."""
        keys, gammas = self.streams.keys, self.streams.gammas
        ends = self.positions + np.diff(self.edges)
        parts = [
            uniforms(keys[s], gammas[s], int(start), int(end))
            for s, (start, end) in enumerate(zip(self.positions.tolist(), ends.tolist(), strict=True))
        ]
        return np.concatenate([np.empty(0, dtype=np.uint32), *parts])
