# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The kernels: pure loops into the caller's buffers, contracts in `gsynth.plugins.interfaces`."""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t


def count(
    const uint8_t[::1] codes,
    const int64_t[::1] edges,
    const int32_t[::1] strata,
    int order,
    uint64_t[:, :, ::1] out,
):
    """Add the windows to `out`, return how many hold a 4."""
    cdef int64_t with_n
    with nogil:
        with_n = _count(codes, edges, strata, order, out)
    return with_n


cdef int64_t _count(
    const uint8_t[::1] codes,
    const int64_t[::1] edges,
    const int32_t[::1] strata,
    int order,
    uint64_t[:, :, ::1] out,
) noexcept nogil:
    cdef uint32_t mask = (<uint32_t>1 << (2 * order + 2)) - 1
    cdef uint32_t word = 0
    cdef int bad = 0
    cdef int stratum
    cdef int64_t i, run, with_n = 0
    cdef uint8_t code
    for i in range(order):
        code = codes[i]
        word = (word << 2) | (code & 3)
        bad = order + 1 if code > 3 else bad - (bad > 0)
    for run in range(strata.shape[0]):
        stratum = strata[run]
        for i in range(edges[run], edges[run + 1]):
            code = codes[i + order]
            word = ((word << 2) | (code & 3)) & mask
            bad = order + 1 if code > 3 else bad - (bad > 0)
            if bad:
                with_n += stratum >= -1
            elif stratum >= 0:
                out[stratum, word >> 2, word & 3] += 1
    return with_n


def sample(
    uint8_t[::1] codes,
    const int64_t[::1] edges,
    const int32_t[::1] strata,
    const uint32_t[::1] uniforms,
    int order,
    const uint32_t[:, :, ::1] thresholds,
):
    """Fill the free cells of `codes`, left to right."""
    with nogil:
        _sample(codes, edges, strata, uniforms, order, thresholds)


cdef void _sample(
    uint8_t[::1] codes,
    const int64_t[::1] edges,
    const int32_t[::1] strata,
    const uint32_t[::1] uniforms,
    int order,
    const uint32_t[:, :, ::1] thresholds,
) noexcept nogil:
    cdef uint32_t mask = (<uint32_t>1 << (2 * order)) - 1
    cdef uint32_t context = 0
    cdef Py_ssize_t uniform = thresholds.shape[0] - 1
    cdef Py_ssize_t stratum, table
    cdef int bad = 0
    cdef int64_t i, run
    cdef uint32_t number
    cdef uint8_t code
    for i in range(order):
        code = codes[i]
        context = (context << 2) | (code & 3)
        bad = order if code > 3 else bad - (bad > 0)
    for run in range(strata.shape[0]):
        stratum = strata[run] if strata[run] >= 0 else uniform
        for i in range(edges[run], edges[run + 1]):
            code = codes[i + order]
            if code == 255:
                table = uniform if bad else stratum
                number = uniforms[i]
                code = (
                    (number >= thresholds[table, context, 0])
                    + (number >= thresholds[table, context, 1])
                    + (number >= thresholds[table, context, 2])
                )
                codes[i + order] = code
            context = ((context << 2) | (code & 3)) & mask
            bad = order if code > 3 else bad - (bad > 0)
