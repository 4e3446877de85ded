# Counting. Runs are cut into chunks; a chunk without N, nearly every one, is counted by a loop that never asks.
#
# A table that outgrows the caches costs a miss for each window. There the (k+1)-mers are first dealt out by their
# leading bits to bins of 16-bit rests, then each bin is counted by itself: a full one in 16 bits, which stay in the
# cache and are then added to its part of the table.
#
# Four bases are read at a time, and then four windows counted: apart from being fewer steps, counts of a short repeat
# are then not waited for one by one.

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memset

cdef enum:
    CHUNK = 256  # windows looked over for N at once
    REST_BITS = 15  # a part of the table is 2**15 counts, 256 KiB
    PAGE_BITS = 10  # rests in a page of a bin: 2**10
    PAGE = 1 << PAGE_BITS
    MOST_PAGES = 63  # a cell counts 16 bits: less than 2**16 rests at once
    DIRECT_CELLS = 1 << 21  # tables up to 16 MiB are counted into directly
    MOST_PARTS = 1 << 14


cdef struct Deal:
    uint16_t *rests  # pages of rests
    int32_t *following  # page -> the next page of its bin, -1 at the last
    int32_t *first  # bin -> its first page
    int64_t *free_slot  # bin -> where its next rest goes
    int32_t pages  # pages given out


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
    cdef int64_t parts = cells >> REST_BITS
    cdef Deal deal
    if windows <= 0:
        return 0
    if cells <= DIRECT_CELLS or parts > MOST_PARTS or parts * PAGE > windows:
        with nogil:
            with_n = _count(&codes[0], &edges[0], &strata[0], strata.shape[0], order, &out[0, 0, 0], NULL)
        return with_n
    _open(&deal, parts, windows)
    try:
        with nogil:
            with_n = _count(&codes[0], &edges[0], &strata[0], strata.shape[0], order, &out[0, 0, 0], &deal)
            _add_up(&deal, parts, &out[0, 0, 0])
    finally:
        _close(&deal)
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
                    _deal_clean(codes + start, end - start, order, first, deal)
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


cdef inline void _deal_clean(
    const uint8_t *codes, int64_t windows, int order, int64_t first, Deal *deal
) noexcept nogil:
    cdef uint32_t mask = (<uint32_t>1 << (2 * order + 2)) - 1
    cdef uint32_t word = _word(codes, order)
    cdef int64_t part = first >> REST_BITS
    cdef int64_t i, fours = windows & ~<int64_t>3
    codes += order
    for i in range(0, fours, 4):
        word = (word << 8) | _four(codes + i)
        _deal_word((word >> 6) & mask, part, deal)
        _deal_word((word >> 4) & mask, part, deal)
        _deal_word((word >> 2) & mask, part, deal)
        _deal_word(word & mask, part, deal)
    for i in range(fours, windows):
        word = (word << 2) | codes[i]
        _deal_word(word & mask, part, deal)


cdef inline void _deal_word(uint32_t word, int64_t part, Deal *deal) noexcept nogil:
    cdef int64_t slot
    part += word >> REST_BITS
    slot = deal.free_slot[part]
    deal.rests[slot] = <uint16_t>(word & ((1 << REST_BITS) - 1))
    slot += 1
    if slot & (PAGE - 1) == 0:
        slot = _next_page(deal, (slot >> PAGE_BITS) - 1)
    deal.free_slot[part] = slot


cdef int64_t _next_page(Deal *deal, int64_t page) noexcept nogil:
    deal.following[page] = deal.pages
    deal.following[deal.pages] = -1
    deal.pages += 1
    return <int64_t>(deal.pages - 1) << PAGE_BITS


cdef void _add_up(Deal *deal, int64_t parts, uint64_t *out) noexcept nogil:
    cdef int64_t part
    for part in range(parts):
        if _holds_many(deal, part):
            _add_many(deal, part, out + (part << REST_BITS))
        else:
            _add_few(deal, part, out + (part << REST_BITS))


cdef inline bint _holds_many(Deal *deal, int64_t part) noexcept nogil:
    """Whether a part has about as many rests as cells, so that a pass over the cells is worth it."""
    cdef int64_t pages = 0
    cdef int32_t page = deal.first[part]
    while page >= 0 and pages << PAGE_BITS < 1 << REST_BITS:
        pages += 1
        page = deal.following[page]
    return page >= 0


cdef inline int64_t _end_of_page(Deal *deal, int64_t part, int32_t page) noexcept nogil:
    return (<int64_t>page + 1) << PAGE_BITS if deal.following[page] >= 0 else deal.free_slot[part]


cdef void _add_few(Deal *deal, int64_t part, uint64_t *table) noexcept nogil:
    cdef int64_t slot
    cdef int32_t page = deal.first[part]
    while page >= 0:
        for slot in range(<int64_t>page << PAGE_BITS, _end_of_page(deal, part, page)):
            table[deal.rests[slot]] += 1
        page = deal.following[page]


cdef void _add_many(Deal *deal, int64_t part, uint64_t *table) noexcept nogil:
    cdef uint16_t counts[1 << REST_BITS]
    cdef int64_t slot, cell
    cdef int32_t page = deal.first[part]
    cdef int pages
    while page >= 0:
        memset(counts, 0, sizeof(counts))
        pages = 0
        while page >= 0 and pages < MOST_PAGES:
            for slot in range(<int64_t>page << PAGE_BITS, _end_of_page(deal, part, page)):
                counts[deal.rests[slot]] += 1
            page = deal.following[page]
            pages += 1
        for cell in range(1 << REST_BITS):
            table[cell] += counts[cell]


cdef int _open(Deal *deal, int64_t parts, int64_t windows) except -1:
    cdef int64_t part
    cdef int64_t pages = parts + (windows >> PAGE_BITS) + 1
    deal.rests = <uint16_t *>malloc(pages * PAGE * sizeof(uint16_t))
    deal.following = <int32_t *>malloc(pages * sizeof(int32_t))
    deal.first = <int32_t *>malloc(parts * sizeof(int32_t))
    deal.free_slot = <int64_t *>malloc(parts * sizeof(int64_t))
    if deal.rests == NULL or deal.following == NULL or deal.first == NULL or deal.free_slot == NULL:
        _close(deal)
        raise MemoryError(f"no room to sort the {windows} windows of a block: choose smaller blocks")
    for part in range(parts):
        deal.first[part] = <int32_t>part
        deal.following[part] = -1
        deal.free_slot[part] = part << PAGE_BITS
    deal.pages = <int32_t>parts
    return 0


cdef void _close(Deal *deal) noexcept:
    free(deal.rests)
    free(deal.following)
    free(deal.first)
    free(deal.free_slot)
