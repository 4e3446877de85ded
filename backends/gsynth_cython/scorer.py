"""The scorer of the Cython backend."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gsynth_cython import _kernels


class CythonScorer:
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
        _kernels.score(codes, edges, strata, cuts, order, logs, sums, left_out)

    def encode(self, bases: NDArray[np.uint8], out: NDArray[np.uint8]) -> int:
        """Write the codes of ASCII `bases` into `out`, return how many are 4; a `gsynth.plugins.Encoder`."""
        return int(_kernels.encode(bases, out))

    def compose(self, bases: NDArray[np.uint8], edges: NDArray[np.int64], out: NDArray[np.int64]) -> None:
        """Write how many A, C, G and T each window holds; a `gsynth.plugins.Composer`."""
        _kernels.compose(bases, edges, out)
