"""The numbers of random streams, as `gsynth.randomness` defines them."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gsynth_numba.jit import kernel

_MIX_1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2: Final = np.uint64(0x94D049BB133111EB)


@kernel
def prepare_numbers(
    stream_edges: NDArray[np.int64],
    keys: NDArray[np.uint64],
    gammas: NDArray[np.uint64],
    positions: NDArray[np.int64],
    start: int,
    end: int,
    stream: int,
    draws: NDArray[np.uint32],
    at: int,
) -> int:
    """Write the numbers of cells ``[start, end)`` to `draws` from `at` on; return the stream in which they end."""
    while start < end:
        while stream_edges[stream + 1] <= start:
            stream += 1
        stop = min(end, stream_edges[stream + 1])
        position = positions[stream] + start - stream_edges[stream]
        _stream_numbers(keys[stream], gammas[stream], position, draws, at, at + stop - start)
        at += stop - start
        start = stop
    return stream


@kernel
def mix_word(word: np.uint64) -> np.uint64:
    """The finaliser of splitmix64."""
    word = (word ^ (word >> np.uint64(30))) * _MIX_1
    word = (word ^ (word >> np.uint64(27))) * _MIX_2
    return np.uint64(word ^ (word >> np.uint64(31)))


@kernel
def _mix(key: np.uint64, gamma: np.uint64, pair: int) -> np.uint64:
    return mix_word(key + np.uint64(pair + 1) * gamma)


@kernel
def _stream_numbers(
    key: np.uint64, gamma: np.uint64, position: int, draws: NDArray[np.uint32], at: int, end: int
) -> None:
    pair = position >> 1
    # An odd start is the high half of a word whose low half belongs to the position before.
    if position & 1:
        draws[at] = _mix(key, gamma, pair) >> np.uint64(33)
        at += 1
        pair += 1
    for i in range((end - at) >> 1):
        both = _mix(key, gamma, pair + i)
        draws[np.uint64(at + 2 * i)] = (both & np.uint64(0xFFFFFFFF)) >> np.uint64(1)
        draws[np.uint64(at + 2 * i + 1)] = both >> np.uint64(33)
    if (end - at) & 1:
        draws[end - 1] = (_mix(key, gamma, pair + ((end - at) >> 1)) & np.uint64(0xFFFFFFFF)) >> np.uint64(1)
