"""Exact quantiles of any number of values in bounded memory: the values are counted, and read again if need be.

Finite float64 values sort like their bits, once those of negative numbers are inverted. So values are counted as 64-bit
keys. If there are too many different keys, they lose their lowest bits; then only the values that share their high bits
with a quantile, which are few, are read again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

Values = NDArray[np.float64]
Keys = NDArray[np.uint64]

Measure = Callable[[Callable[[Values], None]], None]
"""Passes all values to the given function, block by block, each time it is called."""

_ROOM: Final = 1 << 21
"""Different values that are counted separately; as many are held until they are counted."""
_COARSER: Final = 4
"""Bits that keys lose at a time."""
_SIGN: Final = np.uint64(1 << 63)


@define
class Spread:
    """How often values occur.

    Attributes
    ----------
    keys : uint64[d]
        The different values, or the high bits that they share with others, in ascending order.
    counts : int64[d]
    shift : int
        How many low bits the keys have lost.
    infinite : int
        Infinite values, which are not counted; neither is NaN.
    room : int
        How many different keys are counted; if there are more, all are made coarser.
    """

    keys: Keys = field(factory=lambda: np.empty(0, dtype=np.uint64))
    counts: NDArray[np.int64] = field(factory=lambda: np.empty(0, dtype=np.int64))
    shift: int = 0
    infinite: int = 0
    room: int = field(factory=lambda: _ROOM)
    _pending: list[Keys] = field(factory=list)

    def add(self, values: Values) -> None:
        """Count more values."""
        finite = values[np.isfinite(values)]
        self.infinite += int(np.isinf(values).sum())
        self.add_keys(keys_of(finite))

    def add_keys(self, keys: Keys) -> None:
        """Count more values, given as keys."""
        self._pending.append(keys)
        if sum(part.size for part in self._pending) > self.room:
            self.settle()

    def settle(self) -> None:
        """Count what is pending."""
        keys, counts = np.unique(
            np.concatenate([np.empty(0, dtype=np.uint64), *self._pending]) >> np.uint64(self.shift), return_counts=True
        )
        self._pending.clear()
        self._set(np.concatenate([self.keys, keys]), np.concatenate([self.counts, counts]))
        while self.keys.size > self.room:
            self.shift += _COARSER
            self._set(self.keys >> np.uint64(_COARSER), self.counts)

    def _set(self, keys: Keys, counts: NDArray[np.int64]) -> None:
        # Two sorted arrays, one after the other: a stable sort is a merge here, and takes linear time.
        order = np.argsort(keys, kind="stable")
        keys, counts = keys[order], counts[order]
        firsts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])[: keys.size])
        self.keys, self.counts = keys[firsts], np.add.reduceat(counts, firsts) if keys.size else counts

    @property
    def total(self) -> int:
        """How many values were counted."""
        return int(self.counts.sum())


def keys_of(values: Values) -> Keys:
    """Numbers in the order of finite values, the same for 0.0 and -0.0: uint64[n]."""
    # Adding 0.0 turns -0.0 into 0.0 and changes nothing else.
    bits = (values + 0.0).view(np.uint64)
    return np.where(bits & _SIGN, ~bits, bits | _SIGN)


def values_of(keys: Keys) -> Values:
    """The values that the keys stand for.

    Examples
    --------
    >>> values_of(keys_of(np.array([-1.5, 0.0, 2.0]))).tolist()
    [-1.5, 0.0, 2.0]
    """
    return np.where(keys & _SIGN, keys ^ _SIGN, ~keys).view(np.float64)


def spread_of(measure: Measure) -> Spread:
    """All values, counted."""
    spread = Spread()
    measure(spread.add)
    spread.settle()
    return spread


def quantiles(spread: Spread, measure: Measure, fractions: Values) -> Values:
    """What `numpy.quantile` gives for all values of `measure`, at least one; `spread` is their count."""
    places = (spread.total - 1) * fractions
    below = np.floor(places).astype(np.int64)
    ranks = np.stack([below, np.minimum(below + 1, spread.total - 1)])
    pairs = values_of(_at_ranks(spread, measure, ranks.reshape(-1))).reshape(2, -1)
    # NumPy interpolates between the two values, so that the result is its own to the last bit.
    return np.array([np.quantile(pair, part) for pair, part in zip(pairs.T, places - below, strict=True)])


def _at_ranks(spread: Spread, measure: Measure, ranks: NDArray[np.int64]) -> Keys:
    """The keys of the values at these places (from 0) in the sorted order of all: uint64[n]."""
    ends = np.cumsum(spread.counts)
    found = np.searchsorted(ends, ranks, side="right")
    if not spread.shift:
        return spread.keys[found]
    shared = np.unique(found)
    wanted, counts = spread.keys[shared], spread.counts[shared]
    # With room for all that they can become when they are one step finer, every reading gains at least that step.
    closer = Spread(room=max(_ROOM, wanted.size << _COARSER))

    def add(values: Values) -> None:
        keys = keys_of(values[np.isfinite(values)])
        high = keys >> np.uint64(spread.shift)
        at = np.minimum(np.searchsorted(wanted, high), wanted.size - 1)
        closer.add_keys(keys[wanted[at] == high])

    measure(add)
    closer.settle()
    # Ranks among the values that were read again.
    skipped = (ends - spread.counts)[shared] - (np.cumsum(counts) - counts)
    return _at_ranks(closer, measure, ranks - skipped[np.searchsorted(shared, found)])
