"""ASCII bases to codes and back, and how many of each there are: arithmetic without branches, for vectors.

Output goes to a scratch array first: the caller's two arrays may be the same, and a compiler that must assume an
overlap would work base by base.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gsynth_numba.jit import kernel

STRIDE: Final = 128
"""Bases that are counted in bytes: at most 255, or the count would overflow."""
SCRATCH: Final = 32 * STRIDE


@kernel
def encode(bases: NDArray[np.uint8], out: NDArray[np.uint8]) -> int:
    """Write the codes of ASCII bases, return how many are 4."""
    scratch = np.empty(SCRATCH, dtype=np.uint8)
    unknown = 0
    for start in range(0, bases.size, SCRATCH):
        size = min(SCRATCH, bases.size - start)
        for at in range(0, size, STRIDE):
            unknown += int(_encode_stride(bases, start, at, min(at + STRIDE, size), scratch))
        for i in range(size):
            out[np.uint64(start + i)] = scratch[np.uint64(i)]
    return unknown


@kernel
def _encode_stride(bases: NDArray[np.uint8], start: int, at: int, end: int, codes: NDArray[np.uint8]) -> np.uint8:
    # Every step is cast to a byte: otherwise vectors would hold an eighth as many bases.
    unknown = np.uint8(0)
    for i in range(at, end):
        # Bits 1 and 2 of the letter distinguish A, C, T, G as 0, 1, 2, 3; the exclusive or puts G before T.
        upper = np.uint8(bases[np.uint64(start + i)] & np.uint8(0xDF))
        pair = np.uint8((upper >> np.uint8(1)) & np.uint8(3))
        code = np.uint8(pair ^ (pair >> np.uint8(1)))
        letter = np.uint8(np.uint8(65) + code + code)
        if code == 2:
            letter = np.uint8(71)
        if code == 3:
            letter = np.uint8(84)
        # Any byte has such bits; it is a base only if it is the letter of its code.
        known = code if upper == letter else np.uint8(4)
        codes[np.uint64(i)] = known
        unknown = np.uint8(unknown + np.uint8(known >> np.uint8(2)))
    return unknown


@kernel
def compose(bases: NDArray[np.uint8], edges: NDArray[np.int64], out: NDArray[np.int64]) -> None:
    """Write how many A, C, G and T each window holds."""
    for window in range(out.shape[0]):
        # Edges are positions on the contig; the bases begin at the first one.
        start, end = edges[window] - edges[0], edges[window + 1] - edges[0]
        a, c, g, t = 0, 0, 0, 0
        for at in range(start, end, STRIDE):
            some_a, some_c, some_g, some_t = _compose_stride(bases, at, min(at + STRIDE, end))
            a, c, g, t = a + int(some_a), c + int(some_c), g + int(some_g), t + int(some_t)
        out[window, 0], out[window, 1], out[window, 2], out[window, 3] = a, c, g, t


@kernel
def _compose_stride(bases: NDArray[np.uint8], start: int, end: int) -> tuple[np.uint8, np.uint8, np.uint8, np.uint8]:
    a, c, g, t = np.uint8(0), np.uint8(0), np.uint8(0), np.uint8(0)
    for i in range(start, end):
        upper = np.uint8(bases[np.uint64(i)] & np.uint8(0xDF))
        a = np.uint8(a + np.uint8(upper == np.uint8(65)))
        c = np.uint8(c + np.uint8(upper == np.uint8(67)))
        g = np.uint8(g + np.uint8(upper == np.uint8(71)))
        t = np.uint8(t + np.uint8(upper == np.uint8(84)))
    return a, c, g, t


@kernel
def decode(codes: NDArray[np.uint8], out: NDArray[np.uint8]) -> None:
    """Write the ASCII bases of codes."""
    scratch = np.empty(SCRATCH, dtype=np.uint8)
    for start in range(0, codes.size, SCRATCH):
        size = min(SCRATCH, codes.size - start)
        for i in range(size):
            code = int(codes[np.uint64(start + i)])
            # A, C, E, G, I by doubling; then E becomes G, G becomes T, I becomes N.
            letter = 65 + 2 * code + (2 if code == 2 else 0) + (13 if code == 3 else 0)
            scratch[np.uint64(i)] = letter + (5 if code == 4 else 0)
        for i in range(size):
            out[np.uint64(start + i)] = scratch[np.uint64(i)]
