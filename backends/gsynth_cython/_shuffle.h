/* Shuffles: random Euler tours, several at a time. The rule is that of docs/plugins/shuffle.md, step by step.
 *
 * A vertex is a word of `order` letters, an exit the base that follows it. Exits are counted, then cumulated: a draw is
 * the number of cumulated counts that it reaches, and taking the exit subtracts 1 from those above. So all counts are 0
 * again when a tour ends, and the tables can be used for the next run as they are.
 *
 * In a tour each step waits for the one before, so one core takes several tours at once. */
#ifndef GSYNTH_SHUFFLE_H
#define GSYNTH_SHUFFLE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "_compiler.h"
#include "_stream.h"
#if GSYNTH_SSE2
#include <emmintrin.h>
#endif

#define GSYNTH_TOURS 4
#define GSYNTH_FEW_VERTICES 64 /* so many are looked through before a run's vertices are searched for */
#define GSYNTH_TOUR_WORD 0x746F7572u
#define GSYNTH_WALK_WORD 0x77616C6Bu

typedef struct {
    int32_t *exits;    /* four of each vertex: counts, then cumulated ones without the last exit */
    uint8_t *last;     /* the last exit of each vertex of the tree but the root */
    uint8_t *out;      /* the next cell */
    uint64_t counter;  /* mixed, the word of the next cell */
    uint64_t gamma;
    int64_t left;      /* cells to fill */
    uint32_t vertex;
} gsynth_tour;

typedef struct {
    uint8_t *codes;
    const int64_t *starts;
    const int64_t *ends;
    const uint64_t *keys;
    const uint64_t *gammas;
    const int64_t *positions;
    int64_t runs;
    int order;
    uint32_t mask;     /* of a vertex */
    uint32_t *joined;  /* the number of the last run in whose tree a vertex was */
    uint32_t run;      /* counted from 1 */
    gsynth_tour tours[GSYNTH_TOURS];
} gsynth_shuffle;

/* The high half of word * below, for below < 2^32; the low half goes to `low`. */
GSYNTH_ALWAYS_INLINE uint32_t gsynth_scaled(uint64_t word, uint32_t below, uint64_t *low)
{
#if defined(__SIZEOF_INT128__)
    const unsigned __int128 product = (unsigned __int128)word * below;
    *low = (uint64_t)product;
    return (uint32_t)(product >> 64);
#else
    const uint64_t small = (word & 0xFFFFFFFFu) * below, large = (word >> 32) * below + (small >> 32);
    *low = word * below;
    return (uint32_t)(large >> 32);
#endif
}

/* The same for a word whose product may be refused: the words that follow it, until one is taken. */
static uint32_t gsynth_drawn_again(uint64_t word, uint32_t below, uint64_t gamma)
{
    const uint64_t refused = (0 - (uint64_t)below) % below;
    uint64_t low;
    uint32_t drawn = gsynth_scaled(word, below, &low);
    while (low < refused) {
        word = gsynth_mix_word(word + gamma);
        drawn = gsynth_scaled(word, below, &low);
    }
    return drawn;
}

/* A number below `below`, each exactly as probable; 0 if that is 0. */
GSYNTH_ALWAYS_INLINE uint32_t gsynth_drawn(uint64_t word, uint32_t below, uint64_t gamma)
{
    uint64_t low;
    const uint32_t drawn = gsynth_scaled(word, below, &low);
    if (GSYNTH_RARE(low < below))
        return gsynth_drawn_again(word, below, gamma);
    return drawn;
}

/* Takes the exit that `drawn` chooses from cumulated counts: its base; 4 if there is none left. */
GSYNTH_ALWAYS_INLINE uint32_t gsynth_taken(int32_t *row, uint32_t drawn)
{
#if GSYNTH_SSE2
    const __m128i counts = _mm_loadu_si128((const __m128i *)row);
    const __m128i above = _mm_cmpgt_epi32(counts, _mm_set1_epi32((int32_t)drawn));
    _mm_storeu_si128((__m128i *)row, _mm_add_epi32(counts, above));
    return (uint32_t)__builtin_ctz((unsigned)_mm_movemask_ps(_mm_castsi128_ps(above)) | 16u);
#else
    uint32_t base = 0;
    for (int i = 0; i < 4; i++) {
        const int32_t above = row[i] > (int32_t)drawn;
        row[i] -= above;
        base += !above;
    }
    return base;
#endif
}

GSYNTH_ALWAYS_INLINE uint32_t gsynth_next(uint32_t vertex, uint32_t base, uint32_t mask)
{
    return (vertex << 2 | base) & mask;
}

/* Puts a vertex into the tree; `last` is its last exit, 4 for the root. No later walk looks at its counts. */
GSYNTH_ALWAYS_INLINE void gsynth_join(gsynth_shuffle *work, gsynth_tour *tour, uint32_t vertex, uint32_t last)
{
    int32_t *row = tour->exits + 4 * (size_t)vertex;
    work->joined[vertex] = work->run;
    if (last < 4)
        row[last]--;
    row[1] += row[0];
    row[2] += row[1];
    row[3] += row[2];
}

/* A walk from `vertex` to the tree, by exits that lead to another vertex; without its loops it is a new branch. Returns
 * how many vertices it has. */
static uint32_t gsynth_walk(gsynth_shuffle *work, gsynth_tour *tour, uint32_t vertex, uint64_t *counter)
{
    const uint32_t mask = work->mask;
    uint32_t at = vertex, vertices = 0;
    while (work->joined[at] != work->run) {
        const int32_t *row = tour->exits + 4 * (size_t)at;
        const uint32_t first = gsynth_next(at, 0, mask), self = at ^ first; /* its loop, if below 4 */
        const uint32_t a = self == 0 ? 0 : row[0], c = a + (self == 1 ? 0 : row[1]), g = c + (self == 2 ? 0 : row[2]);
        const uint32_t all = g + (self == 3 ? 0 : row[3]);
        const uint32_t drawn = gsynth_drawn(gsynth_mix_word(*counter), all, tour->gamma);
        const uint32_t base = (drawn >= a) + (drawn >= c) + (drawn >= g);
        *counter += tour->gamma;
        tour->last[at] = (uint8_t)base;
        at = first | base;
    }
    while (work->joined[vertex] != work->run) {
        const uint32_t base = tour->last[vertex];
        gsynth_join(work, tour, vertex, base);
        vertex = gsynth_next(vertex, base, mask);
        vertices++;
    }
    return vertices;
}

static void gsynth_count_exits(const uint8_t *cells, int64_t size, int order, uint32_t mask, int32_t *exits)
{
    uint32_t word = 0;
    for (int i = 0; i < order; i++)
        word = word << 2 | cells[i];
    for (int64_t i = order; i < size; i++) {
        word = (word & mask) << 2 | cells[i];
        exits[word]++;
    }
}

/* How many vertices but the root have exits, if they are few enough to be looked through, else more than there are. */
static uint32_t gsynth_vertices(const gsynth_shuffle *work, const gsynth_tour *tour, uint32_t root)
{
    uint32_t vertices = 0;
    if (work->mask >= GSYNTH_FEW_VERTICES)
        return UINT32_MAX;
    for (uint32_t vertex = 0; vertex <= work->mask; vertex++) {
        const int32_t *row = tour->exits + 4 * (size_t)vertex;
        vertices += vertex != root && (row[0] | row[1] | row[2] | row[3]) != 0;
    }
    return vertices;
}

/* Counts the exits of a run, draws its tree, and leaves the tour at its first vertex. */
static void gsynth_begin(gsynth_shuffle *work, gsynth_tour *tour, int64_t run)
{
    const int order = work->order;
    const int64_t start = work->starts[run], size = work->ends[run] - start;
    const uint64_t key = work->keys[run], gamma = work->gammas[run], position = (uint64_t)work->positions[run];
    uint8_t *cells = work->codes + start;
    uint32_t root = 0, vertex = 0, left;
    uint64_t counter;
    tour->left = 0;
    if (size <= order)
        return;
    if (++work->run == 0) {
        /* Counted once around: forget every earlier run. */
        memset(work->joined, 0, ((size_t)work->mask + 1) * sizeof *work->joined);
        work->run = 1;
    }
    gsynth_count_exits(cells, size, order, work->mask, tour->exits);
    for (int i = 0; i < order; i++) {
        vertex = vertex << 2 | cells[i];
        root = root << 2 | cells[size - order + i];
    }
    tour->gamma = gamma;
    tour->vertex = vertex;
    tour->left = size - order;
    tour->out = cells + order;
    tour->counter = gsynth_mix_word(key ^ GSYNTH_TOUR_WORD) + (position + (uint64_t)order + 1) * gamma;
    counter = gsynth_mix_word(gsynth_mix_word(key ^ GSYNTH_WALK_WORD) + (position + 1) * gamma) + gamma;
    left = gsynth_vertices(work, tour, root);
    gsynth_join(work, tour, root, 4);
    for (int64_t i = order; left != 0 && i < size; i++) {
        if (work->joined[vertex] != work->run)
            left -= gsynth_walk(work, tour, vertex, &counter);
        vertex = gsynth_next(vertex, cells[i], work->mask);
    }
}

/* Takes `steps` steps of the first `tours` tours in turn. */
GSYNTH_ALWAYS_INLINE void gsynth_tours_advance(gsynth_tour *all, int tours, int64_t steps, uint32_t mask)
{
    uint64_t counters[GSYNTH_TOURS], gammas[GSYNTH_TOURS];
    uint32_t vertices[GSYNTH_TOURS];
    int32_t *exits[GSYNTH_TOURS];
    const uint8_t *last[GSYNTH_TOURS];
    uint8_t *out[GSYNTH_TOURS];
    for (int j = 0; j < tours; j++) {
        counters[j] = all[j].counter;
        gammas[j] = all[j].gamma;
        vertices[j] = all[j].vertex;
        exits[j] = all[j].exits;
        last[j] = all[j].last;
        out[j] = all[j].out;
    }
    for (int64_t i = 0; i < steps; i++) {
        GSYNTH_UNROLL
        for (int j = 0; j < tours; j++) {
            int32_t *row = exits[j] + 4 * (size_t)vertices[j];
            const uint32_t drawn = gsynth_drawn(gsynth_mix_word(counters[j]), (uint32_t)row[3], gammas[j]);
            const uint32_t taken = gsynth_taken(row, drawn);
            const uint32_t base = taken < 4 ? taken : last[j][vertices[j]];
            counters[j] += gammas[j];
            out[j][i] = (uint8_t)base;
            vertices[j] = gsynth_next(vertices[j], base, mask);
        }
    }
    for (int j = 0; j < tours; j++) {
        all[j].counter = counters[j];
        all[j].vertex = vertices[j];
        all[j].out += steps;
        all[j].left -= steps;
    }
}

static void gsynth_tour_alone(gsynth_tour *all, int64_t steps, uint32_t mask)
{
    gsynth_tours_advance(all, 1, steps, mask);
}

static void gsynth_tours_together(gsynth_tour *all, int64_t steps, uint32_t mask)
{
    gsynth_tours_advance(all, GSYNTH_TOURS, steps, mask);
}

/* The next run with a cell to fill; false if there is none. */
static int gsynth_begin_next(gsynth_shuffle *work, gsynth_tour *tour, int64_t *next)
{
    tour->left = 0;
    while (tour->left == 0 && *next < work->runs)
        gsynth_begin(work, tour, (*next)++);
    return tour->left != 0;
}

static void gsynth_shuffle_runs(gsynth_shuffle *work)
{
    int64_t next = 0, steps;
    int full = 1;
    for (int j = 0; j < GSYNTH_TOURS; j++)
        full &= gsynth_begin_next(work, work->tours + j, &next);
    while (full) {
        steps = work->tours[0].left;
        for (int j = 1; j < GSYNTH_TOURS; j++)
            if (work->tours[j].left < steps)
                steps = work->tours[j].left;
        gsynth_tours_together(work->tours, steps, work->mask);
        for (int j = 0; j < GSYNTH_TOURS; j++)
            if (work->tours[j].left == 0)
                full &= gsynth_begin_next(work, work->tours + j, &next);
    }
    for (int j = 0; j < GSYNTH_TOURS; j++)
        gsynth_tour_alone(work->tours + j, work->tours[j].left, work->mask);
}

#endif
