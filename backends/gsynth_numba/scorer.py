"""The scorer of the Numba backend."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gsynth_numba import base_kernels, score_kernels
from gsynth_numba.jit import frozen


class NumbaScorer:
    """A `gsynth.plugins.Scorer`; see there for the contract."""

    def score(
        self,
        codes: NDArray[np.uint8],
        edges: NDArray[np.int64],
        strata: NDArray[np.int32],
        cuts: NDArray[np.int64],
        *,
        order: int,
        logs: NDArray[np.int32],
        sums: NDArray[np.int64],
        left_out: NDArray[np.int32],
    ) -> None:
        """Add the logarithms of the windows to the sums of their cells, and count what is left out."""
        inputs = frozen(codes), frozen(edges), frozen(strata), frozen(cuts)
        score_kernels.score(*inputs, order, frozen(logs.reshape(-1)), sums, left_out)

    def encode(self, bases: NDArray[np.uint8], out: NDArray[np.uint8]) -> int:
        """Write the codes of ASCII `bases` into `out`, return how many are 4; a `gsynth.plugins.Encoder`."""
        return int(base_kernels.encode(frozen(bases), out))

    def compose(self, bases: NDArray[np.uint8], edges: NDArray[np.int64], out: NDArray[np.int64]) -> None:
        """Write how many A, C, G and T each window holds; a `gsynth.plugins.Composer`."""
        base_kernels.compose(frozen(bases), frozen(edges), out)
