"""The counter of the Numba backend."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gsynth_numba import count_kernels
from gsynth_numba.jit import frozen


class NumbaCounter:
    """A `gsynth.plugins.Counter`; see there for the contract."""

    def count(
        self,
        codes: NDArray[np.uint8],
        edges: NDArray[np.int64],
        strata: NDArray[np.int32],
        *,
        order: int,
        out: NDArray[np.uint64],
    ) -> int:
        """Add every countable window of the block to `out`; return how many windows hold a 4."""
        return int(count_kernels.count(frozen(codes), frozen(edges), frozen(strata), order, out))
