# Counting. Runs are cut into chunks; a chunk without N, as nearly all are, is counted by a loop without a test for N.
#
# A table that outgrows the caches costs a cache miss for each window. For such tables the windows are first sorted into
# bins, in pairs: two neighbours share all but one letter, so a pair is one word of k+2 letters, whose leading bits
# choose a bin and whose other 16 bits are stored there. Then the table is filled part by part: with the first windows
# of pairs, by their leading k+1 letters, and the second ones, by their last. If a part gets many, they are counted in
# 16 bits, which stay in the cache, and then added to the table.
#
# Four bases are read at a time, and then four windows counted. That takes fewer steps, and in a short repeat an
# addition need not wait for the one before it.

import numpy as np

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memset

cdef extern from "_compiler.h" nogil:
    void GSYNTH_PREFETCH(const void *address) noexcept

cdef enum:
    CHUNK = 256  # windows that are searched for N at once
    REST_BITS = 16  # bits of a pair of windows that are stored in its bin (its rest)
    CELLS_OF_BIN = 1 << 14  # cells of the table into which the first windows of a bin's pairs fall
    BINS_OF_PART = 4  # bins whose first windows fall into one part of the table; the second ones come from 4 others
    PAGE_BITS = 10  # a page of a bin holds 2**10 rests
    PAGE = 1 << PAGE_BITS
    RESTS_OF_LINE = 32  # rests in a cache line
    MOST_PAGES = 63  # counted before a flush: a cell has 16 bits, so they must hold fewer than 2**16 rests
    DIRECT_CELLS = 1 << 21  # tables up to 16 MiB are counted into directly
    MOST_BINS = 1 << 14


cdef struct Deal:
    uint64_t *table
    int64_t cells
    int order
    int64_t bins
    int bins_of_part
    int64_t step  # from one of the bins whose second windows fall into a part to the next
    uint16_t *rests  # pages of rests; a bin's first page has the bin's number
    int32_t *following  # page -> the next page of its bin, -1 at the last
    int64_t *free_slot  # bin -> where its next rest goes
    int32_t pages  # pages in use
    uint16_t *counts  # of one part; all 0 between parts


def count(
    const uint8_t[::1] codes,
    const int64_t[::1] edges,
    const int32_t[::1] strata,
    int order,
    uint64_t[:, :, ::1] out,
):
    """Add the windows to `out`, return how many hold a 4."""
    cdef int64_t with_n = 0
    cdef int64_t windows = codes.shape[0] - order
    cdef int64_t cells = out.shape[0] * out.shape[1] * 4
    cdef int64_t bins = (cells + CELLS_OF_BIN - 1) // CELLS_OF_BIN
    if windows <= 0:
        return 0
    if cells > DIRECT_CELLS and bins <= MOST_BINS and bins * PAGE <= windows:
        return _count_dealt(codes, edges, strata, order, &out[0, 0, 0], cells, bins)
    with nogil:
        with_n = _count(&codes[0], &edges[0], &strata[0], strata.shape[0], order, &out[0, 0, 0], NULL)
    return with_n


cdef int64_t _count_dealt(
    const uint8_t[::1] codes,
    const int64_t[::1] edges,
    const int32_t[::1] strata,
    int order,
    uint64_t *out,
    int64_t cells,
    int64_t bins,
) except -1:
    cdef int64_t with_n
    cdef int64_t pages = bins + ((codes.shape[0] - order) >> (PAGE_BITS + 1)) + 1
    # By NumPy, because it asks for huge pages for large arrays, and the writes go to many places.
    cdef uint16_t[::1] rests = np.empty(pages * PAGE, dtype=np.uint16)
    cdef int32_t[::1] following = np.full(pages, -1, dtype=np.int32)
    cdef int64_t[::1] free_slot = np.arange(bins, dtype=np.int64) << PAGE_BITS
    # Below k = 7 the pairs of a stratum fill at most one bin, and both windows of a pair fall into the same part.
    cdef int bins_of_part = BINS_OF_PART if order >= 7 else 1
    cdef uint16_t[::1] counts = np.zeros(bins_of_part * CELLS_OF_BIN, dtype=np.uint16)
    cdef Deal deal
    deal.table, deal.cells, deal.order, deal.bins = out, cells, order, bins
    deal.bins_of_part = bins_of_part
    deal.step = <int64_t>1 << (2 * order - 14) if order >= 7 else 1
    deal.rests, deal.following, deal.free_slot, deal.pages = &rests[0], &following[0], &free_slot[0], <int32_t>bins
    deal.counts = &counts[0]
    with nogil:
        with_n = _count(&codes[0], &edges[0], &strata[0], strata.shape[0], order, out, &deal)
        _add_up(&deal)
    return with_n


cdef int64_t _count(
    const uint8_t *codes,
    const int64_t *edges,
    const int32_t *strata,
    int64_t runs,
    int order,
    uint64_t *out,
    Deal *deal,
) noexcept nogil:
    cdef int64_t run, start, end, first, with_n = 0
    cdef int64_t cells = <int64_t>1 << (2 * order + 2)
    for run in range(runs):
        if strata[run] < -1:
            continue
        first = strata[run] * cells
        start = edges[run]
        while start < edges[run + 1]:
            end = min(start + CHUNK, edges[run + 1])
            if _holds_n(codes + start, end - start + order):
                with_n += _count_around_n(codes + start, end - start, order, out + first, strata[run] >= 0)
            elif strata[run] >= 0:
                if deal == NULL:
                    _count_clean(codes + start, end - start, order, out + first)
                else:
                    _deal_clean(codes + start, end - start, strata[run], deal)
            start = end
    return with_n


cdef inline bint _holds_n(const uint8_t *codes, int64_t size) noexcept nogil:
    cdef uint8_t seen = 0
    cdef int64_t i
    for i in range(size):
        seen |= codes[i]
    return seen > 3


cdef inline uint32_t _word(const uint8_t *codes, int size) noexcept nogil:
    cdef uint32_t word = 0
    cdef int i
    for i in range(size):
        word = (word << 2) | (codes[i] & 3)
    return word


cdef inline uint32_t _four(const uint8_t *codes) noexcept nogil:
    return (
        (<uint32_t>codes[0] << 6) | (<uint32_t>codes[1] << 4) | (<uint32_t>codes[2] << 2) | <uint32_t>codes[3]
    )


cdef inline void _count_clean(const uint8_t *codes, int64_t windows, int order, uint64_t *table) noexcept nogil:
    cdef uint32_t mask = (<uint32_t>1 << (2 * order + 2)) - 1
    cdef uint32_t word = _word(codes, order)
    cdef int64_t i, fours = windows & ~<int64_t>3
    codes += order
    for i in range(0, fours, 4):
        word = (word << 8) | _four(codes + i)
        table[(word >> 6) & mask] += 1
        table[(word >> 4) & mask] += 1
        table[(word >> 2) & mask] += 1
        table[word & mask] += 1
    for i in range(fours, windows):
        word = (word << 2) | codes[i]
        table[word & mask] += 1


cdef int64_t _count_around_n(
    const uint8_t *codes, int64_t windows, int order, uint64_t *table, bint counted
) noexcept nogil:
    cdef uint32_t mask = (<uint32_t>1 << (2 * order + 2)) - 1
    cdef uint32_t word = 0
    cdef int64_t i, with_n = 0, bad_until = -1  # last window that holds the last 4 seen
    for i in range(-order, windows):
        word = (word << 2) | (codes[i + order] & 3)
        if codes[i + order] > 3:
            bad_until = i + order
        if i >= 0:
            if i <= bad_until:
                with_n += 1
            elif counted:
                table[word & mask] += 1
    return with_n


cdef inline void _deal_clean(const uint8_t *codes, int64_t windows, int64_t stratum, Deal *deal) noexcept nogil:
    cdef int order = deal.order
    cdef uint32_t mask = (<uint32_t>1 << (2 * order + 4)) - 1
    cdef uint32_t word = _word(codes, order)
    cdef int64_t first = stratum << (2 * order + 4)
    cdef int64_t i, fours = windows & ~<int64_t>3
    for i in range(order, fours + order, 4):
        word = (word << 8) | _four(codes + i)
        _deal_pair(first + ((word >> 4) & mask), deal)
        _deal_pair(first + (word & mask), deal)
    _count_clean(codes + fours, windows - fours, order, deal.table + (stratum << (2 * order + 2)))


cdef inline void _deal_pair(int64_t pair, Deal *deal) noexcept nogil:
    cdef int64_t bin = pair >> REST_BITS
    cdef int64_t slot = deal.free_slot[bin]
    deal.rests[slot] = <uint16_t>pair
    slot += 1
    if slot & (PAGE - 1) == 0:
        slot = _next_page(deal, (slot >> PAGE_BITS) - 1)
    deal.free_slot[bin] = slot


cdef int64_t _next_page(Deal *deal, int64_t page) noexcept nogil:
    deal.following[page] = deal.pages
    deal.pages += 1
    return <int64_t>(deal.pages - 1) << PAGE_BITS


cdef void _add_up(Deal *deal) noexcept nogil:
    cdef int64_t part
    for part in range(deal.bins // deal.bins_of_part):
        _add_part(deal, part, _pages_of_part(deal, part) * PAGE >= deal.bins_of_part * CELLS_OF_BIN // 2)


cdef inline int64_t _bin(Deal *deal, int64_t part, int i) noexcept nogil:
    """The bins whose first windows fall into the part, then those whose second windows do."""
    if i < deal.bins_of_part:
        return part * deal.bins_of_part + i
    # The latter differ only in their first letter; the other letters are those of the part.
    return part // deal.step * deal.step * deal.bins_of_part + part % deal.step + (i - deal.bins_of_part) * deal.step


cdef inline int64_t _pages_of_part(Deal *deal, int64_t part) noexcept nogil:
    cdef int64_t pages = 0
    cdef int32_t page
    cdef int i
    for i in range(2 * deal.bins_of_part):
        page = <int32_t>_bin(deal, part, i)
        while page >= 0:
            pages += 1
            page = deal.following[page]
    return pages


cdef void _add_part(Deal *deal, int64_t part, bint many) noexcept nogil:
    cdef int64_t cells = deal.bins_of_part * CELLS_OF_BIN
    cdef int64_t bin, end
    cdef int32_t page
    cdef int i, pages = 0
    for i in range(2 * deal.bins_of_part):
        bin = _bin(deal, part, i)
        page = <int32_t>bin
        while page >= 0:
            end = (<int64_t>page + 1) << PAGE_BITS if deal.following[page] >= 0 else deal.free_slot[bin]
            _ask_for(deal, deal.following[page])
            if many:
                if pages == MOST_PAGES:
                    _flush(deal, part * cells, cells)
                    pages = 0
                _add_page(deal, <int64_t>page << PAGE_BITS, end, i, deal.counts)
            else:
                _add_page(deal, <int64_t>page << PAGE_BITS, end, i, deal.table + part * cells)
            page = deal.following[page]
            pages += 1
    if many:
        _flush(deal, part * cells, cells)


cdef inline void _ask_for(Deal *deal, int32_t page) noexcept nogil:
    """Prefetch a page: pages are scattered, so the processor cannot predict the next one."""
    cdef const uint16_t *rests
    cdef int line
    if page >= 0:
        rests = deal.rests + (<int64_t>page << PAGE_BITS)
        for line in range(PAGE // RESTS_OF_LINE):
            GSYNTH_PREFETCH(rests + line * RESTS_OF_LINE)


ctypedef fused Cell:
    uint16_t
    uint64_t


cdef inline void _add_page(Deal *deal, int64_t start, int64_t end, int i, Cell *part) noexcept nogil:
    cdef const uint16_t *rests = deal.rests
    cdef int bits = 2 * deal.order + 2  # of a window
    cdef uint32_t mask = (<uint32_t>1 << bits) - 1
    cdef uint32_t rest
    cdef int64_t slot
    if i < deal.bins_of_part:
        part += i * CELLS_OF_BIN
        for slot in range(start, end):
            part[rests[slot] >> 2] += 1
    else:
        for slot in range(start, end):
            rest = rests[slot]
            # The number of a small stratum is part of the rest; the letter between it and the window is dropped.
            part[(rest >> (bits + 2) << bits) | (rest & mask)] += 1


cdef inline void _flush(Deal *deal, int64_t first, int64_t cells) noexcept nogil:
    """Add the counts to the table's cells from `first` on, which may end before they do, and reset them to 0."""
    cdef int64_t cell
    for cell in range(min(cells, deal.cells - first)):
        deal.table[first + cell] += deal.counts[cell]
    memset(deal.counts, 0, cells * sizeof(uint16_t))
