"""Sampling: pure loops into the caller's cells, contract in `gsynth.plugins.interfaces`.

A chain waits for one table look-up before the next, so one core runs several: the block is cut into lanes, every lane
but the first starts from a guessed context, and all advance in turn. Then, left to right, a lane whose true context
differs from the guess is drawn again until the two chains meet (the same numbers drive both, so from there on they are
one). A lane that never meets is drawn again whole: the bytes are those of one chain always.

Numbers and table rows are made ready by tiles. Where a context holds a 4 is known before any draw (4s are fixed
cells), so it, too, is a matter of rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gsynth_numba.independent_kernels import draw_apart, one_row
from gsynth_numba.jit import kernel, prefetch
from gsynth_numba.tile_kernels import NOT_ACGT, TILE, TILE_CELLS, Numbers, Runs, cursors_at, prepare

FEW_LANES: Final = 8
"""Where the tables are in the cache: enough to hide its latency."""
MANY_LANES: Final = 32
"""Where they are not: enough to hide the memory's, two turns ahead."""
CACHED_ROWS: Final = 1 << 16
"""Tables up to 768 KiB stay in the second-level cache."""
LEAST_LANE: Final = 512
"""Windows; below, restarting costs more than lanes gain."""
FREE: Final = 255


@kernel
def fill(
    codes: NDArray[np.uint8],
    edges: NDArray[np.int64],
    strata: NDArray[np.int32],
    uniforms: NDArray[np.uint32],
    stream_edges: NDArray[np.int64],
    keys: NDArray[np.uint64],
    positions: NDArray[np.int64],
    order: int,
    thresholds: NDArray[np.uint32],
) -> None:
    """Fill the free cells of `codes`, left to right, with the given numbers or, without `uniforms`, from streams."""
    windows = codes.size - order
    if windows <= 0:
        return
    numbers = (uniforms, stream_edges, keys, positions)
    if one_row(thresholds):
        draw_apart(codes, order, numbers, thresholds[0, 0])
        return
    has_fixed = _has_fixed(codes[order:])
    has_n = _has_n(codes)
    runs = (edges, strata, thresholds.shape[0] - 1, has_n)
    table = thresholds.reshape(-1)
    lanes = FEW_LANES if thresholds.shape[0] * thresholds.shape[1] <= CACHED_ROWS else MANY_LANES
    if windows < LEAST_LANE * lanes:
        _walk(codes, runs, numbers, table, order, 0, windows)
        return
    lane = windows // lanes
    if lane % 512 < 64:
        lane -= 64  # lanes a power of two apart would write to the same set of the cache
    # Repairs must know which cells were free.
    original = codes.copy() if has_fixed else codes[:0]
    guesses = np.empty(lanes, dtype=np.int64)
    for i in range(lanes):
        guesses[i] = _guess(codes[i * lane : i * lane + order])
    _advance(codes, runs, numbers, table, order, lane, guesses, has_fixed)
    for i in range(1, lanes):
        _repair(codes, original, runs, numbers, table, order, i * lane, (i + 1) * lane, guesses[i])
    _walk(codes, runs, numbers, table, order, lanes * lane, windows)


@kernel
def _has_fixed(cells: NDArray[np.uint8]) -> bool:
    every = np.uint8(FREE)
    for cell in cells:
        every &= cell
    return bool(every != FREE)


@kernel
def _has_n(codes: NDArray[np.uint8]) -> bool:
    found = 0
    for code in codes:
        found |= code == NOT_ACGT
    return bool(found)


@kernel
def _guess(codes: NDArray[np.uint8]) -> int:
    # Any guess is right in the end; the cells that are known make it a good one.
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
def _draw(table: NDArray[np.uint32], row: np.uint64, number: np.uint32) -> int:
    # Unsigned indices spare the compiler the test for negative ones.
    first, second, third = row, row + np.uint64(1), row + np.uint64(2)
    return int(number >= table[first]) + int(number >= table[second]) + int(number >= table[third])


@kernel
def _prefetch_rows(table: NDArray[np.uint32], first: np.uint64, context: int) -> None:
    # The rows that may follow the next one lie side by side: 48 bytes in one line or two.
    row = np.uint64(3) * (first + np.uint64(context))
    prefetch(table, row)
    prefetch(table, row + np.uint64(11))


@kernel
def _advance(
    codes: NDArray[np.uint8],
    runs: Runs,
    numbers: Numbers,
    table: NDArray[np.uint32],
    order: int,
    lane: int,
    guesses: NDArray[np.int64],
    has_fixed: bool,
) -> None:
    lanes = guesses.size
    width = TILE_CELLS // lanes
    rows = np.empty(TILE_CELLS, dtype=np.uint32)
    draws = np.empty(TILE_CELLS, dtype=np.uint32)
    cursors = cursors_at(runs, numbers, 0, lane, lanes)
    contexts = guesses.astype(np.uint32)
    mask = 4**order - 1
    for start in range(0, lane, width):
        end = min(start + width, lane)
        prepare(codes, runs, numbers, order, start, end, lane, lanes, cursors, rows, draws)
        first, steps = order + start, end - start
        if lanes == FEW_LANES and has_fixed:
            _advance_few_fixed(codes, first, lane, steps, rows, draws, contexts, table, mask)
        elif lanes == FEW_LANES:
            _advance_few_free(codes, first, lane, steps, rows, draws, contexts, table, mask)
        elif has_fixed:
            _advance_many_fixed(codes, first, lane, steps, rows, draws, contexts, table, mask)
        else:
            _advance_many_free(codes, first, lane, steps, rows, draws, contexts, table, mask)


def _advancer(lanes: int, has_fixed: bool, prefetches: bool) -> Callable[..., None]:
    """The one loop in which sampling spends its time, compiled for each kind of block."""
    window_width = TILE_CELLS // lanes

    @kernel
    def advance(
        codes: NDArray[np.uint8],
        first: int,
        lane: int,
        steps: int,
        rows: NDArray[np.uint32],
        draws: NDArray[np.uint32],
        contexts: NDArray[np.uint32],
        table: NDArray[np.uint32],
        mask: int,
    ) -> None:
        to_next, width = np.uint64(lane), np.uint64(window_width)
        for step in range(steps):
            cell, window = np.uint64(first + step), np.uint64(step)
            for i in range(lanes):
                context, table_row = np.uint64(contexts[i]), np.uint64(rows[window])
                code = _draw(table, np.uint64(3) * (table_row + context), draws[window])
                if has_fixed:
                    given = int(codes[cell])
                    code = code if given == FREE else given
                codes[cell] = code
                after = ((int(context) << 2) | (code & 3)) & mask
                contexts[i] = after
                if prefetches:
                    _prefetch_rows(table, table_row, (after << 2) & mask)
                cell += to_next
                window += width

    return advance


_advance_few_free = _advancer(FEW_LANES, has_fixed=False, prefetches=False)
_advance_few_fixed = _advancer(FEW_LANES, has_fixed=True, prefetches=False)
_advance_many_free = _advancer(MANY_LANES, has_fixed=False, prefetches=True)
_advance_many_fixed = _advancer(MANY_LANES, has_fixed=True, prefetches=True)


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
    """Fill windows [first, last), whose cells are as they were given, one after the other."""
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
                code = _draw(table, np.uint64(3) * (np.uint64(rows[step]) + np.uint64(context)), draws[step])
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
    """Draw windows [first, last) again, up to where the chain meets the one that began with `guess`."""
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
                code = _draw(table, np.uint64(3) * (np.uint64(rows[step]) + np.uint64(context)), draws[step])
            guess = ((guess << 2) | (int(codes[at]) & 3)) & mask
            context = ((context << 2) | (code & 3)) & mask
            codes[at] = code
