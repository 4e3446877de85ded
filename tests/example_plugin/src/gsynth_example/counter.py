"""A counter that sorts the windows and counts equal neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Windows in one piece: bounds the memory, whatever the block.
_PIECE = 1 << 16


class SortingCounter:
    """See `gsynth.plugins.Counter`."""

    def count(
        self,
        codes: NDArray[np.uint8],
        edges: NDArray[np.int64],
        strata: NDArray[np.int32],
        *,
        order: int,
        out: NDArray[np.uint64],
    ) -> int:
        stratum = np.repeat(strata, np.diff(edges))
        table = out.reshape(-1)
        with_n = 0
        for start in range(0, stratum.size, _PIECE):
            piece = stratum[start : start + _PIECE]
            with_n += _count_piece(codes[start : start + piece.size + order], piece, order, table)
        return with_n


def _count_piece(codes: NDArray[np.uint8], stratum: NDArray[np.int32], order: int, table: NDArray[np.uint64]) -> int:
    windows = np.lib.stride_tricks.sliding_window_view(codes, order + 1)
    holds_n = (windows == 4).any(axis=1)
    counted = (stratum >= 0) & ~holds_n
    weights = 4 ** np.arange(order, -1, -1, dtype=np.int64)
    cells = stratum[counted] * np.int64(4 ** (order + 1)) + windows[counted] @ weights
    found, times = np.unique(cells, return_counts=True)
    table[found] += times.astype(np.uint64)
    return int(np.count_nonzero(holds_n & (stratum >= -1)))
