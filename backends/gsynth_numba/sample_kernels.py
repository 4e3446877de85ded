"""Sampling: pure loops into the caller's cells, contract in `gsynth.plugins.contracts`.

In a chain each table look-up waits for the one before, so one core runs several chains: the block is cut into lanes,
every lane except the first starts from a guessed context, and all advance in turn. Then, from left to right, a lane
whose true context differs from the guess is drawn again until the two chains meet (the same numbers drive both, so from
there on they are the same). A lane that never meets is drawn again completely: the bytes are always those of one chain.

Lanes are in `lane_kernels`. Numbers and table rows are prepared in tiles. Which contexts hold a 4 is known before any
draw (4s are fixed cells), so this, too, is only a question of rows.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gsynth_numba.independent_kernels import draw_apart, one_row
from gsynth_numba.jit import kernel
from gsynth_numba.lane_kernels import FEW_LANES, MANY_LANES, advance_few, advance_many
from gsynth_numba.tile_kernels import FREE, NOT_ACGT, TILE, Numbers, Runs, all_free, cursors_at, draw, prepare

CACHED_ROWS: Final = 1 << 16
"""Rows of tables that stay in the second-level cache: 1 MiB of them, packed."""
WINDOWS_PER_ROW: Final = 4
"""With fewer windows for each row, packing the rows costs more than it saves."""
LEAST_LANE: Final = 512
"""Least windows in a lane; in shorter ones repairs cost more than lanes gain."""


@kernel
def fill(
    codes: NDArray[np.uint8],
    edges: NDArray[np.int64],
    strata: NDArray[np.int32],
    uniforms: NDArray[np.uint32],
    stream_edges: NDArray[np.int64],
    keys: NDArray[np.uint64],
    gammas: NDArray[np.uint64],
    positions: NDArray[np.int64],
    order: int,
    thresholds: NDArray[np.uint32],
) -> None:
    """Fill the free cells of `codes`, left to right, with the given numbers or, without `uniforms`, from streams."""
    windows = codes.size - order
    if windows <= 0:
        return
    numbers = (uniforms, stream_edges, keys, gammas, positions)
    if one_row(thresholds):
        draw_apart(codes, order, numbers, thresholds[0, 0])
        return
    has_fixed = not all_free(codes, order, codes.size)
    has_n = _has_n(codes)
    runs = (edges, strata, thresholds.shape[0] - 1, has_n)
    table = thresholds.reshape(-1)
    rows = thresholds.shape[0] * thresholds.shape[1]
    lanes = FEW_LANES if rows <= CACHED_ROWS and rows * WINDOWS_PER_ROW <= windows else MANY_LANES
    if windows < LEAST_LANE * lanes:
        _walk(codes, runs, numbers, table, order, 0, windows)
        return
    lane = windows // lanes
    # Repairs must know which cells were free before the lanes filled them.
    original = codes.copy() if has_fixed else codes[:0]
    guesses = np.empty(lanes, dtype=np.int64)
    for i in range(lanes):
        guesses[i] = _guess(codes[i * lane : i * lane + order])
    if lanes == FEW_LANES:
        advance_few(codes, runs, numbers, table, order, lane, guesses, has_fixed)
    else:
        advance_many(codes, runs, numbers, table, order, lane, guesses, has_fixed)
    for i in range(1, lanes):
        _repair(codes, original, runs, numbers, table, order, i * lane, (i + 1) * lane, guesses[i])
    _walk(codes, runs, numbers, table, order, lanes * lane, windows)


@kernel
def _has_n(codes: NDArray[np.uint8]) -> bool:
    found = 0
    for code in codes:
        found |= code == NOT_ACGT
    return bool(found)


@kernel
def _guess(codes: NDArray[np.uint8]) -> int:
    # Any guess leads to the same bytes; the cells that are known make it a good one.
    context = 0
    for i in range(codes.size):
        context = (context << 2) | (i & 3 if codes[i] == FREE else int(codes[i]) & 3)
    return context


@kernel
def _context(codes: NDArray[np.uint8]) -> int:
    context = 0
    for code in codes:
        context = (context << 2) | (int(code) & 3)
    return context


@kernel
def _walk(
    codes: NDArray[np.uint8],
    runs: Runs,
    numbers: Numbers,
    table: NDArray[np.uint32],
    order: int,
    first: int,
    last: int,
) -> None:
    """Fill windows [first, last), whose cells nothing has changed yet, one after the other."""
    rows = np.empty(TILE, dtype=np.uint32)
    draws = np.empty(TILE, dtype=np.uint32)
    cursors = cursors_at(runs, numbers, first, 0, 1)
    mask = 4**order - 1
    context = _context(codes[first : first + order])
    for start in range(first, last, TILE):
        end = min(start + TILE, last)
        prepare(codes, runs, numbers, order, start, end, 0, 1, cursors, rows, draws)
        for step in range(end - start):
            at = start + step + order
            code = int(codes[at])
            if code == FREE:
                code = draw(table, np.uint64(3) * (np.uint64(rows[step]) + np.uint64(context)), draws[step])
                codes[at] = code
            context = ((context << 2) | (code & 3)) & mask


@kernel
def _repair(
    codes: NDArray[np.uint8],
    original: NDArray[np.uint8],
    runs: Runs,
    numbers: Numbers,
    table: NDArray[np.uint32],
    order: int,
    first: int,
    last: int,
    guess: int,
) -> None:
    """Draw windows [first, last) again, until the chain meets the one that began with `guess`."""
    rows = np.empty(TILE, dtype=np.uint32)
    draws = np.empty(TILE, dtype=np.uint32)
    cursors = cursors_at(runs, numbers, first, 0, 1)
    mask = 4**order - 1
    context = _context(codes[first : first + order])
    for start in range(first, last, TILE):
        if context == guess:
            return
        end = min(start + TILE, last)
        prepare(codes, runs, numbers, order, start, end, 0, 1, cursors, rows, draws)
        for step in range(end - start):
            if context == guess:
                return
            at = start + step + order
            code = int(original[at]) if original.size else FREE
            if code == FREE:
                code = draw(table, np.uint64(3) * (np.uint64(rows[step]) + np.uint64(context)), draws[step])
            # Before the cell is written: the other chain goes on with what it drew.
            guess = ((guess << 2) | (int(codes[at]) & 3)) & mask
            context = ((context << 2) | (code & 3)) & mask
            codes[at] = code
