# Tiles of a block to be sampled: the number and the table row of each window, prepared before any draw. Which contexts
# hold a 4 is known by then (4s are fixed cells), so this, too, is only a question of rows.

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.string cimport memcpy

cdef extern from "_lanes.h" nogil:
    int gsynth_all_free(const uint8_t *cells, int64_t size) noexcept

cdef extern from "_stream.h" nogil:
    uint64_t gsynth_mix(uint64_t key, uint64_t gamma, uint64_t pair) noexcept
    void gsynth_mix_pairs(
        uint64_t key, uint64_t gamma, uint64_t pair, int64_t pairs, uint32_t *numbers
    ) noexcept

cdef enum:
    TILE = 256  # windows prepared at once for a single lane
    NOT_ACGT = 4


cdef struct Block:
    uint8_t *codes
    const uint8_t *original  # the codes as given, if some cells are fixed; else NULL
    bint has_fixed
    bint has_n
    const int64_t *edges
    const int32_t *strata
    int64_t runs
    const uint32_t *uniforms  # NULL: numbers come from the streams
    const int64_t *stream_edges
    const uint64_t *keys
    const uint64_t *gammas
    const int64_t *positions
    int64_t streams
    const uint32_t *thresholds
    const int32_t *packed  # the thresholds as vectors, if that is worthwhile; else NULL
    int64_t tables  # with the uniform one
    int order


cdef struct Cursor:
    int64_t run
    int64_t stream


cdef struct Tile:
    uint32_t numbers[TILE]
    uint32_t rows[TILE]  # where the window's table begins, in contexts


cdef Cursor _cursor(Block *block, int64_t window) noexcept nogil:
    cdef Cursor cursor
    cursor.run = _segment(block.edges, block.runs, window)
    cursor.stream = 0 if block.uniforms != NULL else _segment(block.stream_edges, block.streams, window)
    return cursor


cdef int64_t _segment(const int64_t *edges, int64_t segments, int64_t window) noexcept nogil:
    """The last segment that begins at or before `window`."""
    cdef int64_t low = 0, high = segments, middle
    while high - low > 1:
        middle = (low + high) >> 1
        if edges[middle] <= window:
            low = middle
        else:
            high = middle
    return low


cdef void _prepare(
    Block *block, int64_t start, int64_t end, Cursor *cursor, uint32_t *numbers, uint32_t *rows, uint32_t unit
) noexcept nogil:
    """The numbers and, unless `rows` is NULL, rows times `unit` of windows [start, end); advances `cursor` to `end`."""
    if block.uniforms != NULL:
        memcpy(numbers, block.uniforms + start, (end - start) * sizeof(uint32_t))
    else:
        cursor.stream = _prepare_numbers(block, start, end, cursor.stream, numbers)
    if rows != NULL:
        cursor.run = _prepare_rows(block, start, end, cursor.run, rows, unit)
        if block.has_n:
            _mark_n(block, start, end, rows, unit)


cdef inline uint32_t _first_row(Block *block, int64_t stratum) noexcept nogil:
    return <uint32_t>((stratum if stratum >= 0 else block.tables - 1) << (2 * block.order))


cdef int64_t _prepare_rows(
    Block *block, int64_t start, int64_t end, int64_t run, uint32_t *rows, uint32_t unit
) noexcept nogil:
    cdef int64_t i, stop
    cdef uint32_t row
    while start < end:
        while block.edges[run + 1] <= start:
            run += 1
        stop = min(end, block.edges[run + 1])
        row = _first_row(block, block.strata[run]) * unit
        for i in range(stop - start):
            rows[i] = row
        rows += stop - start
        start = stop
    return run


cdef void _mark_n(Block *block, int64_t start, int64_t end, uint32_t *rows, uint32_t unit) noexcept nogil:
    cdef uint32_t uniform = _first_row(block, -1) * unit
    cdef int64_t i, bad_before = start  # windows before this one hold the last 4 seen
    for i in range(start, start + block.order):
        if block.codes[i] == NOT_ACGT:
            bad_before = i + 1
    if bad_before == start and gsynth_all_free(block.codes + start + block.order, end - start):
        return
    for i in range(start, end):
        if i < bad_before:
            rows[i - start] = uniform
        if block.codes[i + block.order] == NOT_ACGT:
            bad_before = i + block.order + 1


cdef int64_t _prepare_numbers(
    Block *block, int64_t start, int64_t end, int64_t stream, uint32_t *numbers
) noexcept nogil:
    cdef int64_t stop
    while start < end:
        while block.stream_edges[stream + 1] <= start:
            stream += 1
        stop = min(end, block.stream_edges[stream + 1])
        _stream_numbers(
            block.keys[stream], block.gammas[stream], block.positions[stream] + start - block.stream_edges[stream],
            stop - start, numbers,
        )
        numbers += stop - start
        start = stop
    return stream


cdef void _stream_numbers(
    uint64_t key, uint64_t gamma, int64_t position, int64_t size, uint32_t *numbers
) noexcept nogil:
    cdef uint64_t pair = <uint64_t>position >> 1
    if position & 1:
        numbers[0] = <uint32_t>(gsynth_mix(key, gamma, pair) >> 33)
        numbers += 1
        size -= 1
        pair += 1
    gsynth_mix_pairs(key, gamma, pair, size >> 1, numbers)
    if size & 1:
        numbers[size - 1] = <uint32_t>gsynth_mix(key, gamma, pair + <uint64_t>(size >> 1)) >> 1
