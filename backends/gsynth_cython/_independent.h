/* Drawing bases that do not depend on their context. */
#ifndef GSYNTH_INDEPENDENT_H
#define GSYNTH_INDEPENDENT_H

#include <stdint.h>

#include "_compiler.h"

GSYNTH_BYTE_CLONES
static void gsynth_draw_all(uint8_t *cells, const uint32_t *numbers, int64_t size, const uint32_t *row)
{
    const uint32_t a = row[0], b = row[1], c = row[2];
    for (int64_t i = 0; i < size; i++)
        cells[i] = (uint8_t)((numbers[i] >= a) + (numbers[i] >= b) + (numbers[i] >= c));
}

GSYNTH_BYTE_CLONES
static void gsynth_draw_free(uint8_t *cells, const uint32_t *numbers, int64_t size, const uint32_t *row)
{
    const uint32_t a = row[0], b = row[1], c = row[2];
    for (int64_t i = 0; i < size; i++) {
        const uint8_t code = (uint8_t)((numbers[i] >= a) + (numbers[i] >= b) + (numbers[i] >= c));
        cells[i] = cells[i] == 255 ? code : cells[i];
    }
}

#endif
