"""The sampler of the Cython backend."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gsynth_cython import _kernels


class CythonSampler:
    """A `gsynth.plugins.Sampler`; see there for the contract."""

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
        """Fill the free cells of `codes` with the given random numbers."""
        _kernels.sample(codes, edges, strata, uniforms, order, thresholds)

    def sample_stream(
        self,
        codes: NDArray[np.uint8],
        edges: NDArray[np.int64],
        strata: NDArray[np.int32],
        stream_edges: NDArray[np.int64],
        keys: NDArray[np.uint64],
        positions: NDArray[np.int64],
        *,
        order: int,
        thresholds: NDArray[np.uint32],
    ) -> None:
        """Fill the free cells of `codes` with the numbers of streams; a `gsynth.plugins.StreamSampler`."""
        _kernels.sample_stream(codes, edges, strata, stream_edges, keys, positions, order, thresholds)
