# Scoring. Runs are cut into chunks as for counting, and each chunk at the edges of the cells; the rolling word goes on
# from one cell to the next, so that cells of a single base cost little more than wide ones.
#
# A chunk without N is added up without a branch for IMPOSSIBLE: its occurrences are counted, and subtracted from the
# sum again. Counting them takes a considerable part of the time, so a table that is small compared with the block is
# first searched for them.

from libc.stdint cimport INT32_MIN, int32_t, int64_t, uint8_t, uint32_t


cdef struct Cells:
    const int64_t *cuts
    int64_t *sums
    int32_t *left_out  # four of each cell
    int64_t cell  # that of the next window, or an empty one before it
    bint any_impossible  # whether the table may hold IMPOSSIBLE


def score(
    const uint8_t[::1] codes,
    const int64_t[::1] edges,
    const int32_t[::1] strata,
    const int64_t[::1] cuts,
    int order,
    const int32_t[:, :, ::1] logs,
    int64_t[::1] sums,
    int32_t[:, ::1] left_out,
):
    """Add the logarithms of the windows to the sums of their cells, and count what is left out."""
    cdef Cells cells
    cdef int64_t size = logs.shape[0] * logs.shape[1] * 4
    if codes.shape[0] <= order:
        return
    cells.cuts, cells.sums, cells.left_out, cells.cell = &cuts[0], &sums[0], &left_out[0, 0], 0
    with nogil:
        cells.any_impossible = size > codes.shape[0] or _holds_impossible(&logs[0, 0, 0], size)
        _score(&codes[0], &edges[0], &strata[0], strata.shape[0], order, &logs[0, 0, 0], &cells)


cdef void _score(
    const uint8_t *codes,
    const int64_t *edges,
    const int32_t *strata,
    int64_t runs,
    int order,
    const int32_t *logs,
    Cells *cells,
) noexcept nogil:
    cdef int64_t run, start, end
    cdef const int32_t *table
    for run in range(runs):
        if strata[run] < -1:
            continue
        # For a stratum without a table no logarithm is read; 0 only keeps the pointer valid.
        table = logs + (strata[run] * (<int64_t>1 << (2 * order + 2)) if strata[run] >= 0 else 0)
        start = edges[run]
        while start < edges[run + 1]:
            end = min(start + CHUNK, edges[run + 1])
            _find_cell(cells, start)
            if _holds_n(codes + start, end - start + order):
                _score_around_n(codes, start, end, order, table, strata[run] >= 0, cells)
            elif strata[run] >= 0:
                # Two copies, because the last argument is a constant when they are compiled.
                if cells.any_impossible:
                    _score_clean(codes, start, end, order, table, cells, 1)
                else:
                    _score_clean(codes, start, end, order, table, cells, 0)
            else:
                _leave_out(start, end, 2, cells)
            start = end


cdef inline bint _holds_impossible(const int32_t *logs, int64_t size) noexcept nogil:
    cdef int32_t least = 0
    cdef int64_t i
    for i in range(size):
        least = min(least, logs[i])
    return least == INT32_MIN


cdef inline void _find_cell(Cells *cells, int64_t window) noexcept nogil:
    """Move on to the cell of a window. Cells of masked runs are skipped, one by one, so each costs one step."""
    while cells.cuts[cells.cell + 1] <= window:
        cells.cell += 1


cdef inline void _leave_out(int64_t start, int64_t end, int column, Cells *cells) noexcept nogil:
    cdef int64_t stop
    while start < end:
        _find_cell(cells, start)
        stop = min(end, cells.cuts[cells.cell + 1])
        cells.left_out[4 * cells.cell + column] += <int32_t>(stop - start)
        start = stop


cdef inline void _score_clean(
    const uint8_t *codes, int64_t start, int64_t end, int order, const int32_t *table, Cells *cells, bint any_impossible
) noexcept nogil:
    cdef uint32_t mask = (<uint32_t>1 << (2 * order + 2)) - 1
    cdef uint32_t word = _word(codes + start, order)
    cdef const uint8_t *bases = codes + order
    cdef int64_t i, stop, fours, total, other
    cdef int32_t impossible, first, second, third, fourth
    while start < end:
        _find_cell(cells, start)
        stop = min(end, cells.cuts[cells.cell + 1])
        total, other, impossible = 0, 0, 0
        fours = start + ((stop - start) & ~<int64_t>3)
        for i in range(start, fours, 4):
            word = (word << 8) | _four(bases + i)
            first, second = table[(word >> 6) & mask], table[(word >> 4) & mask]
            third, fourth = table[(word >> 2) & mask], table[word & mask]
            total += <int64_t>first + second
            other += <int64_t>third + fourth
            if any_impossible:
                impossible += (first == INT32_MIN) + (second == INT32_MIN)
                impossible += (third == INT32_MIN) + (fourth == INT32_MIN)
        for i in range(fours, stop):
            word = (word << 2) | bases[i]
            first = table[word & mask]
            total += first
            if any_impossible:
                impossible += first == INT32_MIN
        cells.sums[cells.cell] += total + other - impossible * <int64_t>INT32_MIN
        if any_impossible:
            cells.left_out[4 * cells.cell + 3] += impossible
        start = stop


cdef void _score_around_n(
    const uint8_t *codes, int64_t start, int64_t end, int order, const int32_t *table, bint has_table, Cells *cells
) noexcept nogil:
    cdef uint32_t mask = (<uint32_t>1 << (2 * order + 2)) - 1
    cdef uint32_t word = 0
    cdef int64_t i, bad_until = start - 1  # last window whose context holds the last 4 seen
    cdef int32_t found
    for i in range(start - order, end):
        word = (word << 2) | (codes[i + order] & 3)
        if i >= start:
            _find_cell(cells, i)
            if codes[i + order] > 3:
                cells.left_out[4 * cells.cell] += 1
            elif i <= bad_until:
                cells.left_out[4 * cells.cell + 1] += 1
            elif not has_table:
                cells.left_out[4 * cells.cell + 2] += 1
            else:
                found = table[word & mask]
                if found == INT32_MIN:
                    cells.left_out[4 * cells.cell + 3] += 1
                else:
                    cells.sums[cells.cell] += found
        if codes[i + order] > 3:
            bad_until = i + order
