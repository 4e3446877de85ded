/* Where a word begins, many positions at a time. */
#ifndef GSYNTH_FIND_H
#define GSYNTH_FIND_H

#include <stdint.h>
#include <string.h>

#include "_compiler.h"

#define GSYNTH_FIND_MOST 2048 /* positions looked at in one call */
#define GSYNTH_FIND_LETTERS 4 /* letters compared; few positions that match these do not match the whole word */

/* Bits for 64 bytes that are 0 or 1, the first one the least significant. */
GSYNTH_ALWAYS_INLINE uint64_t gsynth_gather(const uint8_t *marks)
{
    uint64_t bits = 0;
    for (int j = 0; j < 8; j++) {
        uint64_t eight;
        memcpy(&eight, marks + 8 * j, 8);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        eight = __builtin_bswap64(eight);
#endif
        bits |= ((eight * 0x0102040810204080u) >> 56) << (8 * j);
    }
    return bits;
}

GSYNTH_ALWAYS_INLINE int gsynth_lowest(uint64_t bits)
{
#if GSYNTH_GNU
    return __builtin_ctzll(bits);
#else
    int at = 0;
    while (!(bits >> at & 1))
        at++;
    return at;
#endif
}

/* Writes the positions below `size` (at most GSYNTH_FIND_MOST) at which the first `letters` letters of `word` are found
 * to `found`, and returns their number. Reads `letters` - 1 bases beyond `size`. */
GSYNTH_BYTE_CLONES
static int gsynth_find(const uint8_t *bases, int64_t size, const uint8_t *word, int letters, int32_t *found)
{
    uint8_t marks[GSYNTH_FIND_MOST + 64];
    int count = 0;
    for (int64_t i = 0; i < size; i++)
        marks[i] = bases[i] == word[0];
    for (int j = 1; j < letters; j++) {
        const uint8_t letter = word[j];
        for (int64_t i = 0; i < size; i++)
            marks[i] &= bases[i + j] == letter;
    }
    memset(marks + size, 0, 64);
    for (int64_t i = 0; i < size; i += 64) {
        uint64_t bits = gsynth_gather(marks + i);
        while (bits) {
            found[count++] = (int32_t)(i + gsynth_lowest(bits));
            bits &= bits - 1;
        }
    }
    return count;
}

#endif
