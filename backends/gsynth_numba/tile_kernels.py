"""What is needed to draw windows, prepared in tiles: the rows where their tables begin, and their numbers."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gsynth_numba.jit import kernel
from gsynth_numba.stream_kernels import prepare_numbers

TILE_CELLS: Final = 3072
"""Windows of all lanes together that are prepared at once: they stay in the first-level cache."""
TILE: Final = 256
"""The same for a single lane."""
NOT_ACGT: Final = 4
FREE: Final = 255

Runs = tuple[NDArray[np.int64], NDArray[np.int32], int, bool]
"""Edges, strata, the index of the uniform table, and whether any code is a 4."""
Numbers = tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.uint64], NDArray[np.uint64], NDArray[np.int64]]
"""Uniforms; or, if they are empty, stream edges, keys, gammas and positions."""


@kernel
def cursors_at(runs: Runs, numbers: Numbers, first: int, lane: int, lanes: int) -> NDArray[np.int64]:
    """int64[lanes, 2]: for each lane the run and the stream of its first window, ``first + i * lane``."""
    edges, strata, _, _ = runs
    _, stream_edges, keys, _, _ = numbers
    cursors = np.empty((lanes, 2), dtype=np.int64)
    for i in range(lanes):
        cursors[i, 0] = segment(edges, strata.size, first + i * lane)
        cursors[i, 1] = segment(stream_edges, keys.size, first + i * lane)
    return cursors


@kernel
def prepare(
    codes: NDArray[np.uint8],
    runs: Runs,
    numbers: Numbers,
    order: int,
    start: int,
    end: int,
    lane: int,
    lanes: int,
    cursors: NDArray[np.int64],
    rows: NDArray[np.uint32],
    draws: NDArray[np.uint32],
) -> None:
    """The table rows and the numbers of windows [start, end) of every lane; advances the cursors.

    All lanes at once, and whole arrays with offsets: Numba counts references to each slice and each array that comes
    out of a tuple, at a measurable cost here.
    """
    edges, strata, uniform, has_n = runs
    uniforms, stream_edges, keys, gammas, positions = numbers
    for i in range(lanes):
        first, last, at = i * lane + start, i * lane + end, i * (TILE_CELLS // lanes)
        cursors[i, 0] = _prepare_rows(edges, strata, uniform, 4**order, first, last, cursors[i, 0], rows, at)
        if has_n:
            _mark_n(codes, order, uniform * 4**order, first, last, rows, at)
        if uniforms.size:
            for j in range(last - first):
                draws[at + j] = uniforms[first + j]
        else:
            stream = cursors[i, 1]
            cursors[i, 1] = prepare_numbers(stream_edges, keys, gammas, positions, first, last, stream, draws, at)


@kernel
def all_free(codes: NDArray[np.uint8], start: int, end: int) -> bool:
    """Whether every cell of ``[start, end)`` is to be drawn."""
    # FREE has all bits set and no code has, so one test of what all cells have in common is enough.
    every = np.uint8(FREE)
    for i in range(start, end):
        every &= codes[np.uint64(i)]
    return bool(every == FREE)


@kernel
def draw(table: NDArray[np.uint32], row: np.uint64, number: np.uint32) -> int:
    """The base that `number` draws from the thresholds at `row`."""
    # Unsigned indices save the compiler the test for negative ones.
    first, second, third = row, row + np.uint64(1), row + np.uint64(2)
    return int(number >= table[first]) + int(number >= table[second]) + int(number >= table[third])


@kernel
def segment(edges: NDArray[np.int64], segments: int, window: int) -> int:
    """The last segment that begins at or before `window`."""
    low, high = 0, segments
    while high - low > 1:
        middle = (low + high) >> 1
        if edges[middle] <= window:
            low = middle
        else:
            high = middle
    return low


@kernel
def _prepare_rows(
    edges: NDArray[np.int64],
    strata: NDArray[np.int32],
    uniform: int,
    size: int,
    start: int,
    end: int,
    run: int,
    rows: NDArray[np.uint32],
    at: int,
) -> int:
    while start < end:
        while edges[run + 1] <= start:
            run += 1
        stop = min(end, edges[run + 1])
        stratum = int(strata[run])
        row = size * (stratum if stratum >= 0 else uniform)
        for i in range(at, at + stop - start):
            rows[np.uint64(i)] = row
        at += stop - start
        start = stop
    return run


@kernel
def _mark_n(
    codes: NDArray[np.uint8], order: int, uniform_row: int, start: int, end: int, rows: NDArray[np.uint32], at: int
) -> None:
    bad_before = start  # windows before this one hold the last 4 seen
    for i in range(start, start + order):
        if codes[i] == NOT_ACGT:
            bad_before = i + 1
    if bad_before == start and all_free(codes, start + order, end + order):
        return
    for i in range(start, end):
        if i < bad_before:
            rows[at + i - start] = uniform_row
        if codes[i + order] == NOT_ACGT:
            bad_before = i + order + 1
