"""Sampling: pure loops into the caller's cells, contract in `gsynth.plugins.interfaces`.

A chain waits for one table look-up before the next, so one core runs several: the block is cut into lanes, every lane
but the first starts from a guessed context, and all advance in turn. Then, left to right, a lane whose true context
differs from the guess is drawn again until the two chains meet (the same numbers drive both, so from there on they are
one). A lane that never meets is drawn again whole: the bytes are those of one chain always.

Numbers and table rows are made ready by tiles. Where a context holds a 4 is known before any draw (4s are fixed
cells), so it, too, is a matter of rows.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gsynth_numba.jit import kernel, prefetch

FEW_LANES: Final = 8
"""Where the tables are in the cache: enough to hide its latency."""
MANY_LANES: Final = 32
"""Where they are not: enough to hide the memory's, two turns ahead."""
CACHED_ROWS: Final = 1 << 16
"""Tables up to 768 KiB stay in the second-level cache."""
TILE_CELLS: Final = 3072
"""Windows of all lanes together that are made ready at once: they stay in the first-level cache."""
TILE: Final = 256
"""The same where there is one lane."""
LEAST_LANE: Final = 512
"""Windows; below, restarting costs more than lanes gain."""
FREE: Final = 255
NOT_ACGT: Final = 4

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX_1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2: Final = np.uint64(0x94D049BB133111EB)

Runs = tuple[NDArray[np.int64], NDArray[np.int32], int, bool]
"""Edges, strata, the index of the uniform table, and whether any code is a 4."""
Numbers = tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.uint64], NDArray[np.int64]]
"""Uniforms; or, where there are none, stream edges, keys and positions."""


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
    has_fixed = _has_fixed(codes[order:])
    has_n = _has_n(codes)
    runs = (edges, strata, thresholds.shape[0] - 1, has_n)
    numbers = (uniforms, stream_edges, keys, positions)
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
    cursors = _cursors(runs, numbers, 0, lane, lanes)
    contexts = guesses.astype(np.uint32)
    mask = 4**order - 1
    for start in range(0, lane, width):
        end = min(start + width, lane)
        _prepare(codes, runs, numbers, order, start, end, lane, lanes, cursors, rows, draws)
        cells = codes[order + start :]
        if has_fixed:
            _advance_around_fixed(cells, lane, end - start, rows, draws, contexts, table, mask)
        elif lanes == FEW_LANES:
            _advance_few(cells, lane, end - start, rows, draws, contexts, table, mask)
        else:
            _advance_many(cells, lane, end - start, rows, draws, contexts, table, mask)


@kernel
def _advance_few(
    cells: NDArray[np.uint8],
    lane: int,
    steps: int,
    rows: NDArray[np.uint32],
    draws: NDArray[np.uint32],
    contexts: NDArray[np.uint32],
    table: NDArray[np.uint32],
    mask: int,
) -> None:
    to_next, width = np.uint64(lane), np.uint64(TILE_CELLS // FEW_LANES)
    for step in range(steps):
        cell, window = np.uint64(step), np.uint64(step)
        for i in range(FEW_LANES):
            context, first = np.uint64(contexts[i]), np.uint64(rows[window])
            code = _draw(table, np.uint64(3) * (first + context), draws[window])
            cells[cell] = code
            contexts[i] = ((int(context) << 2) | code) & mask
            cell += to_next
            window += width


@kernel
def _advance_many(
    cells: NDArray[np.uint8],
    lane: int,
    steps: int,
    rows: NDArray[np.uint32],
    draws: NDArray[np.uint32],
    contexts: NDArray[np.uint32],
    table: NDArray[np.uint32],
    mask: int,
) -> None:
    to_next, width = np.uint64(lane), np.uint64(TILE_CELLS // MANY_LANES)
    for step in range(steps):
        cell, window = np.uint64(step), np.uint64(step)
        for i in range(MANY_LANES):
            context, first = np.uint64(contexts[i]), np.uint64(rows[window])
            code = _draw(table, np.uint64(3) * (first + context), draws[window])
            cells[cell] = code
            after = ((int(context) << 2) | code) & mask
            contexts[i] = after
            _prefetch_rows(table, first, (after << 2) & mask)
            cell += to_next
            window += width


@kernel
def _advance_around_fixed(
    cells: NDArray[np.uint8],
    lane: int,
    steps: int,
    rows: NDArray[np.uint32],
    draws: NDArray[np.uint32],
    contexts: NDArray[np.uint32],
    table: NDArray[np.uint32],
    mask: int,
) -> None:
    to_next, width = np.uint64(lane), np.uint64(TILE_CELLS // contexts.size)
    for step in range(steps):
        cell, window = np.uint64(step), np.uint64(step)
        for i in range(contexts.size):
            context, first = np.uint64(contexts[i]), np.uint64(rows[window])
            drawn = _draw(table, np.uint64(3) * (first + context), draws[window])
            code = int(cells[cell])
            code = drawn if code == FREE else code
            cells[cell] = code
            after = ((int(context) << 2) | (code & 3)) & mask
            contexts[i] = after
            _prefetch_rows(table, first, (after << 2) & mask)
            cell += to_next
            window += width


@kernel
def _prefetch_rows(table: NDArray[np.uint32], first: np.uint64, context: int) -> None:
    # The rows that may follow the next one lie side by side: 48 bytes in one line or two.
    row = np.uint64(3) * (first + np.uint64(context))
    prefetch(table, row)
    prefetch(table, row + np.uint64(11))


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
    cursors = _cursors(runs, numbers, first, 0, 1)
    mask = 4**order - 1
    context = _context(codes[first : first + order])
    for start in range(first, last, TILE):
        end = min(start + TILE, last)
        _prepare(codes, runs, numbers, order, start, end, 0, 1, cursors, rows, draws)
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
    cursors = _cursors(runs, numbers, first, 0, 1)
    mask = 4**order - 1
    context = _context(codes[first : first + order])
    for start in range(first, last, TILE):
        if context == guess:
            return
        end = min(start + TILE, last)
        _prepare(codes, runs, numbers, order, start, end, 0, 1, cursors, rows, draws)
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


@kernel
def _cursors(runs: Runs, numbers: Numbers, first: int, lane: int, lanes: int) -> NDArray[np.int64]:
    """int64[lanes, 2]: for each lane the run and the stream of its first window, ``first + i * lane``."""
    edges, strata, _, _ = runs
    _, stream_edges, keys, _ = numbers
    cursors = np.empty((lanes, 2), dtype=np.int64)
    for i in range(lanes):
        cursors[i, 0] = _segment(edges, strata.size, first + i * lane)
        cursors[i, 1] = _segment(stream_edges, keys.size, first + i * lane)
    return cursors


@kernel
def _prepare(
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
    """The table rows and the numbers of windows [start, end) of every lane; the cursors move on.

    All lanes at once, and whole arrays with offsets: Numba counts references to each slice and each array that comes
    out of a tuple, at a cost that shows here.
    """
    edges, strata, uniform, has_n = runs
    uniforms, stream_edges, keys, positions = numbers
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
            cursors[i, 1] = _prepare_numbers(stream_edges, keys, positions, first, last, stream, draws, at)


@kernel
def _segment(edges: NDArray[np.int64], segments: int, window: int) -> int:
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
    for i in range(start, end):
        if i < bad_before:
            rows[at + i - start] = uniform_row
        if codes[i + order] == NOT_ACGT:
            bad_before = i + order + 1


@kernel
def _prepare_numbers(
    stream_edges: NDArray[np.int64],
    keys: NDArray[np.uint64],
    positions: NDArray[np.int64],
    start: int,
    end: int,
    stream: int,
    draws: NDArray[np.uint32],
    at: int,
) -> int:
    while start < end:
        while stream_edges[stream + 1] <= start:
            stream += 1
        stop = min(end, stream_edges[stream + 1])
        position = positions[stream] + start - stream_edges[stream]
        _stream_numbers(keys[stream], position, draws, at, at + stop - start)
        at += stop - start
        start = stop
    return stream


@kernel
def _mix(key: np.uint64, pair: int) -> np.uint64:
    mixed = key + np.uint64(pair + 1) * _GOLDEN
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _MIX_1
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _MIX_2
    return np.uint64(mixed ^ (mixed >> np.uint64(31)))


@kernel
def _stream_numbers(key: np.uint64, position: int, draws: NDArray[np.uint32], at: int, end: int) -> None:
    pair = position >> 1
    if position & 1:
        draws[at] = _mix(key, pair) >> np.uint64(33)
        at += 1
        pair += 1
    for i in range((end - at) >> 1):
        both = _mix(key, pair + i)
        draws[np.uint64(at + 2 * i)] = (both & np.uint64(0xFFFFFFFF)) >> np.uint64(1)
        draws[np.uint64(at + 2 * i + 1)] = both >> np.uint64(33)
    if (end - at) & 1:
        draws[end - 1] = (_mix(key, pair + ((end - at) >> 1)) & np.uint64(0xFFFFFFFF)) >> np.uint64(1)
