/* The one loop in which sampling spends its time, made once for each kind of block.
 *
 * Lanes advance in turn by one window each. `lanes`, `has_fixed`, `prefetch` and `wide` are constants at every call, so
 * each copy has its lanes unrolled and no tests left.
 */
#ifndef GSYNTH_LANES_H
#define GSYNTH_LANES_H

#include <stdint.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "_compiler.h"

#define GSYNTH_FREE 255
#define GSYNTH_FEW 8   /* lanes where the tables are in the cache: enough to hide its latency */
#define GSYNTH_MANY 32 /* where they are not: enough to hide the memory's, two turns ahead */
#define GSYNTH_TILE_CELLS 3072 /* windows of all lanes together: numbers and rows stay in the first-level cache */

/* The base that `number` draws from the three thresholds of a row.
 *
 * With `wide` they are read as one vector, together with the first threshold of the row behind: a third less work. Both
 * sides are at most 2**31, so the sign of number - threshold tells which is larger, modulo 2**32 too; thresholds do
 * not fall, so the lowest sign bit that is set counts the ones that are not above the number.
 */
GSYNTH_ALWAYS_INLINE uint32_t gsynth_draw(const uint32_t *row, uint32_t number, int wide)
{
#if defined(__SSE2__) && defined(__GNUC__)
    if (wide) {
        const __m128i above = _mm_sub_epi32(_mm_set1_epi32((int)number), _mm_loadu_si128((const __m128i *)row));
        return (uint32_t)__builtin_ctz((unsigned)_mm_movemask_ps(_mm_castsi128_ps(above)) | 8u);
    }
#endif
    (void)wide;
    return (number >= row[0]) + (number >= row[1]) + (number >= row[2]);
}

/* Whether `rows` rows may be read wide: 4 bytes behind the last one are in memory if they are in its page. */
static inline int gsynth_may_read_wide(const uint32_t *thresholds, int64_t rows)
{
#if defined(__SSE2__) && defined(__GNUC__)
    return ((uintptr_t)(thresholds + 3 * rows) & 4095) != 0;
#else
    (void)thresholds, (void)rows;
    return 0;
#endif
}

GSYNTH_ALWAYS_INLINE void gsynth_advance(
    uint8_t *cells,             /* where the first lane's next base goes; the others follow at `lane` cells */
    int64_t lane,
    int64_t steps,
    const uint32_t *numbers,    /* [lanes][TILE_CELLS / lanes] */
    const uint32_t *rows,       /* likewise: where the window's table begins, in contexts */
    uint32_t *contexts,         /* [lanes] */
    const uint32_t *thresholds,
    uint32_t mask,
    int lanes,
    int has_fixed,
    int prefetch,
    int wide)
{
    const int width = GSYNTH_TILE_CELLS / lanes;
    uint32_t now[GSYNTH_MANY]; /* cells are bytes, which may alias anything but what never leaves this function */
    for (int i = 0; i < lanes; i++)
        now[i] = contexts[i];
    for (int64_t step = 0; step < steps; step++, cells++) {
        GSYNTH_UNROLL
        for (int i = 0; i < lanes; i++) {
            const uint32_t number = numbers[i * width + step];
            const uint32_t row = rows[i * width + step];
            uint32_t code = gsynth_draw(thresholds + 3 * (uint64_t)(row + now[i]), number, wide);
            uint32_t next;
            if (has_fixed) {
                const uint32_t given = cells[i * lane];
                code = given == GSYNTH_FREE ? code : given;
            }
            cells[i * lane] = (uint8_t)code;
            next = ((now[i] << 2) | (has_fixed ? code & 3 : code)) & mask;
            now[i] = next;
            if (prefetch) {
                /* The rows that may follow the next one lie side by side: 48 bytes in one line or two. */
                const uint32_t *after = thresholds + 3 * (uint64_t)(row + ((next << 2) & mask));
                GSYNTH_PREFETCH(after);
                GSYNTH_PREFETCH(after + 11);
            }
        }
    }
    for (int i = 0; i < lanes; i++)
        contexts[i] = now[i];
}

typedef void (*gsynth_kind)(uint8_t *, int64_t, int64_t, const uint32_t *, const uint32_t *, uint32_t *,
                            const uint32_t *, uint32_t);

#define GSYNTH_KIND(name, lanes, has_fixed, prefetch, wide)                                                            \
    static void name(uint8_t *cells, int64_t lane, int64_t steps, const uint32_t *numbers, const uint32_t *rows,       \
                     uint32_t *contexts, const uint32_t *thresholds, uint32_t mask)                                    \
    {                                                                                                                  \
        gsynth_advance(cells, lane, steps, numbers, rows, contexts, thresholds, mask, lanes, has_fixed, prefetch,      \
                       wide);                                                                                          \
    }

GSYNTH_KIND(gsynth_few_free, GSYNTH_FEW, 0, 0, 0)
GSYNTH_KIND(gsynth_few_fixed, GSYNTH_FEW, 1, 0, 0)
GSYNTH_KIND(gsynth_many_free, GSYNTH_MANY, 0, 1, 0)
GSYNTH_KIND(gsynth_many_fixed, GSYNTH_MANY, 1, 1, 0)
GSYNTH_KIND(gsynth_few_free_wide, GSYNTH_FEW, 0, 0, 1)
GSYNTH_KIND(gsynth_few_fixed_wide, GSYNTH_FEW, 1, 0, 1)
GSYNTH_KIND(gsynth_many_free_wide, GSYNTH_MANY, 0, 1, 1)
GSYNTH_KIND(gsynth_many_fixed_wide, GSYNTH_MANY, 1, 1, 1)

static inline gsynth_kind gsynth_choose(int many, int has_fixed, int wide)
{
    static const gsynth_kind kinds[8] = {
        gsynth_few_free,      gsynth_few_fixed,      gsynth_many_free,      gsynth_many_fixed,
        gsynth_few_free_wide, gsynth_few_fixed_wide, gsynth_many_free_wide, gsynth_many_fixed_wide,
    };
    return kinds[4 * (wide != 0) + 2 * (many != 0) + (has_fixed != 0)];
}

#endif
