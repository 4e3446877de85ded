"""The counter of the Cython backend."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gsynth_cython import _kernels


class CythonCounter:
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
        # Only a thin wrapper: the kernels are one extension module, so that they share their building blocks.
        return int(_kernels.count(codes, edges, strata, order, out))

    def encode(self, bases: NDArray[np.uint8], out: NDArray[np.uint8]) -> int:
        """Write the codes of ASCII `bases` into `out`, return how many are 4; a `gsynth.plugins.Encoder`."""
        return int(_kernels.encode(bases, out))

    def compose(self, bases: NDArray[np.uint8], edges: NDArray[np.int64], out: NDArray[np.int64]) -> None:
        """Write how many A, C, G and T each window holds; a `gsynth.plugins.Composer`."""
        _kernels.compose(bases, edges, out)
