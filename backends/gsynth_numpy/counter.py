"""Counting by index arithmetic over whole slices and one scattered addition."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# A slice and its temporaries stay in the second-level cache.
_SLICE = 1 << 16
# bincount clears and adds a whole table at each call: worth it while the table is not much larger than the slice.
_BINCOUNT_LIMIT = _SLICE

_NOT_ACGT = 4


class NumpyCounter:
    """The reference counter; see `gsynth.plugins.Counter`."""

    def count(
        self,
        codes: NDArray[np.uint8],
        edges: NDArray[np.int64],
        strata: NDArray[np.int32],
        *,
        order: int,
        out: NDArray[np.uint64],
    ) -> int:
        windows = codes.size - order
        table = out.reshape(-1)
        unknown = 0
        for start in range(0, windows, _SLICE):
            end = min(start + _SLICE, windows)
            indices = _window_indices(codes[start : end + order], order)
            stratum = _stratum_of_windows(edges, strata, start, end)
            bad = _holds_unknown(codes[start : end + order], order)
            unknown += int(np.count_nonzero(bad & (stratum >= -1)))
            countable = (stratum >= 0) & ~bad
            flat = stratum.astype(np.int64) * 4 ** (order + 1) + indices
            _add(table, flat if countable.all() else flat[countable])
        return unknown


def _window_indices(codes: NDArray[np.uint8], order: int) -> NDArray[np.int64]:
    """The index of the (order + 1)-mer at each window, leftmost base most significant; meaningless if a 4 is in it."""
    windows = codes.size - order
    indices = codes[:windows].astype(np.int32)
    for offset in range(1, order + 1):
        indices <<= 2
        indices |= codes[offset : offset + windows]
    return indices.astype(np.int64)


def _holds_unknown(codes: NDArray[np.uint8], order: int) -> NDArray[np.bool_]:
    windows = codes.size - order
    unknown = codes == _NOT_ACGT
    holds: NDArray[np.bool_] = unknown[:windows].copy()
    if unknown.any():
        for offset in range(1, order + 1):
            holds |= unknown[offset : offset + windows]
    return holds


def _stratum_of_windows(edges: NDArray[np.int64], strata: NDArray[np.int32], start: int, end: int) -> NDArray[np.int32]:
    """The stratum of each of the windows ``[start, end)``."""
    first = int(np.searchsorted(edges, start, side="right")) - 1
    last = int(np.searchsorted(edges, end, side="left"))
    cut = np.clip(edges[first : last + 1], start, end)
    return np.repeat(strata[first:last], np.diff(cut))


def _add(table: NDArray[np.uint64], indices: NDArray[np.int64]) -> None:
    if table.size <= _BINCOUNT_LIMIT:
        table += np.bincount(indices, minlength=table.size).astype(np.uint64)
    else:
        np.add.at(table, indices, np.uint64(1))
