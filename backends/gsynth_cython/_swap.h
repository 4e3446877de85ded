/* Sorting a short stretch of two letters without a branch that depends on what it holds. */
#ifndef GSYNTH_SWAP_H
#define GSYNTH_SWAP_H

#include <stdint.h>

#include "_compiler.h"

#define GSYNTH_SWAP_BEFORE 2
#define GSYNTH_SWAP_CELLS 8 /* looked at: GSYNTH_SWAP_BEFORE in front of the place, and the rest from there on */

/* Sort the stretch of `first` and `second` around `cells[GSYNTH_SWAP_BEFORE]`, a `first` with a `second` behind and none
 * in front. Returns where it ends, or 0, and does nothing, where it goes on beyond the cells. */
GSYNTH_ALWAYS_INLINE int64_t gsynth_swap_short(uint8_t *cells, uint8_t first, uint8_t second)
{
    const int run = cells[1] == first;
    const int start = GSYNTH_SWAP_BEFORE - run;
    int inside = 1, end = GSYNTH_SWAP_BEFORE, seconds = 0;
    for (int i = GSYNTH_SWAP_BEFORE; i < GSYNTH_SWAP_CELLS; i++) {
        const int is_second = cells[i] == second;
        inside &= is_second | (cells[i] == first);
        end += inside;
        seconds += inside & is_second;
    }
    if (inside | (run & (cells[0] == first)))
        return 0;
    for (int i = 1; i < GSYNTH_SWAP_CELLS; i++) {
        const uint8_t sorted = i < start + seconds ? second : first;
        cells[i] = (i >= start) & (i < end) ? sorted : cells[i];
    }
    return end;
}

#endif
