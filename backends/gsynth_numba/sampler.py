"""The sampler of the Numba backend."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gsynth_numba import base_kernels, replace_kernels, shuffle_kernels
from gsynth_numba.jit import frozen
from gsynth_numba.sample_kernels import fill

_MOST_ROWS: Final = 2**32
"""The kernels keep row numbers in 32 bits."""

# Empty arrays for the arguments of the other kind: one compiled kernel serves both ways of drawing.
_NO_UNIFORMS = frozen(np.zeros(0, dtype=np.uint32))
_NO_STREAMS = (
    frozen(np.zeros(1, dtype=np.int64)),
    frozen(np.zeros(0, dtype=np.uint64)),
    frozen(np.zeros(0, dtype=np.uint64)),
    frozen(np.zeros(0, dtype=np.int64)),
)


class NumbaSampler:
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
        _check_rows(thresholds, order)
        fill(codes, frozen(edges), frozen(strata), frozen(uniforms), *_NO_STREAMS, order, frozen(thresholds))

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
        _check_rows(thresholds, order)
        streams = frozen(stream_edges), frozen(keys), frozen(gammas), frozen(positions)
        # Without the compiler, NumPy warns about overflow, on which the mixing of the stream relies.
        with np.errstate(over="ignore"):
            fill(codes, frozen(edges), frozen(strata), _NO_UNIFORMS, *streams, order, frozen(thresholds))

    def encode(self, bases: NDArray[np.uint8], out: NDArray[np.uint8]) -> int:
        """Write the codes of ASCII `bases` into `out`, return how many are 4; a `gsynth.plugins.Transcoder`."""
        return int(base_kernels.encode(frozen(bases), out))

    def compose(self, bases: NDArray[np.uint8], edges: NDArray[np.int64], out: NDArray[np.int64]) -> None:
        """Write how many A, C, G and T each window holds; a `gsynth.plugins.Composer`."""
        base_kernels.compose(frozen(bases), frozen(edges), out)

    def decode(self, codes: NDArray[np.uint8], out: NDArray[np.uint8]) -> None:
        """Write the ASCII bases of `codes` into `out`."""
        base_kernels.decode(frozen(codes), out)

    def replace(self, bases: NDArray[np.uint8], target: NDArray[np.uint8], replacement: NDArray[np.uint8]) -> None:
        """Replace `target` in `bases` until none is left; a `gsynth.plugins.Replacer`."""
        # Without the compiler, NumPy warns about overflow, on which counting in a word relies.
        with np.errstate(over="ignore"):
            replace_kernels.replace(bases, frozen(target), frozen(replacement))

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
        runs = frozen(starts), frozen(ends), frozen(keys), frozen(gammas), frozen(positions)
        # Without the compiler, NumPy warns about overflow, on which the mixing of the stream relies.
        with np.errstate(over="ignore"):
            shuffle_kernels.shuffle(codes, runs, order)


def _check_rows(thresholds: NDArray[np.uint32], order: int) -> None:
    tables, contexts, _ = thresholds.shape
    if tables * contexts > _MOST_ROWS:
        raise MemoryError(f"{tables} tables of order {order} are more than 2**32 rows")
