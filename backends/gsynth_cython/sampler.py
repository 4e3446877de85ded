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
        gammas: NDArray[np.uint64],
        positions: NDArray[np.int64],
        *,
        order: int,
        thresholds: NDArray[np.uint32],
    ) -> None:
        """Fill the free cells of `codes` with the numbers of streams; a `gsynth.plugins.StreamSampler`."""
        _kernels.sample_stream(codes, edges, strata, stream_edges, keys, gammas, positions, order, thresholds)

    def encode(self, bases: NDArray[np.uint8], out: NDArray[np.uint8]) -> int:
        """Write the codes of ASCII `bases` into `out`, return how many are 4; a `gsynth.plugins.Transcoder`."""
        return int(_kernels.encode(bases, out))

    def compose(self, bases: NDArray[np.uint8], edges: NDArray[np.int64], out: NDArray[np.int64]) -> None:
        """Write how many A, C, G and T each window holds; a `gsynth.plugins.Composer`."""
        _kernels.compose(bases, edges, out)

    def decode(self, codes: NDArray[np.uint8], out: NDArray[np.uint8]) -> None:
        """Write the ASCII bases of `codes` into `out`."""
        _kernels.decode(codes, out)

    def replace(self, bases: NDArray[np.uint8], target: NDArray[np.uint8], replacement: NDArray[np.uint8]) -> None:
        """Replace `target` in `bases` until none is left; a `gsynth.plugins.Replacer`."""
        _kernels.replace(bases, target, replacement)

    def shuffle(
        self,
        codes: NDArray[np.uint8],
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        keys: NDArray[np.uint64],
        gammas: NDArray[np.uint64],
        positions: NDArray[np.int64],
        *,
        order: int,
    ) -> None:
        """Shuffle runs so that their words stay; a `gsynth.plugins.Shuffler`."""
        _kernels.shuffle(codes, starts, ends, keys, gammas, positions, order)
