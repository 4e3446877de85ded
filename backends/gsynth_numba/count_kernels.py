"""Counting: pure loops into the caller's table, contract in `gsynth.plugins.contracts`.

Runs are cut into chunks; a chunk without N, as nearly all are, is counted by a loop that does not test for it. A table
that outgrows the caches costs a cache miss for each window. For such tables the windows are first sorted into bins, in
pairs: two neighbours share all but one letter, so a pair is one word of k+2 letters, whose leading bits choose a bin
and whose other 16 bits are stored there. Then the table is filled part by part: with the first windows of pairs, by
their leading k+1 letters, and the second ones, by their last. If a part gets many, they are counted in 16 bits, which
stay in the cache, and then added to the table.

Four bases are read at a time, and then four windows counted. That takes fewer steps, and in a short repeat an addition
need not wait for the one before it.

Indices are unsigned where that saves the compiler the test for negative ones. Scalars read from arrays are converted to
`int` at once: without the compiler, NumPy's small unsigned scalars would overflow.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gsynth_numba.jit import kernel, prefetch

CHUNK: Final = 256
"""Windows that are searched for N at once."""
REST_BITS: Final = 16
"""Bits of a pair of windows that are stored in its bin (its rest)."""
CELLS_OF_BIN: Final = 1 << 14
"""Cells of the table into which the first windows of a bin's pairs fall."""
PAGE_BITS: Final = 10
"""A page of a bin holds 2**10 rests."""
RESTS_OF_LINE: Final = 32
"""Rests in a cache line."""
DIRECT_CELLS: Final = 1 << 21
"""Tables up to 16 MiB are counted into directly."""
MOST_BINS: Final = 1 << 14
MOST_PAGES: Final = 63
"""Pages counted before a flush: a cell has 16 bits, so they must hold fewer than 2**16 rests."""

PAGE: Final = 1 << PAGE_BITS
REST: Final = (1 << REST_BITS) - 1


def count(
    codes: NDArray[np.uint8],
    edges: NDArray[np.int64],
    strata: NDArray[np.int32],
    order: int,
    out: NDArray[np.uint64],
) -> int:
    """Add the windows to `out`, return how many hold a 4."""
    windows = codes.size - order
    bins = -(-out.size // CELLS_OF_BIN)
    # Sorting also needs enough windows to fill the bins' pages; a small block is counted directly.
    if out.size <= DIRECT_CELLS or bins > MOST_BINS or bins * PAGE > windows:
        bins = 0
    # A first page for each bin, and enough for all rests, of which there is one for two windows.
    pages = bins + (windows >> (PAGE_BITS + 1)) + 1 if bins else 0
    # Allocated here, because NumPy asks for huge pages for large arrays, and the writes go to many places.
    rests = np.empty(pages * PAGE, dtype=np.uint16)
    following = np.full(pages, -1, dtype=np.int32)
    # Where the next rest of each bin goes; the last element is the number of pages in use.
    slots = np.arange(bins + 1, dtype=np.int64) * PAGE
    slots[bins] = bins
    return int(_count(codes, edges, strata, order, out.reshape(-1), rests, following, slots))


@kernel
def _count(
    codes: NDArray[np.uint8],
    edges: NDArray[np.int64],
    strata: NDArray[np.int32],
    order: int,
    table: NDArray[np.uint64],
    rests: NDArray[np.uint16],
    following: NDArray[np.int32],
    slots: NDArray[np.int64],
) -> int:
    dealt = rests.size > 0
    cells = 4 ** (order + 1)
    with_n = 0
    for run in range(strata.size):
        stratum = int(strata[run])
        if stratum < -1:
            continue
        for start in range(edges[run], edges[run + 1], CHUNK):
            end = min(start + CHUNK, edges[run + 1])
            if holds_n(codes, start, end + order):
                with_n += _count_around_n(codes, start, end, order, table, stratum * cells)
            elif stratum >= 0 and dealt:
                _deal_clean(codes, start, end, order, stratum, table, rests, following, slots)
            elif stratum >= 0:
                _count_clean(codes, start, end, order, table, stratum * cells)
    if dealt:
        _add_up(table, order, rests, following, slots)
    return with_n


# Whole arrays with offsets: Numba counts references to each slice, at a measurable cost here.


@kernel
def holds_n(codes: NDArray[np.uint8], start: int, end: int) -> bool:
    """Whether any of the codes ``[start, end)`` is a 4."""
    seen = np.uint8(0)
    for i in range(start, end):
        seen = np.uint8(seen | codes[np.uint64(i)])
    return bool(seen > 3)


@kernel
def word_at(codes: NDArray[np.uint8], start: int, size: int) -> int:
    """The index of `size` codes, from `start` on."""
    word = 0
    for i in range(start, start + size):
        word = (word << 2) | int(codes[i])
    return word


@kernel
def _count_clean(
    codes: NDArray[np.uint8], start: int, end: int, order: int, table: NDArray[np.uint64], first: int
) -> None:
    mask, table_start = np.uint64(4 ** (order + 1) - 1), np.uint64(first)
    word = np.uint64(word_at(codes, start, order))
    fours = start + ((end - start) & ~3)
    for i in range(start + order, fours + order, 4):
        word = (word << np.uint64(8)) | four(codes, i)
        table[table_start + ((word >> np.uint64(6)) & mask)] += np.uint64(1)
        table[table_start + ((word >> np.uint64(4)) & mask)] += np.uint64(1)
        table[table_start + ((word >> np.uint64(2)) & mask)] += np.uint64(1)
        table[table_start + (word & mask)] += np.uint64(1)
    for i in range(fours + order, end + order):
        word = (word << np.uint64(2)) | np.uint64(codes[np.uint64(i)])
        table[table_start + (word & mask)] += np.uint64(1)


@kernel
def four(codes: NDArray[np.uint8], start: int) -> np.uint64:
    """The index of four codes, from `start` on."""
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
        # & 3 keeps the index in range where the code is a 4; such windows are not counted.
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
    stratum: int,
    table: NDArray[np.uint64],
    rests: NDArray[np.uint16],
    following: NDArray[np.int32],
    slots: NDArray[np.int64],
) -> None:
    mask, first = np.uint64(4 ** (order + 2) - 1), np.uint64(stratum * 4 ** (order + 2))
    word = np.uint64(word_at(codes, start, order))
    fours = start + ((end - start) & ~3)
    for i in range(start + order, fours + order, 4):
        word = (word << np.uint64(8)) | four(codes, i)
        # Two pairs in four letters: windows 0 and 1, then 2 and 3.
        for shift in range(4, -1, -4):
            pair = first + ((word >> np.uint64(shift)) & mask)
            bin_ = pair >> np.uint64(REST_BITS)
            slot = slots[bin_]
            rests[np.uint64(slot)] = pair & np.uint64(REST)
            slot += 1
            if slot & (PAGE - 1) == 0:
                page = slots[-1]
                following[(slot >> PAGE_BITS) - 1] = page
                slots[-1] = page + 1
                slot = page << PAGE_BITS
            slots[bin_] = slot
    _count_clean(codes, fours, end, order, table, stratum * 4 ** (order + 1))


@kernel
def _add_up(
    table: NDArray[np.uint64],
    order: int,
    rests: NDArray[np.uint16],
    following: NDArray[np.int32],
    slots: NDArray[np.int64],
) -> None:
    # Below k = 7 the pairs of a stratum fill at most one bin, and both windows of a pair fall in the same part.
    size, step = (4, 4 ** (order - 7)) if order >= 7 else (1, 1)
    counts = np.zeros(size * CELLS_OF_BIN, dtype=np.uint16)
    bins = np.empty(2 * size, dtype=np.int64)
    for part in range((slots.size - 1) // size):
        # First the bins whose first windows fall in this part, then those whose second windows do. The latter differ
        # only in their first letter; the other letters are those of the part.
        for i in range(size):
            bins[i] = part * size + i
            bins[size + i] = part // step * step * size + part % step + i * step
        many = _pages_of(bins, following) * PAGE >= counts.size // 2
        pages = 0
        for i in range(bins.size):
            page = int(bins[i])
            while page >= 0:
                end = (page + 1) << PAGE_BITS if following[page] >= 0 else int(slots[bins[i]])
                _ask_for(int(following[page]), rests)
                if many and pages == MOST_PAGES:
                    _flush(counts, table, part)
                    pages = 0
                if many:
                    _add_page(rests, page << PAGE_BITS, end, order, i, size, counts, 0, np.uint16(1))
                else:
                    _add_page(rests, page << PAGE_BITS, end, order, i, size, table, part * counts.size, np.uint64(1))
                page = int(following[page])
                pages += 1
        if many:
            _flush(counts, table, part)


@kernel
def _pages_of(bins: NDArray[np.int64], following: NDArray[np.int32]) -> int:
    pages = 0
    for bin_ in bins:
        page = int(bin_)
        while page >= 0:
            pages += 1
            page = int(following[page])
    return pages


@kernel
def _ask_for(page: int, rests: NDArray[np.uint16]) -> None:
    """Prefetch a page: pages are scattered, so the processor cannot predict the next one."""
    if page >= 0:
        for slot in range(page << PAGE_BITS, (page + 1) << PAGE_BITS, RESTS_OF_LINE):
            prefetch(rests, np.uint64(slot))


@kernel
def _add_page(
    rests: NDArray[np.uint16],
    start: int,
    end: int,
    order: int,
    i: int,
    size: int,
    cells: NDArray[Any],
    first: int,
    one: Any,
) -> None:
    if i < size:
        own = np.uint64(first + i * CELLS_OF_BIN)
        for slot in range(start, end):
            cells[own + (np.uint64(rests[np.uint64(slot)]) >> np.uint64(2))] += one
    else:
        part, bits = np.uint64(first), np.uint64(2 * order + 2)
        mask = np.uint64(4 ** (order + 1) - 1)
        for slot in range(start, end):
            rest = np.uint64(rests[np.uint64(slot)])
            # The number of a small stratum is part of the rest; the letter between it and the window is dropped.
            cells[part + ((rest >> (bits + np.uint64(2)) << bits) | (rest & mask))] += one


@kernel
def _flush(counts: NDArray[np.uint16], table: NDArray[np.uint64], part: int) -> None:
    """Add counts to a part of the table, which may end before they do, and reset them to 0."""
    first = part * counts.size
    for cell in range(min(counts.size, table.size - first)):
        table[np.uint64(first + cell)] += np.uint64(counts[np.uint64(cell)])
    counts[:] = 0
