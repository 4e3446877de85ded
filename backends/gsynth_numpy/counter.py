"""Counting by index arithmetic over whole slices and one scattered addition."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gsynth_numpy.windows import SLICE, holds_unknown, stratum_of_windows, window_indices

# bincount clears and adds a whole table at each call: worthwhile only if the table is not much larger than the slice.
_BINCOUNT_LIMIT = SLICE


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
        for start in range(0, windows, SLICE):
            end = min(start + SLICE, windows)
            indices = window_indices(codes[start : end + order], order)
            stratum = stratum_of_windows(edges, strata, start, end)
            bad = holds_unknown(codes[start : end + order], order)
            unknown += int(np.count_nonzero(bad & (stratum >= -1)))
            countable = (stratum >= 0) & ~bad
            # int64: at order 10 a stratum has 2**22 cells, so int32 would overflow at 512 strata.
            flat = stratum.astype(np.int64) * 4 ** (order + 1) + indices
            _add(table, flat if countable.all() else flat[countable])
        return unknown


def _add(table: NDArray[np.uint64], indices: NDArray[np.int64]) -> None:
    if table.size <= _BINCOUNT_LIMIT:
        table += np.bincount(indices, minlength=table.size).astype(np.uint64)
    else:
        np.add.at(table, indices, np.uint64(1))
