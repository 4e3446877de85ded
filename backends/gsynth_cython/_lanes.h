/* The loop in which sampling spends most of its time, compiled once for each kind of block.
 *
 * Lanes advance in turn by one window each. All but the first six arguments of `gsynth_advance` are constants at every
 * call, so each copy has its lanes unrolled and no tests left. Contexts are kept in `unit`s and cut to k bases only
 * where a row is looked up; so the low bits of `out` hold the draw, and the higher ones earlier draws.
 */
#ifndef GSYNTH_LANES_H
#define GSYNTH_LANES_H

#include <stdint.h>

#include "_compiler.h"

#if GSYNTH_SSE2
#define GSYNTH_VECTOR_ROWS 1
#include <emmintrin.h>
#else
#define GSYNTH_VECTOR_ROWS 0
#endif

#define GSYNTH_FREE 255
#define GSYNTH_FEW 12  /* lanes for tables that, packed, fit the cache: enough to hide its latency */
#define GSYNTH_MANY 32 /* lanes for larger ones: enough to hide the latency of memory, two turns ahead */
#define GSYNTH_TILE_CELLS 3072 /* windows of all lanes together: numbers and rows stay in the first-level cache */

typedef struct {
    uint32_t numbers[GSYNTH_TILE_CELLS];   /* [lanes][TILE_CELLS / lanes] */
    uint32_t rows[GSYNTH_TILE_CELLS];      /* likewise: where the window's table begins, in contexts times the unit */
    uint8_t out[GSYNTH_TILE_CELLS];        /* likewise: the draws */
    uint32_t contexts[GSYNTH_MANY];        /* of each lane, in bases */
} gsynth_tile;

/* Rows prepared to be read as vectors: each threshold minus one, and a last number that none exceeds. Both sides are
 * then below 2**31, so that the comparison may be signed, the only kind that older processors have. */
static void gsynth_pack_rows(const uint32_t *thresholds, int64_t rows, int32_t *packed)
{
    int64_t row = 0;
#if GSYNTH_VECTOR_ROWS
    const __m128i three = _mm_set_epi32(0, -1, -1, -1), last = _mm_set_epi32(INT32_MAX, 0, 0, 0);
    for (; row + 1 < rows; row++) { /* the last row is read separately: nothing may lie behind it */
        const __m128i four = _mm_loadu_si128((const __m128i *)(thresholds + 3 * row));
        const __m128i less = _mm_add_epi32(four, _mm_set1_epi32(-1));
        _mm_store_si128((__m128i *)(packed + 4 * row), _mm_or_si128(_mm_and_si128(less, three), last));
    }
#endif
    for (; row < rows; row++) {
        for (int i = 0; i < 3; i++)
            packed[4 * row + i] = (int32_t)(thresholds[3 * row + i] - 1);
        packed[4 * row + 3] = INT32_MAX;
    }
}

/* Four times the base that `number` draws: each threshold below it adds the four bytes of a comparison that holds. */
GSYNTH_ALWAYS_INLINE uint32_t gsynth_draw_packed(const int32_t *row, uint32_t number, int counts_bits)
{
#if GSYNTH_VECTOR_ROWS
    const __m128i reached = _mm_cmpgt_epi32(_mm_set1_epi32((int)number), _mm_load_si128((const __m128i *)row));
    const unsigned bytes = (unsigned)_mm_movemask_epi8(reached);
    /* Thresholds never decrease, so the set bits are the lowest ones. */
    return (uint32_t)(counts_bits ? __builtin_popcount(bytes) : __builtin_ctz(~bytes));
#else
    (void)counts_bits;
    return 4u * (((int32_t)number > row[0]) + ((int32_t)number > row[1]) + ((int32_t)number > row[2]));
#endif
}

GSYNTH_ALWAYS_INLINE void gsynth_advance(
    gsynth_tile *tile,
    const uint8_t *cells,  /* the first lane's cells as given; the others follow at `lane` cells */
    int64_t lane,
    int64_t steps,
    const void *table,     /* of few lanes int32[rows][4], packed; else uint32[rows][3] */
    uint32_t mask,         /* of a context in bases */
    int lanes,
    int has_fixed,
    int one_table,         /* all rows are those of one table */
    int counts_bits)
{
    const int width = GSYNTH_TILE_CELLS / lanes, packed = lanes == GSYNTH_FEW;
    const uint32_t unit = packed ? 4 : 1, cut = mask * unit;
    uint32_t now[GSYNTH_MANY];
    for (int i = 0; i < lanes; i++)
        now[i] = tile->contexts[i] * unit;
    for (int64_t step = 0; step < steps; step++) {
        GSYNTH_UNROLL
        for (int i = 0; i < lanes; i++) {
            const uint32_t number = tile->numbers[i * width + step];
            const uint32_t at = tile->rows[one_table ? 0 : i * width + step] + (now[i] & cut);
            uint32_t next;
            if (packed) {
                next = gsynth_draw_packed((const int32_t *)table + (uint64_t)at, number, counts_bits);
            } else {
                const uint32_t *row = (const uint32_t *)table + 3 * (uint64_t)at;
                next = (uint32_t)(number >= row[0]) + (number >= row[1]) + (number >= row[2]);
            }
            if (has_fixed) {
                const uint32_t given = cells[i * lane + step];
                next = given == GSYNTH_FREE ? next : (given & 3) * unit;
            }
            next += now[i] * 4;
            GSYNTH_SCALAR(next);
            tile->out[i * width + step] = (uint8_t)next;
            now[i] = next;
            if (!packed) {
                /* The four rows that may come after the next one are adjacent: 48 bytes, in one cache line or two. */
                const uint32_t *after =
                    (const uint32_t *)table + 3 * (uint64_t)(tile->rows[i * width + step] + ((next << 2) & cut));
                GSYNTH_PREFETCH(after);
                GSYNTH_PREFETCH(after + 11);
            }
        }
    }
    for (int i = 0; i < lanes; i++)
        tile->contexts[i] = (now[i] / unit) & mask;
}

/* Writes the draws as codes; fixed cells stay as they are. */
GSYNTH_BYTE_CLONES
static void gsynth_settle_cells(uint8_t *cells, const uint8_t *out, int64_t size, int packed)
{
    if (packed) {
        GSYNTH_INDEPENDENT
        for (int64_t i = 0; i < size; i++)
            cells[i] = cells[i] == GSYNTH_FREE ? (out[i] >> 2) & 3 : cells[i];
    } else {
        GSYNTH_INDEPENDENT
        for (int64_t i = 0; i < size; i++)
            cells[i] = cells[i] == GSYNTH_FREE ? out[i] & 3 : cells[i];
    }
}

GSYNTH_BYTE_CLONES
static int gsynth_all_free(const uint8_t *cells, int64_t size)
{
    uint8_t every = GSYNTH_FREE;
    for (int64_t i = 0; i < size; i++)
        every &= cells[i];
    return every == GSYNTH_FREE;
}

typedef void (*gsynth_kind)(gsynth_tile *, const uint8_t *, int64_t, int64_t, const void *, uint32_t);

#define GSYNTH_KIND(name, attributes, lanes, has_fixed, one_table, counts_bits)                                        \
    attributes static void name(gsynth_tile *tile, const uint8_t *cells, int64_t lane, int64_t steps,                  \
                                const void *table, uint32_t mask)                                                      \
    {                                                                                                                  \
        gsynth_advance(tile, cells, lane, steps, table, mask, lanes, has_fixed, one_table, counts_bits);               \
    }

GSYNTH_KIND(gsynth_many_free, , GSYNTH_MANY, 0, 0, 0)
GSYNTH_KIND(gsynth_many_fixed, , GSYNTH_MANY, 1, 0, 0)
GSYNTH_KIND(gsynth_few_free, , GSYNTH_FEW, 0, 0, 0)
GSYNTH_KIND(gsynth_few_fixed, , GSYNTH_FEW, 1, 0, 0)
GSYNTH_KIND(gsynth_few_one, , GSYNTH_FEW, 0, 1, 0)
#if GSYNTH_WIDER
#define GSYNTH_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))
GSYNTH_KIND(gsynth_few_free_avx2, GSYNTH_AVX2, GSYNTH_FEW, 0, 0, 1)
GSYNTH_KIND(gsynth_few_fixed_avx2, GSYNTH_AVX2, GSYNTH_FEW, 1, 0, 1)
GSYNTH_KIND(gsynth_few_one_avx2, GSYNTH_AVX2, GSYNTH_FEW, 0, 1, 1)
#endif

static int gsynth_has_avx2(void)
{
#if GSYNTH_WIDER
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
           __builtin_cpu_supports("popcnt");
#else
    return 0;
#endif
}

static gsynth_kind gsynth_choose(int lanes, int has_fixed, int one_table)
{
    if (lanes == GSYNTH_MANY)
        return has_fixed ? gsynth_many_fixed : gsynth_many_free;
#if GSYNTH_WIDER
    if (gsynth_has_avx2())
        return has_fixed ? gsynth_few_fixed_avx2 : one_table ? gsynth_few_one_avx2 : gsynth_few_free_avx2;
#endif
    return has_fixed ? gsynth_few_fixed : one_table ? gsynth_few_one : gsynth_few_free;
}

#endif
