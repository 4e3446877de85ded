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

from gsynth_numba.jit import kernel

LANES: Final = 8
TILE: Final = 256
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
    lane = windows // LANES
    if lane < LEAST_LANE:
        _walk(codes, runs, numbers, table, order, 0, windows)
        return
    # Repairs must know which cells were free.
    original = codes.copy() if has_fixed else codes[:0]
    guesses = np.empty(LANES, dtype=np.int64)
    for i in range(LANES):
        guesses[i] = _guess(codes[i * lane : i * lane + order])
    if has_fixed:
        _advance_around_fixed(codes, runs, numbers, table, order, lane, guesses)
    else:
        _advance(codes, runs, numbers, table, order, lane, guesses)
    for i in range(1, LANES):
        _repair(codes, original, runs, numbers, table, order, i * lane, (i + 1) * lane, guesses[i])
    _walk(codes, runs, numbers, table, order, LANES * lane, windows)


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
def _draw(table: NDArray[np.uint32], row: int, number: np.uint32) -> int:
    return int(number >= table[row]) + int(number >= table[row + 1]) + int(number >= table[row + 2])


@kernel
def _advance(
    codes: NDArray[np.uint8],
    runs: Runs,
    numbers: Numbers,
    table: NDArray[np.uint32],
    order: int,
    lane: int,
    contexts: NDArray[np.int64],
) -> None:
    rows = np.empty((LANES, TILE), dtype=np.int64)
    draws = np.empty((LANES, TILE), dtype=np.uint32)
    state = contexts.copy()
    mask = 4**order - 1
    for start in range(0, lane, TILE):
        end = min(start + TILE, lane)
        for i in range(LANES):
            _prepare(codes, runs, numbers, order, i * lane + start, i * lane + end, rows[i], draws[i])
        for step in range(end - start):
            at = order + start + step
            for i in range(LANES):
                code = _draw(table, rows[i, step] + 3 * state[i], draws[i, step])
                codes[at] = code
                state[i] = ((state[i] << 2) | code) & mask
                at += lane


@kernel
def _advance_around_fixed(
    codes: NDArray[np.uint8],
    runs: Runs,
    numbers: Numbers,
    table: NDArray[np.uint32],
    order: int,
    lane: int,
    contexts: NDArray[np.int64],
) -> None:
    rows = np.empty((LANES, TILE), dtype=np.int64)
    draws = np.empty((LANES, TILE), dtype=np.uint32)
    state = contexts.copy()
    mask = 4**order - 1
    for start in range(0, lane, TILE):
        end = min(start + TILE, lane)
        for i in range(LANES):
            _prepare(codes, runs, numbers, order, i * lane + start, i * lane + end, rows[i], draws[i])
        for step in range(end - start):
            at = order + start + step
            for i in range(LANES):
                drawn = _draw(table, rows[i, step] + 3 * state[i], draws[i, step])
                code = int(codes[at])
                code = drawn if code == FREE else code
                codes[at] = code
                state[i] = ((state[i] << 2) | (code & 3)) & mask
                at += lane


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
    rows = np.empty(TILE, dtype=np.int64)
    draws = np.empty(TILE, dtype=np.uint32)
    mask = 4**order - 1
    context = _context(codes[first : first + order])
    for start in range(first, last, TILE):
        end = min(start + TILE, last)
        _prepare(codes, runs, numbers, order, start, end, rows, draws)
        for step in range(end - start):
            at = start + step + order
            code = int(codes[at])
            if code == FREE:
                code = _draw(table, rows[step] + 3 * context, draws[step])
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
    rows = np.empty(TILE, dtype=np.int64)
    draws = np.empty(TILE, dtype=np.uint32)
    mask = 4**order - 1
    context = _context(codes[first : first + order])
    for start in range(first, last, TILE):
        if context == guess:
            return
        end = min(start + TILE, last)
        _prepare(codes, runs, numbers, order, start, end, rows, draws)
        for step in range(end - start):
            if context == guess:
                return
            at = start + step + order
            code = int(original[at]) if original.size else FREE
            if code == FREE:
                code = _draw(table, rows[step] + 3 * context, draws[step])
            guess = ((guess << 2) | (int(codes[at]) & 3)) & mask
            context = ((context << 2) | (code & 3)) & mask
            codes[at] = code


@kernel
def _prepare(
    codes: NDArray[np.uint8],
    runs: Runs,
    numbers: Numbers,
    order: int,
    start: int,
    end: int,
    rows: NDArray[np.int64],
    draws: NDArray[np.uint32],
) -> None:
    """The table rows and the numbers of windows [start, end)."""
    edges, strata, uniform, has_n = runs
    uniforms, stream_edges, keys, positions = numbers
    _prepare_rows(edges, strata, uniform, 3 * 4**order, start, end, rows)
    if has_n:
        _mark_n(codes, order, uniform * 3 * 4**order, start, end, rows)
    if uniforms.size:
        for i in range(end - start):
            draws[i] = uniforms[start + i]
    else:
        _prepare_numbers(stream_edges, keys, positions, start, end, draws)


@kernel
def _segment(edges: NDArray[np.int64], segments: int, window: int) -> int:
    """The last segment that begins at or before `window`; it holds it."""
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
    rows: NDArray[np.int64],
) -> None:
    run = _segment(edges, strata.size, start)
    at = start
    while at < end:
        stop = min(end, edges[run + 1])
        stratum = int(strata[run])
        row = size * (stratum if stratum >= 0 else uniform)
        for i in range(at - start, stop - start):
            rows[i] = row
        at = stop
        run += 1


@kernel
def _mark_n(
    codes: NDArray[np.uint8], order: int, uniform_row: int, start: int, end: int, rows: NDArray[np.int64]
) -> None:
    bad_before = start  # windows before this one hold the last 4 seen
    for i in range(start, start + order):
        if codes[i] == NOT_ACGT:
            bad_before = i + 1
    for i in range(start, end):
        if i < bad_before:
            rows[i - start] = uniform_row
        if codes[i + order] == NOT_ACGT:
            bad_before = i + order + 1


@kernel
def _prepare_numbers(
    stream_edges: NDArray[np.int64],
    keys: NDArray[np.uint64],
    positions: NDArray[np.int64],
    start: int,
    end: int,
    draws: NDArray[np.uint32],
) -> None:
    stream = _segment(stream_edges, keys.size, start)
    at = start
    while at < end:
        stop = min(end, stream_edges[stream + 1])
        if stop > at:
            position = positions[stream] + at - stream_edges[stream]
            _stream_numbers(keys[stream], position, draws[at - start : stop - start])
        at = stop
        stream += 1


@kernel
def _mix(key: np.uint64, pair: int) -> np.uint64:
    mixed = key + np.uint64(pair + 1) * _GOLDEN
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _MIX_1
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _MIX_2
    return np.uint64(mixed ^ (mixed >> np.uint64(31)))


@kernel
def _stream_numbers(key: np.uint64, position: int, draws: NDArray[np.uint32]) -> None:
    pair = position >> 1
    odd = position & 1
    if odd:
        draws[0] = _mix(key, pair) >> np.uint64(33)
        draws = draws[1:]
        pair += 1
    for i in range(draws.size >> 1):
        both = _mix(key, pair + i)
        draws[2 * i] = (both & np.uint64(0xFFFFFFFF)) >> np.uint64(1)
        draws[2 * i + 1] = both >> np.uint64(33)
    if draws.size & 1:
        draws[-1] = (_mix(key, pair + (draws.size >> 1)) & np.uint64(0xFFFFFFFF)) >> np.uint64(1)
