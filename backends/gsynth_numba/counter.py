"""The counter of the Numba backend."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gsynth_numba import base_kernels, count_kernels
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
        return count_kernels.count(frozen(codes), frozen(edges), frozen(strata), order, out)

    def encode(self, bases: NDArray[np.uint8], out: NDArray[np.uint8]) -> int:
        """Write the codes of ASCII `bases` into `out`, return how many are 4; a `gsynth.plugins.Encoder`."""
        return int(base_kernels.encode(frozen(bases), out))

    def compose(self, bases: NDArray[np.uint8], edges: NDArray[np.int64], out: NDArray[np.int64]) -> None:
        """Write how many A, C, G and T each window holds; a `gsynth.plugins.Composer`."""
        base_kernels.compose(frozen(bases), frozen(edges), out)
