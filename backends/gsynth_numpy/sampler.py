"""The NumPy sampler: a block cut into lanes that are sampled in parallel steps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gsynth_numpy import shuffler
from gsynth_numpy.lanes import Lanes


class NumpySampler:
    """The reference sampler; see `gsynth.plugins.Sampler`."""

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
        if codes.size > order:
            lanes = Lanes.cut(codes, edges, strata, uniforms, order, thresholds)
            lanes.fill()
            codes[order:] = lanes.joined(codes.size - order)

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
        shuffler.shuffle(codes, starts, ends, keys, gammas, positions, order)
