"""The kernels: pure loops into the caller's buffers, contracts in `gsynth.plugins.interfaces`.

Scalars read from arrays are made `int` at once: without the compiler, NumPy's small unsigned scalars would overflow.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gsynth_numba.jit import kernel


@kernel
def count(
    codes: NDArray[np.uint8],
    edges: NDArray[np.int64],
    strata: NDArray[np.int32],
    order: int,
    out: NDArray[np.uint64],
) -> int:
    """Add the windows to `out`, return how many hold a 4."""
    mask = 4 ** (order + 1) - 1
    word, bad, with_n = 0, 0, 0
    for i in range(order):
        code = int(codes[i])
        word = (word << 2) | (code & 3)
        bad = order + 1 if code > 3 else max(bad - 1, 0)
    for run in range(strata.size):
        stratum = strata[run]
        for i in range(edges[run], edges[run + 1]):
            code = int(codes[i + order])
            word = ((word << 2) | (code & 3)) & mask
            bad = order + 1 if code > 3 else max(bad - 1, 0)
            if bad > 0:
                with_n += stratum >= -1
            elif stratum >= 0:
                out[stratum, word >> 2, word & 3] += np.uint64(1)
    return with_n


@kernel
def sample(
    codes: NDArray[np.uint8],
    edges: NDArray[np.int64],
    strata: NDArray[np.int32],
    uniforms: NDArray[np.uint32],
    order: int,
    thresholds: NDArray[np.uint32],
) -> None:
    """Fill the free cells of `codes`, left to right."""
    mask = 4**order - 1
    uniform = thresholds.shape[0] - 1
    context, bad = 0, 0
    for i in range(order):
        code = int(codes[i])
        context = (context << 2) | (code & 3)
        bad = order if code > 3 else max(bad - 1, 0)
    for run in range(strata.size):
        stratum = int(strata[run]) if strata[run] >= 0 else uniform
        for i in range(edges[run], edges[run + 1]):
            code = int(codes[i + order])
            if code == 255:
                row = thresholds[uniform if bad > 0 else stratum, context]
                number = uniforms[i]
                code = int(number >= row[0]) + int(number >= row[1]) + int(number >= row[2])
                codes[i + order] = code
            context = ((context << 2) | (code & 3)) & mask
            bad = order if code > 3 else max(bad - 1, 0)
