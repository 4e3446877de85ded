/* Sorting a short stretch of two letters, eight bases in a word, so that no branch depends on its content. */
#ifndef GSYNTH_SWAP_H
#define GSYNTH_SWAP_H

#include <stdint.h>
#include <string.h>

#include "_compiler.h"

#define GSYNTH_SWAP_BEFORE 2
#define GSYNTH_SWAP_CELLS 8 /* cells looked at: GSYNTH_SWAP_BEFORE before the position, and the rest from there on */

#define GSYNTH_ONES 0x0101010101010101u
#define GSYNTH_HIGH 0x8080808080808080u

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define GSYNTH_FROM_LITTLE(word) __builtin_bswap64(word)
#else
#define GSYNTH_FROM_LITTLE(word) (word)
#endif

/* The high bit of each byte that is `letter`. */
GSYNTH_ALWAYS_INLINE uint64_t gsynth_equal(uint64_t word, uint8_t letter)
{
    const uint64_t differs = word ^ letter * GSYNTH_ONES;
    return ~(((differs & ~GSYNTH_HIGH) + ~GSYNTH_HIGH) | differs) & GSYNTH_HIGH;
}

/* Sorts the stretch of `first` and `second` around `cells[GSYNTH_SWAP_BEFORE]`, a `first` with a `second` after it and
 * none before. Returns its end; or 0, having done nothing, if it goes on beyond the cells. */
GSYNTH_ALWAYS_INLINE int64_t gsynth_swap_short(uint8_t *cells, uint8_t first, uint8_t second)
{
    uint64_t word, firsts, seconds, others, run, inside, sorted;
    memcpy(&word, cells, sizeof word);
    word = GSYNTH_FROM_LITTLE(word);
    firsts = gsynth_equal(word, first);
    seconds = gsynth_equal(word, second);
    others = ~(firsts | seconds) & GSYNTH_HIGH & ~(uint64_t)0xFFFF;
    if (!others | ((firsts & 0x8080) == 0x8080))
        return 0;
    run = firsts >> 15 & 1;
    inside = ((others & (~others + 1)) >> 7) - 1; /* the bytes before the first of the others */
    seconds = ((seconds & inside & ~(uint64_t)0xFFFF) >> 7) * GSYNTH_ONES >> 56;
    inside &= ~(uint64_t)0 << (16 - 8 * run);
    sorted = inside & ~(~(uint64_t)0 << (16 - 8 * run + 8 * seconds));
    word = (word & ~inside) | (first * GSYNTH_ONES & inside & ~sorted) | (second * GSYNTH_ONES & sorted);
    word = GSYNTH_FROM_LITTLE(word);
    memcpy(cells, &word, sizeof word);
    return 2 - (int64_t)run + (int64_t)((inside & GSYNTH_ONES) * GSYNTH_ONES >> 56);
}

#endif
