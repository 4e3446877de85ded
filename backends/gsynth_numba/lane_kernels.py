"""Lanes: several chains of one block that advance in turn, so that one core need not wait for each look-up.

Drawn bases go to a scratch array, and from there to the caller's cells, tile by tile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gsynth_numba.jit import count_below, kernel, prefetch
from gsynth_numba.tile_kernels import FREE, TILE_CELLS, Numbers, Runs, all_free, cursors_at, draw, prepare

FEW_LANES: Final = 12
"""Lanes for tables that fit the cache: enough to hide its latency."""
MANY_LANES: Final = 32
"""Lanes for larger tables: enough to hide the latency of memory, two turns ahead."""

_FEW_WIDTH: Final = TILE_CELLS // FEW_LANES
_MANY_WIDTH: Final = TILE_CELLS // MANY_LANES


@kernel
def _packed(table: NDArray[np.uint32]) -> NDArray[np.int32]:
    """Rows as vectors of four: each threshold minus one, and a last number that none exceeds.

    Vectors compare signed numbers: minus one, a threshold of 2**31 fits, and "at least" becomes "above".
    """
    packed = np.empty(table.size // 3 * 4, dtype=np.int32)
    for row in range(table.size // 3):
        for i in range(3):
            packed[4 * row + i] = np.int32(np.int64(table[3 * row + i]) - 1)
        packed[4 * row + 3] = 2**31 - 1
    return packed


@kernel
def _lanes_free(codes: NDArray[np.uint8], first: int, lane: int, steps: int, lanes: int) -> bool:
    every = True
    for i in range(lanes):
        every &= all_free(codes, first + i * lane, first + i * lane + steps)
    return every


@kernel
def _settle(
    codes: NDArray[np.uint8], first: int, lane: int, steps: int, out: NDArray[np.uint8], lanes: int, width: int
) -> None:
    """Write the drawn bases, in the low bits of `out`, to the cells that are free."""
    for i in range(lanes):
        for step in range(steps):
            cell = np.uint64(first + i * lane + step)
            drawn = np.uint8(out[np.uint64(i * width + step)] & np.uint8(3))
            codes[cell] = drawn if codes[cell] == np.uint8(FREE) else codes[cell]


def _few_advancer(has_fixed: bool) -> Callable[..., None]:
    """The loop in which most sampling spends its time, compiled for blocks with and without fixed cells."""

    @kernel
    def step_on(
        codes: NDArray[np.uint8],
        cell: np.uint64,
        rows: NDArray[np.uint32],
        draws: NDArray[np.uint32],
        out: NDArray[np.uint8],
        window: np.uint64,
        packed: NDArray[np.int32],
        mask: np.uint32,
        context: np.uint32,
    ) -> np.uint32:
        row = np.uint64(np.uint32(context & mask) + rows[window])
        code = np.uint32(count_below(packed, row << np.uint64(2), draws[window]))
        if has_fixed:
            given = np.uint32(codes[cell])
            code = code if given == np.uint32(FREE) else np.uint32(given & np.uint32(3))
        # Cut to k bases only where a row is looked up: one step less in the chain that everything waits for.
        after = np.uint32(np.uint32(context << np.uint32(2)) | code)
        out[window] = np.uint8(after)
        return after

    @kernel
    def advance(
        codes: NDArray[np.uint8],
        first: int,
        lane: int,
        steps: int,
        rows: NDArray[np.uint32],
        draws: NDArray[np.uint32],
        out: NDArray[np.uint8],
        contexts: NDArray[np.uint32],
        packed: NDArray[np.int32],
        mask: np.uint32,
    ) -> None:
        # Unrolled by hand, so that each context stays in a register: an array of them would be stored at each step.
        c0, c1, c2, c3 = contexts[0], contexts[1], contexts[2], contexts[3]
        c4, c5, c6, c7 = contexts[4], contexts[5], contexts[6], contexts[7]
        c8, c9, c10, c11 = contexts[8], contexts[9], contexts[10], contexts[11]
        to, w = np.uint64(lane), np.uint64(_FEW_WIDTH)
        for step in range(steps):
            at, i = np.uint64(first + step), np.uint64(step)
            c0 = step_on(codes, at, rows, draws, out, i, packed, mask, c0)
            c1 = step_on(codes, at + to, rows, draws, out, i + w, packed, mask, c1)
            c2 = step_on(codes, at + np.uint64(2) * to, rows, draws, out, i + np.uint64(2) * w, packed, mask, c2)
            c3 = step_on(codes, at + np.uint64(3) * to, rows, draws, out, i + np.uint64(3) * w, packed, mask, c3)
            c4 = step_on(codes, at + np.uint64(4) * to, rows, draws, out, i + np.uint64(4) * w, packed, mask, c4)
            c5 = step_on(codes, at + np.uint64(5) * to, rows, draws, out, i + np.uint64(5) * w, packed, mask, c5)
            c6 = step_on(codes, at + np.uint64(6) * to, rows, draws, out, i + np.uint64(6) * w, packed, mask, c6)
            c7 = step_on(codes, at + np.uint64(7) * to, rows, draws, out, i + np.uint64(7) * w, packed, mask, c7)
            c8 = step_on(codes, at + np.uint64(8) * to, rows, draws, out, i + np.uint64(8) * w, packed, mask, c8)
            c9 = step_on(codes, at + np.uint64(9) * to, rows, draws, out, i + np.uint64(9) * w, packed, mask, c9)
            c10 = step_on(codes, at + np.uint64(10) * to, rows, draws, out, i + np.uint64(10) * w, packed, mask, c10)
            c11 = step_on(codes, at + np.uint64(11) * to, rows, draws, out, i + np.uint64(11) * w, packed, mask, c11)
        contexts[0], contexts[1], contexts[2], contexts[3] = c0, c1, c2, c3
        contexts[4], contexts[5], contexts[6], contexts[7] = c4, c5, c6, c7
        contexts[8], contexts[9], contexts[10], contexts[11] = c8, c9, c10, c11

    return advance


def _many_advancer(has_fixed: bool) -> Callable[..., None]:
    """The loop for tables that outgrow the cache: it prefetches rows two turns ahead."""

    @kernel
    def advance(
        codes: NDArray[np.uint8],
        first: int,
        lane: int,
        steps: int,
        rows: NDArray[np.uint32],
        draws: NDArray[np.uint32],
        out: NDArray[np.uint8],
        contexts: NDArray[np.uint32],
        table: NDArray[np.uint32],
        row_mask: np.uint32,
    ) -> None:
        mask = int(row_mask)
        to_next, width = np.uint64(lane), np.uint64(_MANY_WIDTH)
        for step in range(steps):
            cell, window = np.uint64(first + step), np.uint64(step)
            for i in range(MANY_LANES):
                context, table_row = np.uint64(contexts[i]), np.uint64(rows[window])
                code = draw(table, np.uint64(3) * (table_row + context), draws[window])
                if has_fixed:
                    given = int(codes[cell])
                    code = code if given == FREE else given & 3
                out[window] = code
                after = ((int(context) << 2) | code) & mask
                contexts[i] = after
                # The four rows that may come after the next one are adjacent: 48 bytes, in one cache line or two.
                following = np.uint64(3) * (table_row + np.uint64((after << 2) & mask))
                prefetch(table, following)
                prefetch(table, following + np.uint64(11))
                cell += to_next
                window += width

    return advance


@kernel
def _unpacked(table: NDArray[np.uint32]) -> NDArray[np.uint32]:
    return table


def _filler(
    lanes: int, made_ready: Callable[..., Any], advance_free: Callable[..., None], advance_fixed: Callable[..., None]
) -> Callable[..., None]:
    """A function that fills `lanes` lanes of `lane` windows, each from its guessed context."""
    # Made for each number of lanes, which is then a constant to the compiler.
    width = TILE_CELLS // lanes

    @kernel
    def fill_lanes(
        codes: NDArray[np.uint8],
        runs: Runs,
        numbers: Numbers,
        thresholds: NDArray[np.uint32],
        order: int,
        lane: int,
        guesses: NDArray[np.int64],
        has_fixed: bool,
    ) -> None:
        rows = np.empty(TILE_CELLS, dtype=np.uint32)
        draws = np.empty(TILE_CELLS, dtype=np.uint32)
        out = np.empty(TILE_CELLS, dtype=np.uint8)
        cursors = cursors_at(runs, numbers, 0, lane, lanes)
        contexts = guesses.astype(np.uint32)
        mask = np.uint32(4**order - 1)
        table = made_ready(thresholds)
        for start in range(0, lane, width):
            end = min(start + width, lane)
            prepare(codes, runs, numbers, order, start, end, lane, lanes, cursors, rows, draws)
            first, steps = order + start, end - start
            # Most tiles have no fixed cell even if the block has one.
            if has_fixed and not _lanes_free(codes, first, lane, steps, lanes):
                advance_fixed(codes, first, lane, steps, rows, draws, out, contexts, table, mask)
            else:
                advance_free(codes, first, lane, steps, rows, draws, out, contexts, table, mask)
            _settle(codes, first, lane, steps, out, lanes, width)

    return fill_lanes


advance_few = _filler(FEW_LANES, _packed, _few_advancer(has_fixed=False), _few_advancer(has_fixed=True))
advance_many = _filler(MANY_LANES, _unpacked, _many_advancer(has_fixed=False), _many_advancer(has_fixed=True))
