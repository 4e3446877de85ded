"""ASCII bases to codes and back, as `gsynth.encoding` does: arithmetic without branches, for the compiler's vectors.

What is written goes to a scratch array first: the caller's two arrays may be one, and then the compiler, which has to
fear that they overlap, would go base by base.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gsynth_numba.jit import kernel

STRIDE: Final = 128
"""Bases whose unknown ones are counted in a byte."""
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
    unknown = np.uint8(0)
    for i in range(at, end):
        # Bits 1 and 2 of the letter tell A, C, T, G apart as 0, 1, 2, 3; the exclusive or puts G before T.
        upper = int(bases[np.uint64(start + i)]) & 0xDF
        pair = (upper >> 1) & 3
        code = pair ^ (pair >> 1)
        is_unknown = upper != _letter(code)
        codes[np.uint64(i)] = 4 if is_unknown else code
        # Made a byte at every step, or the sum would be eight times as wide, and the loop slower.
        unknown = np.uint8(unknown + np.uint8(is_unknown))
    return unknown


@kernel
def decode(codes: NDArray[np.uint8], out: NDArray[np.uint8]) -> None:
    """Write the ASCII bases of codes."""
    scratch = np.empty(SCRATCH, dtype=np.uint8)
    for start in range(0, codes.size, SCRATCH):
        size = min(SCRATCH, codes.size - start)
        for i in range(size):
            code = int(codes[np.uint64(start + i)])
            scratch[np.uint64(i)] = 78 if code == 4 else _letter(code)
        for i in range(size):
            out[np.uint64(start + i)] = scratch[np.uint64(i)]


@kernel
def _letter(code: int) -> int:
    # A, C, E, G by doubling; then E is put right to G, and G to T.
    return 65 + 2 * code + (2 if code == 2 else 0) + (13 if code == 3 else 0)
