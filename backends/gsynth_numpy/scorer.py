"""Scoring by one look-up for each window, and sums over the stretches between the edges of cells."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gsynth_numpy.windows import SLICE, holds_unknown, stratum_of_windows, window_indices

_NOT_ACGT = 4
_UNBINNED = -1
_IMPOSSIBLE = np.iinfo(np.int32).min


class NumpyScorer:
    """The reference scorer; see `gsynth.plugins.Scorer`."""

    def score(
        self,
        codes: NDArray[np.uint8],
        edges: NDArray[np.int64],
        strata: NDArray[np.int32],
        cuts: NDArray[np.int64],
        *,
        order: int,
        logs: NDArray[np.int32],
        sums: NDArray[np.int64],
        left_out: NDArray[np.int32],
    ) -> None:
        windows = codes.size - order
        for start in range(0, windows, SLICE):
            end = min(start + SLICE, windows)
            part = codes[start : end + order]
            values, reasons = _looked_up(part, stratum_of_windows(edges, strata, start, end), order, logs.reshape(-1))
            _add_by_cell(values, reasons, cuts, start, end, sums, left_out)


def _looked_up(
    codes: NDArray[np.uint8], stratum: NDArray[np.int32], order: int, table: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """The logarithm of each window, 0 if it has none, and why it has none: the column, or -1 if it is not counted."""
    reasons = np.full(stratum.size, -1, dtype=np.int8)
    # From the last test of the contract to the first: a later assignment overrides an earlier one.
    reasons[stratum == _UNBINNED] = 2
    reasons[holds_unknown(codes[:-1], order - 1)] = 1
    reasons[codes[order:] == _NOT_ACGT] = 0
    scored = (stratum >= 0) & (reasons < 0)
    cells = stratum.astype(np.int64) * 4 ** (order + 1) + window_indices(codes, order)
    values = table[np.where(scored, cells, 0)].astype(np.int64)
    reasons[scored & (values == _IMPOSSIBLE)] = 3
    reasons[stratum < _UNBINNED] = -1
    values[~scored | (reasons >= 0)] = 0
    return values, reasons


def _add_by_cell(
    values: NDArray[np.int64],
    reasons: NDArray[np.int8],
    cuts: NDArray[np.int64],
    start: int,
    end: int,
    sums: NDArray[np.int64],
    left_out: NDArray[np.int32],
) -> None:
    """Add what the windows ``[start, end)`` give to their cells."""
    first = int(np.searchsorted(cuts, start, side="right")) - 1
    last = int(np.searchsorted(cuts, end, side="left"))
    within = np.clip(cuts[first : last + 1], start, end) - start
    # Differences of running sums, because np.add.reduceat gives an empty cell the window that follows.
    running = np.append(0, np.cumsum(values))
    sums[first:last] += np.diff(running[within])
    for column in np.unique(reasons[reasons >= 0]).tolist():
        running = np.append(0, np.cumsum(reasons == column))
        left_out[first:last, column] += np.diff(running[within]).astype(np.int32)
