"""The windows of a slice of a block: their indices, their strata, and whether they hold a 4."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# A slice and its temporaries stay in the second-level cache.
SLICE = 1 << 16

_NOT_ACGT = 4


def window_indices(codes: NDArray[np.uint8], order: int) -> NDArray[np.int64]:
    """The index of the (order + 1)-mer at each window, leftmost base most significant; meaningless if it holds a 4."""
    windows = codes.size - order
    # 22 bits at order 10 fit an int32, which halves the memory that each step reads and writes.
    indices = codes[:windows].astype(np.int32)
    for offset in range(1, order + 1):
        indices <<= 2
        indices |= codes[offset : offset + windows]
    return indices.astype(np.int64)


def holds_unknown(codes: NDArray[np.uint8], order: int) -> NDArray[np.bool_]:
    """Whether each window holds a 4 in any of its ``order + 1`` cells."""
    windows = codes.size - order
    unknown = codes == _NOT_ACGT
    holds: NDArray[np.bool_] = unknown[:windows].copy()
    if unknown.any():
        for offset in range(1, order + 1):
            holds |= unknown[offset : offset + windows]
    return holds


def stratum_of_windows(edges: NDArray[np.int64], strata: NDArray[np.int32], start: int, end: int) -> NDArray[np.int32]:
    """The stratum of each of the windows ``[start, end)``."""
    first = int(np.searchsorted(edges, start, side="right")) - 1
    last = int(np.searchsorted(edges, end, side="left"))
    cut = np.clip(edges[first : last + 1], start, end)
    return np.repeat(strata[first:last], np.diff(cut))
