# Shuffling; the tours are in C, where several advance at once in registers.

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free

cdef extern from "_shuffle.h" nogil:
    enum:
        TOURS "GSYNTH_TOURS"

    ctypedef struct gsynth_tour:
        int32_t *exits
        uint8_t *last

    ctypedef struct gsynth_shuffle:
        uint8_t *codes
        const int64_t *starts
        const int64_t *ends
        const uint64_t *keys
        const uint64_t *gammas
        const int64_t *positions
        int64_t runs
        int order
        uint32_t mask
        uint32_t *joined
        uint32_t run
        gsynth_tour tours[TOURS]

    void gsynth_shuffle_runs(gsynth_shuffle *work) noexcept


def shuffle(
    uint8_t[::1] codes,
    const int64_t[::1] starts,
    const int64_t[::1] ends,
    const uint64_t[::1] keys,
    const uint64_t[::1] gammas,
    const int64_t[::1] positions,
    int order,
):
    """Shuffle the runs of a block."""
    cdef gsynth_shuffle work
    cdef size_t vertices = <size_t>1 << (2 * order)
    cdef int32_t *exits
    cdef uint8_t *last
    cdef int j
    if starts.shape[0] == 0 or codes.shape[0] == 0:
        return
    work.codes, work.starts, work.ends = &codes[0], &starts[0], &ends[0]
    work.keys, work.gammas, work.positions = &keys[0], &gammas[0], &positions[0]
    work.runs, work.order, work.mask, work.run = starts.shape[0], order, vertices - 1, 0
    work.joined = <uint32_t *>calloc(vertices, sizeof(uint32_t))
    exits = <int32_t *>calloc(TOURS * vertices * 4, sizeof(int32_t))
    last = <uint8_t *>calloc(TOURS * vertices, 1)
    try:
        if work.joined == NULL or exits == NULL or last == NULL:
            raise MemoryError(f"not enough memory to shuffle words of {order + 1} letters")
        for j in range(TOURS):
            work.tours[j].exits = exits + 4 * vertices * j
            work.tours[j].last = last + vertices * j
        with nogil:
            gsynth_shuffle_runs(&work)
    finally:
        free(work.joined)
        free(exits)
        free(last)
