"""Scoring: pure loops into the caller's sums, contract in `gsynth.plugins.contracts`.

Runs are cut into chunks as for counting, and each chunk at the edges of the cells; the rolling word continues from one
cell to the next, so that cells of a single base cost little more than wide ones. A chunk without N is added up without
a branch for IMPOSSIBLE: its occurrences are counted, and subtracted from the sum again. Counting them takes a
considerable part of the time, so a table that is small compared with the block is first searched for them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gsynth_numba.count_kernels import CHUNK, four, holds_n, word_at
from gsynth_numba.jit import kernel

IMPOSSIBLE: Final = -(2**31)


@kernel
def score(
    codes: NDArray[np.uint8],
    edges: NDArray[np.int64],
    strata: NDArray[np.int32],
    cuts: NDArray[np.int64],
    order: int,
    logs: NDArray[np.int32],
    sums: NDArray[np.int64],
    left_out: NDArray[np.int32],
) -> None:
    """Add the logarithms of the windows to the sums of their cells, and count what is left out."""
    cell = 0
    any_impossible = logs.size > codes.size or _holds_impossible(logs)
    for run in range(strata.size):
        stratum = int(strata[run])
        if stratum < -1:
            continue
        # For a stratum without a table no logarithm is read; 0 only keeps the offset in range.
        first = max(stratum, 0) * 4 ** (order + 1)
        for start in range(edges[run], edges[run + 1], CHUNK):
            end = min(start + CHUNK, edges[run + 1])
            cell = _cell_of(cuts, cell, start)
            if holds_n(codes, start, end + order):
                cell = _score_around_n(codes, start, end, order, logs, first, stratum >= 0, cuts, cell, sums, left_out)
            elif stratum >= 0:
                cell = _score_clean(codes, start, end, order, logs, first, any_impossible, cuts, cell, sums, left_out)
            else:
                cell = _leave_out(start, end, cuts, cell, left_out)


@kernel
def _holds_impossible(logs: NDArray[np.int32]) -> bool:
    least = np.int32(0)
    for i in range(logs.size):
        least = min(least, logs[np.uint64(i)])
    return bool(least == IMPOSSIBLE)


@kernel
def _cell_of(cuts: NDArray[np.int64], cell: int, window: int) -> int:
    """The cell of a window, from `cell` on. Cells of masked runs are skipped, one by one, so each costs one step."""
    while cuts[cell + 1] <= window:
        cell += 1
    return cell


@kernel
def _leave_out(start: int, end: int, cuts: NDArray[np.int64], cell: int, left_out: NDArray[np.int32]) -> int:
    while start < end:
        cell = _cell_of(cuts, cell, start)
        stop = min(end, cuts[cell + 1])
        left_out[cell, 2] += stop - start
        start = stop
    return cell


@kernel
def _score_clean(
    codes: NDArray[np.uint8],
    start: int,
    end: int,
    order: int,
    logs: NDArray[np.int32],
    first: int,
    any_impossible: bool,
    cuts: NDArray[np.int64],
    cell: int,
    sums: NDArray[np.int64],
    left_out: NDArray[np.int32],
) -> int:
    mask, table = np.uint64(4 ** (order + 1) - 1), np.uint64(first)
    word = np.uint64(word_at(codes, start, order))
    while start < end:
        cell = _cell_of(cuts, cell, start)
        stop = min(end, cuts[cell + 1])
        total, impossible = 0, 0
        fours = start + ((stop - start) & ~3)
        for i in range(start + order, fours + order, 4):
            word = (word << np.uint64(8)) | four(codes, i)
            one = int(logs[table + ((word >> np.uint64(6)) & mask)])
            two = int(logs[table + ((word >> np.uint64(4)) & mask)])
            three = int(logs[table + ((word >> np.uint64(2)) & mask)])
            last = int(logs[table + (word & mask)])
            total += one + two + three + last
            if any_impossible:
                impossible += int(one == IMPOSSIBLE) + int(two == IMPOSSIBLE) + int(three == IMPOSSIBLE)
                impossible += int(last == IMPOSSIBLE)
        for i in range(fours + order, stop + order):
            word = (word << np.uint64(2)) | np.uint64(codes[np.uint64(i)])
            one = int(logs[table + (word & mask)])
            total += one
            if any_impossible:
                impossible += int(one == IMPOSSIBLE)
        # In int64 the sum of a chunk with them cannot overflow: 256 times -2**31.
        sums[cell] += total - impossible * IMPOSSIBLE
        if any_impossible:
            left_out[cell, 3] += impossible
        start = stop
    return cell


@kernel
def _score_around_n(
    codes: NDArray[np.uint8],
    start: int,
    end: int,
    order: int,
    logs: NDArray[np.int32],
    first: int,
    has_table: bool,
    cuts: NDArray[np.int64],
    cell: int,
    sums: NDArray[np.int64],
    left_out: NDArray[np.int32],
) -> int:
    mask = 4 ** (order + 1) - 1
    word = 0
    bad_until = start - 1  # last window whose context holds the last 4 seen
    for i in range(start - order, end):
        code = int(codes[i + order])
        word = ((word << 2) | (code & 3)) & mask
        if i >= start:
            cell = _cell_of(cuts, cell, i)
            # The order of the tests is that of the columns in the contract.
            found = int(logs[first + word]) if has_table else IMPOSSIBLE
            if code > 3:
                left_out[cell, 0] += 1
            elif i <= bad_until:
                left_out[cell, 1] += 1
            elif not has_table:
                left_out[cell, 2] += 1
            elif found == IMPOSSIBLE:
                left_out[cell, 3] += 1
            else:
                sums[cell] += found
        if code > 3:
            bad_until = i + order
    return cell
