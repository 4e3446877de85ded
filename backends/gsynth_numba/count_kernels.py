"""Counting: pure loops into the caller's table, contract in `gsynth.plugins.interfaces`.

Runs are cut into chunks; a chunk without N, nearly every one, is counted by a loop that never asks. A table that
outgrows the caches costs a miss for each window. There the (k+1)-mers are first dealt out by their leading bits to bins
of 16-bit rests, then each bin is counted by itself: a full one in 16 bits, which stay in the cache and are then added
to its part of the table.

Four bases are read at a time, and then four windows counted: apart from being fewer steps, counts of a short repeat are
then not waited for one by one.

Indices are made unsigned where that spares the compiler the test for negative ones. Scalars read from arrays are made
`int` at once: without the compiler, NumPy's small unsigned scalars would overflow.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gsynth_numba.jit import kernel

CHUNK: Final = 256
"""Windows looked over for N at once."""
REST_BITS: Final = 15
"""A part of the table is 2**15 counts, 256 KiB."""
PAGE_BITS: Final = 10
"""Rests in a page of a bin: 2**10."""
DIRECT_CELLS: Final = 1 << 21
"""Tables up to 16 MiB are counted into directly."""
MOST_PARTS: Final = 1 << 14
MOST_PAGES: Final = 63
"""A cell counts 16 bits: less than 2**16 rests at once."""

PAGE: Final = 1 << PAGE_BITS
REST: Final = (1 << REST_BITS) - 1


@kernel
def count(
    codes: NDArray[np.uint8],
    edges: NDArray[np.int64],
    strata: NDArray[np.int32],
    order: int,
    out: NDArray[np.uint64],
) -> int:
    """Add the windows to `out`, return how many hold a 4."""
    windows = codes.size - order
    parts = out.size >> REST_BITS
    dealt = out.size > DIRECT_CELLS and parts <= MOST_PARTS and parts * PAGE <= windows
    if not dealt:
        parts = 0
    pages = parts + (windows >> PAGE_BITS) + 1 if dealt else 0
    rests = np.empty(pages * PAGE, dtype=np.uint16)
    following = np.full(pages, -1, dtype=np.int32)
    # Where the next rest of each part goes; in the last place, how many pages are given out.
    slots = np.arange(parts + 1) * PAGE
    slots[parts] = parts
    table = out.reshape(-1)
    cells = 4 ** (order + 1)
    with_n = 0
    for run in range(strata.size):
        stratum = int(strata[run])
        if stratum < -1:
            continue
        for start in range(edges[run], edges[run + 1], CHUNK):
            end = min(start + CHUNK, edges[run + 1])
            if _holds_n(codes, start, end + order):
                with_n += _count_around_n(codes, start, end, order, table, stratum * cells)
            elif stratum >= 0 and dealt:
                _deal_clean(codes, start, end, order, stratum * cells, rests, following, slots)
            elif stratum >= 0:
                _count_clean(codes, start, end, order, table, stratum * cells)
    _add_up(table, rests, following, slots)
    return with_n


# Whole arrays with offsets: Numba counts references to each slice, at a cost that shows here.


@kernel
def _holds_n(codes: NDArray[np.uint8], start: int, end: int) -> bool:
    seen = np.uint8(0)
    for i in range(start, end):
        seen = np.uint8(seen | codes[np.uint64(i)])
    return bool(seen > 3)


@kernel
def _word(codes: NDArray[np.uint8], start: int, size: int) -> int:
    word = 0
    for i in range(start, start + size):
        word = (word << 2) | int(codes[i])
    return word


@kernel
def _count_clean(
    codes: NDArray[np.uint8], start: int, end: int, order: int, table: NDArray[np.uint64], first: int
) -> None:
    mask, table_start = np.uint64(4 ** (order + 1) - 1), np.uint64(first)
    word = np.uint64(_word(codes, start, order))
    fours = start + ((end - start) & ~3)
    for i in range(start + order, fours + order, 4):
        word = (word << np.uint64(8)) | _four(codes, i)
        table[table_start + ((word >> np.uint64(6)) & mask)] += np.uint64(1)
        table[table_start + ((word >> np.uint64(4)) & mask)] += np.uint64(1)
        table[table_start + ((word >> np.uint64(2)) & mask)] += np.uint64(1)
        table[table_start + (word & mask)] += np.uint64(1)
    for i in range(fours + order, end + order):
        word = (word << np.uint64(2)) | np.uint64(codes[np.uint64(i)])
        table[table_start + (word & mask)] += np.uint64(1)


@kernel
def _four(codes: NDArray[np.uint8], start: int) -> np.uint64:
    at = np.uint64(start)
    first, second = np.uint64(codes[at]), np.uint64(codes[at + np.uint64(1)])
    third, fourth = np.uint64(codes[at + np.uint64(2)]), np.uint64(codes[at + np.uint64(3)])
    return (first << np.uint64(6)) | (second << np.uint64(4)) | (third << np.uint64(2)) | fourth


@kernel
def _count_around_n(
    codes: NDArray[np.uint8], start: int, end: int, order: int, table: NDArray[np.uint64], first: int
) -> int:
    mask = 4 ** (order + 1) - 1
    word = 0
    with_n = 0
    bad_until = start + order - 1  # the last cell whose window holds the last 4 seen
    for i in range(start, end + order):
        code = int(codes[i])
        word = ((word << 2) | (code & 3)) & mask
        if code > 3:
            bad_until = i + order
        if i >= start + order:
            if i <= bad_until:
                with_n += 1
            elif first >= 0:
                table[first + word] += np.uint64(1)
    return with_n


@kernel
def _deal_clean(
    codes: NDArray[np.uint8],
    start: int,
    end: int,
    order: int,
    first: int,
    rests: NDArray[np.uint16],
    following: NDArray[np.int32],
    slots: NDArray[np.int64],
) -> None:
    mask = 4 ** (order + 1) - 1
    part_of_stratum = first >> REST_BITS
    word = _word(codes, start, order)
    for i in range(start + order, end + order):
        word = ((word << 2) | int(codes[np.uint64(i)])) & mask
        part = np.uint64(part_of_stratum + (word >> REST_BITS))
        slot = slots[part]
        rests[np.uint64(slot)] = word & REST
        slot += 1
        if slot & (PAGE - 1) == 0:
            page = slots[-1]
            following[(slot >> PAGE_BITS) - 1] = page
            slots[-1] = page + 1
            slot = page << PAGE_BITS
        slots[part] = slot


@kernel
def _add_up(
    table: NDArray[np.uint64], rests: NDArray[np.uint16], following: NDArray[np.int32], slots: NDArray[np.int64]
) -> None:
    counts = np.empty(1 << REST_BITS, dtype=np.uint16)
    for part in range(slots.size - 1):
        if _holds_many(part, following):
            _add_many(part, table, counts, rests, following, slots)
        else:
            _add_few(part, table, rests, following, slots)


@kernel
def _holds_many(part: int, following: NDArray[np.int32]) -> bool:
    """Whether a part has about as many rests as cells, so that a pass over the cells is worth it."""
    pages, page = 0, part
    while page >= 0 and pages << PAGE_BITS < 1 << REST_BITS:
        pages += 1
        page = int(following[page])
    return page >= 0


@kernel
def _add_few(
    part: int,
    table: NDArray[np.uint64],
    rests: NDArray[np.uint16],
    following: NDArray[np.int32],
    slots: NDArray[np.int64],
) -> None:
    first, page = np.uint64(part << REST_BITS), part
    while page >= 0:
        start = page << PAGE_BITS
        end = start + PAGE if following[page] >= 0 else slots[part]
        for slot in range(start, end):
            table[first + np.uint64(rests[np.uint64(slot)])] += np.uint64(1)
        page = int(following[page])


@kernel
def _add_many(
    part: int,
    table: NDArray[np.uint64],
    counts: NDArray[np.uint16],
    rests: NDArray[np.uint16],
    following: NDArray[np.int32],
    slots: NDArray[np.int64],
) -> None:
    first, page = part << REST_BITS, part
    while page >= 0:
        counts[:] = 0
        pages = 0
        while page >= 0 and pages < MOST_PAGES:
            start = page << PAGE_BITS
            end = start + PAGE if following[page] >= 0 else slots[part]
            for slot in range(start, end):
                counts[np.uint64(rests[np.uint64(slot)])] += np.uint16(1)
            page = int(following[page])
            pages += 1
        for cell in range(1 << REST_BITS):
            table[np.uint64(first + cell)] += np.uint64(counts[np.uint64(cell)])
