/* The stream's mixing function, two numbers at a time, in the widest vectors that the machine has. */
#ifndef GSYNTH_STREAM_H
#define GSYNTH_STREAM_H

#include <stdint.h>
#include <string.h>

#include "_compiler.h"

static inline uint64_t gsynth_mix_word(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static inline uint64_t gsynth_mix(uint64_t key, uint64_t gamma, uint64_t pair)
{
    return gsynth_mix_word(key + (pair + 1) * gamma);
}

/* The numbers of `pairs` pairs of positions from `pair` on, low half first. */
GSYNTH_STREAM_CLONES
static void gsynth_mix_pairs(uint64_t key, uint64_t gamma, uint64_t pair, int64_t pairs, uint32_t *numbers)
{
    /* Adding gamma each time can be vectorised by compilers; multiplying cannot. */
    uint64_t counter = key + (pair + 1) * gamma;
    for (int64_t i = 0; i < pairs; i++, counter += gamma) {
        uint64_t both = (gsynth_mix_word(counter) >> 1) & 0x7FFFFFFF7FFFFFFFu;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        both = (both << 32) | (both >> 32);
#endif
        memcpy(numbers + 2 * i, &both, sizeof both);
    }
}

#endif
