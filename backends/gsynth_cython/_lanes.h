/* The one loop in which sampling spends its time, made once for each kind of block.
 *
 * Lanes advance in turn by one window each. `lanes`, `has_fixed` and `prefetch` are constants at every call, so each
 * copy has its lanes unrolled and no tests left.
 */
#ifndef GSYNTH_LANES_H
#define GSYNTH_LANES_H

#include <stdint.h>

#include "_compiler.h"

#define GSYNTH_FREE 255
#define GSYNTH_TILE_CELLS 3072 /* windows of all lanes together: numbers and rows stay in the first-level cache */

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
    int prefetch)
{
    const int width = GSYNTH_TILE_CELLS / lanes;
    for (int64_t step = 0; step < steps; step++, cells++) {
        GSYNTH_UNROLL
        for (int i = 0; i < lanes; i++) {
            const uint32_t number = numbers[i * width + step];
            const uint32_t context = contexts[i];
            const uint32_t row = rows[i * width + step];
            const uint32_t *t = thresholds + 3 * (uint64_t)(row + context);
            uint32_t code = (number >= t[0]) + (number >= t[1]) + (number >= t[2]);
            uint32_t next;
            if (has_fixed) {
                const uint32_t given = cells[i * lane];
                code = given == GSYNTH_FREE ? code : given;
            }
            cells[i * lane] = (uint8_t)code;
            next = ((context << 2) | (has_fixed ? code & 3 : code)) & mask;
            contexts[i] = next;
            if (prefetch) {
                /* The rows that may follow the next one lie side by side: 48 bytes in one line or two. */
                const uint32_t *after = thresholds + 3 * (uint64_t)(row + ((next << 2) & mask));
                GSYNTH_PREFETCH(after);
                GSYNTH_PREFETCH(after + 11);
            }
        }
    }
}

#define GSYNTH_FEW 8   /* lanes where the tables are in the cache: enough to hide its latency */
#define GSYNTH_MANY 32 /* where they are not: enough to hide the memory's, two turns ahead */

typedef void (*gsynth_kind)(uint8_t *, int64_t, int64_t, const uint32_t *, const uint32_t *, uint32_t *,
                            const uint32_t *, uint32_t);

#define GSYNTH_KIND(name, lanes, has_fixed, prefetch)                                                                  \
    static void name(uint8_t *cells, int64_t lane, int64_t steps, const uint32_t *numbers, const uint32_t *rows,       \
                     uint32_t *contexts, const uint32_t *thresholds, uint32_t mask)                                    \
    {                                                                                                                  \
        gsynth_advance(cells, lane, steps, numbers, rows, contexts, thresholds, mask, lanes, has_fixed, prefetch);     \
    }

GSYNTH_KIND(gsynth_few_free, GSYNTH_FEW, 0, 0)
GSYNTH_KIND(gsynth_few_fixed, GSYNTH_FEW, 1, 0)
GSYNTH_KIND(gsynth_many_free, GSYNTH_MANY, 0, 1)
GSYNTH_KIND(gsynth_many_fixed, GSYNTH_MANY, 1, 1)

#endif
