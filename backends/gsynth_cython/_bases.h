/* ASCII bases to codes and back, as gsynth.alphabet does: arithmetic without branches, for the compiler's vectors. */
#ifndef GSYNTH_BASES_H
#define GSYNTH_BASES_H

#include <stdint.h>
#include <string.h>

#include "_compiler.h"

#define GSYNTH_BASES_STRIDE 192 /* at most 255: what a stride holds is counted in bytes */

/* A, C, E, G, I by doubling; then E becomes G, and G becomes T. */
GSYNTH_ALWAYS_INLINE uint8_t gsynth_letter(uint8_t code)
{
    return (uint8_t)('A' + 2 * code + (code == 2 ? 'G' - 'E' : 0) + (code == 3 ? 'T' - 'G' : 0));
}

GSYNTH_ALWAYS_INLINE int64_t gsynth_encode_stride(const uint8_t *bases, uint8_t *codes, int64_t size)
{
    uint8_t unknown = 0;
    GSYNTH_INDEPENDENT
    for (int64_t i = 0; i < size; i++) {
        /* Bits 1 and 2 of the letter distinguish A, C, T, G as 0, 1, 2, 3; the exclusive or puts G before T. */
        const uint8_t upper = bases[i] & 0xDF;
        const uint8_t pair = (upper >> 1) & 3;
        const uint8_t code = pair ^ (pair >> 1);
        const uint8_t known = upper == gsynth_letter(code);
        codes[i] = known ? code : 4;
        unknown += !known;
    }
    return unknown;
}

GSYNTH_BYTE_CLONES
static int64_t gsynth_encode(const uint8_t *bases, uint8_t *codes, int64_t size)
{
    int64_t unknown = 0, i = 0;
    for (; i + GSYNTH_BASES_STRIDE <= size; i += GSYNTH_BASES_STRIDE)
        unknown += gsynth_encode_stride(bases + i, codes + i, GSYNTH_BASES_STRIDE);
    return unknown + gsynth_encode_stride(bases + i, codes + i, size - i);
}

GSYNTH_ALWAYS_INLINE void gsynth_compose_stride(const uint8_t *bases, int64_t size, int64_t *counts)
{
    uint8_t a = 0, c = 0, g = 0, t = 0;
    for (int64_t i = 0; i < size; i++) {
        const uint8_t upper = bases[i] & 0xDF;
        a += upper == 'A';
        c += upper == 'C';
        g += upper == 'G';
        t += upper == 'T';
    }
    counts[0] += a;
    counts[1] += c;
    counts[2] += g;
    counts[3] += t;
}

/* A, C, G and T of each of `windows` windows, int64[windows][4]; `bases` is the one at edges[0]. */
GSYNTH_BYTE_CLONES
static void gsynth_compose(const uint8_t *bases, const int64_t *edges, int64_t windows, int64_t *counts)
{
    for (int64_t window = 0; window < windows; window++, counts += 4) {
        int64_t left = edges[window + 1] - edges[window];
        memset(counts, 0, 4 * sizeof *counts);
        for (; left >= GSYNTH_BASES_STRIDE; left -= GSYNTH_BASES_STRIDE, bases += GSYNTH_BASES_STRIDE)
            gsynth_compose_stride(bases, GSYNTH_BASES_STRIDE, counts);
        gsynth_compose_stride(bases, left, counts);
        bases += left;
    }
}

GSYNTH_BYTE_CLONES
static void gsynth_decode(const uint8_t *codes, uint8_t *bases, int64_t size)
{
    GSYNTH_INDEPENDENT
    for (int64_t i = 0; i < size; i++) {
        bases[i] = (uint8_t)(gsynth_letter(codes[i]) + (codes[i] == 4 ? 'N' - 'I' : 0));
    }
}

#endif
