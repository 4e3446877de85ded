"""Bases that do not depend on their context: all rows of the tables are the same, so no base waits for another."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gsynth_numba.jit import kernel
from gsynth_numba.stream_kernels import prepare_numbers
from gsynth_numba.tile_kernels import TILE_CELLS, Numbers, segment

FEW_ROWS: Final = 64
"""Tables with at most this many rows are compared; comparing larger ones would cost more than small blocks."""
FREE: Final = 255


@kernel
def one_row(thresholds: NDArray[np.uint32]) -> bool:
    """Whether all rows are found to be the same."""
    tables, contexts, _ = thresholds.shape
    if tables * contexts > FEW_ROWS:
        return False
    for table in range(tables):
        for context in range(contexts):
            for i in range(3):
                if thresholds[table, context, i] != thresholds[0, 0, i]:
                    return False
    return True


@kernel
def draw_apart(codes: NDArray[np.uint8], order: int, numbers: Numbers, row: NDArray[np.uint32]) -> None:
    """Fill the free cells; `row` begins with the three thresholds."""
    uniforms, stream_edges, keys, gammas, positions = numbers
    windows = codes.size - order
    tile = np.empty(TILE_CELLS, dtype=np.uint32)
    stream = segment(stream_edges, keys.size, 0)
    for start in range(0, windows, TILE_CELLS):
        end = min(start + TILE_CELLS, windows)
        if uniforms.size:
            _draw(codes, order + start, uniforms, start, end - start, row)
        else:
            stream = prepare_numbers(stream_edges, keys, gammas, positions, start, end, stream, tile, 0)
            _draw(codes, order + start, tile, 0, end - start, row)


@kernel
def _draw(
    codes: NDArray[np.uint8], cell: int, numbers: NDArray[np.uint32], at: int, size: int, row: NDArray[np.uint32]
) -> None:
    first, second, third = row[0], row[1], row[2]
    for i in range(size):
        number = numbers[np.uint64(at + i)]
        code = int(number >= first) + int(number >= second) + int(number >= third)
        given = codes[np.uint64(cell + i)]
        # Written either way: a branch would keep the loop from being vectorised.
        codes[np.uint64(cell + i)] = code if given == FREE else given
