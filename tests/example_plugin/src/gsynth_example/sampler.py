"""A sampler that finds each base by bisection, in plain Python."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

_FREE = 255
_NOT_ACGT = 4


class BisectingSampler:
    """See `gsynth.plugins.Sampler`."""

    def sample(
        self,
        codes: NDArray[np.uint8],
        edges: NDArray[np.int64],
        strata: NDArray[np.int32],
        uniforms: NDArray[np.uint32],
        *,
        order: int,
        thresholds: NDArray[np.uint32],
    ) -> None:
        uniform_table = thresholds.shape[0] - 1
        context, since_n = 0, 0
        stratum = np.repeat(strata, np.diff(edges))
        for code in codes[:order].tolist():
            context, since_n = _roll(context, since_n, code, order)
        for i, number in enumerate(uniforms.tolist()):
            code = int(codes[order + i])
            if code == _FREE:
                learned = since_n >= order and stratum[i] >= 0
                table = int(stratum[i]) if learned else uniform_table
                # As many thresholds are at or below the number as the bisection steps over.
                code = bisect_right(thresholds[table, context].tolist(), number)
                codes[order + i] = code
            context, since_n = _roll(context, since_n, code, order)


def _roll(context: int, since_n: int, code: int, order: int) -> tuple[int, int]:
    """The context after `code`, and how many bases it is since the last one that is not A, C, G or T."""
    return (context << 2 | code & 3) % 4**order, 0 if code == _NOT_ACGT else since_n + 1
