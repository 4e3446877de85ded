"""Shuffling of runs: those of a block together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gsynth_numpy.tours import Tours


def shuffle(
    codes: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    keys: NDArray[np.uint64],
    gammas: NDArray[np.uint64],
    positions: NDArray[np.int64],
    order: int,
) -> None:
    """Shuffle the runs of a block, see `gsynth.plugins.Shuffler`."""
    sizes = ends - starts
    longest_first = np.argsort(-sizes, kind="stable")
    chosen = longest_first[sizes[longest_first] > order]
    if chosen.size:
        tours = Tours.of(codes, starts[chosen], ends[chosen], keys[chosen], gammas[chosen], positions[chosen], order)
        tours.draw_trees()
        tours.write(codes)
