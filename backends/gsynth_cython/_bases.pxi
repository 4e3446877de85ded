# Bases as they are read and written.

from libc.stdint cimport int64_t, uint8_t

cdef extern from "_bases.h" nogil:
    int64_t gsynth_encode(const uint8_t *bases, uint8_t *codes, int64_t size) noexcept
    void gsynth_compose(const uint8_t *bases, const int64_t *edges, int64_t windows, int64_t *counts) noexcept
    void gsynth_decode(const uint8_t *codes, uint8_t *bases, int64_t size) noexcept


def encode(const uint8_t[::1] bases, uint8_t[::1] out):
    """Write the codes of ASCII bases, return how many are 4."""
    cdef int64_t unknown = 0
    if bases.shape[0]:
        with nogil:
            unknown = gsynth_encode(&bases[0], &out[0], bases.shape[0])
    return unknown


def decode(const uint8_t[::1] codes, uint8_t[::1] out):
    """Write the ASCII bases of codes."""
    if codes.shape[0]:
        with nogil:
            gsynth_decode(&codes[0], &out[0], codes.shape[0])


def compose(const uint8_t[::1] bases, const int64_t[::1] edges, int64_t[:, ::1] out):
    """Write how many A, C, G and T each window holds."""
    cdef const uint8_t *first = &bases[0] if bases.shape[0] else NULL
    if out.shape[0]:
        with nogil:
            gsynth_compose(first, &edges[0], out.shape[0], &out[0, 0])
