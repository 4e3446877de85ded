"""Exact draws below a bound from 64-bit words."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]

_MIX_1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2: Final = np.uint64(0x94D049BB133111EB)
_LOW: Final = np.uint64(0xFFFFFFFF)
_HALF: Final = np.uint64(32)


def mix(words: Words) -> Words:
    """The finaliser of splitmix64, in place."""
    words ^= words >> np.uint64(30)
    words *= _MIX_1
    words ^= words >> np.uint64(27)
    words *= _MIX_2
    words ^= words >> np.uint64(31)
    return words


def drawn(words: Words, bounds: NDArray[np.int64], gammas: Words) -> NDArray[np.int64]:
    """A number below each bound (below 2**32), each exactly as probable; 0 if the bound is 0: int64[n].

    A word whose product with the bound lies in the part of 2**64 that is left over is replaced by the mixed sum of word
    and gamma, until one is taken.
    """
    below = bounds.astype(np.uint64)
    low = words * below
    doubtful = np.flatnonzero(low < below)
    if doubtful.size:
        words = words.copy()
        for i in doubtful.tolist():
            # Python's whole numbers: this happens once in billions of draws.
            bound, gamma = int(below[i]), gammas[i : i + 1]
            while int(words[i]) * bound % 2**64 < 2**64 % bound:
                words[i : i + 1] = mix(words[i : i + 1] + gamma)
    # The product has 96 bits: in two parts, of which the upper one is what is drawn.
    product: Words = (words >> _HALF) * below + (((words & _LOW) * below) >> _HALF)
    return (product >> _HALF).astype(np.int64)
