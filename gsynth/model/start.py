"""The first k bases of an interval, from the k-mers of its stratum (``init="stationary"``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from gsynth.alphabet import FREE, NOT_ACGT
from gsynth.model.thresholds import UNIFORMS_BITS

Init = Literal["stationary", "uniform"]
"""How the first k bases are drawn."""

Weigh = Callable[[int, NDArray[np.uint64]], NDArray[np.float64]]

_HALF_BITS = 15
"""Thresholds are divided in two steps, so that with fewer than 2**48 observations no intermediate passes 2**63."""

_MOST = 1 << (63 - _HALF_BITS)


@define
class Start:
    """Draws contexts base by base, each base given those before it, from the k-mer counts of a stratum.

    Parameters
    ----------
    counts : uint64[bins, 4**k, 4]
    sparse : bool[bins]
        Bins that are sampled uniformly, whatever their counts.
    outside : uint64[4**k, 4] or None
        Observations of stratum number ``bins``, that of windows without a bin.
    weigh : callable, optional
        Takes a stratum and its k-mer counts, and returns the weights by which contexts are drawn instead:
        float64[4**k].
    """

    counts: NDArray[np.uint64]
    sparse: NDArray[np.bool_]
    outside: NDArray[np.uint64] | None = None
    weigh: Weigh | None = None
    _tables: dict[int, NDArray[np.uint32]] = field(factory=dict)

    def __reduce__(self) -> tuple[object, ...]:
        # Another process needs the counts of the contexts alone, a quarter of the numbers, and mostly narrow ones.
        words = self.counts.sum(axis=2, keepdims=True)
        narrow = words.astype(np.min_scalar_type(int(words.max(initial=0))))
        return Start, (narrow, self.sparse, self.outside, self.weigh)

    @property
    def order(self) -> int:
        """Bases of a context."""
        return int(self.counts.shape[1]).bit_length() // 2

    def draw(
        self, strata: NDArray[np.int32], cells: NDArray[np.uint8], numbers: NDArray[np.uint32]
    ) -> NDArray[np.uint8]:
        """The cells of the contexts, the free ones drawn: uint8[c, k].

        Parameters
        ----------
        strata : int32[c]
            The stratum in which each context lies; negative: uniform.
        cells : uint8[c, k]
            0..4 if the base is fixed, else `FREE`. After a fixed 4 a new k-mer begins.
        numbers : uint32[c, k]
            31-bit random numbers.
        """
        used, slots = np.unique(strata, return_inverse=True)
        tables = np.stack([self._table(int(stratum)) for stratum in used])
        # In a table the words of l bases come after all shorter ones: 1 + 4 + ... + 4**(l-1) of them.
        shorter = (4 ** np.arange(cells.shape[1] + 1) - 1) // 3
        drawn = cells.copy()
        prefix = np.zeros(strata.size, dtype=np.int64)
        length = np.zeros(strata.size, dtype=np.int64)
        for i in range(cells.shape[1]):
            limits = tables[slots, shorter[length] + prefix]
            passed = numbers[:, i, None] >= limits
            # Column by column: sums along an axis of three take three times as long.
            bases = passed[:, 0].astype(np.uint8) + passed[:, 1] + passed[:, 2]
            bases = np.where(cells[:, i] == FREE, bases, cells[:, i])
            drawn[:, i] = bases
            known = bases != NOT_ACGT
            # & 3 only keeps the arithmetic in range where the base is a 4, whose result is not used.
            prefix = np.where(known, 4 * prefix + (bases & 3), 0)
            length = np.where(known, length + 1, 0)
        return drawn

    def _table(self, stratum: int) -> NDArray[np.uint32]:
        """Thresholds of the base after each word of 0 to k-1 bases that begins a k-mer: uint32[(4**k - 1) / 3, 3]."""
        if stratum not in self._tables:
            words: NDArray[Any] = self._words(stratum)
            if self.weigh is not None:
                words = self.weigh(stratum, words)
            levels = []
            while words.size > 1:
                levels.append(_thresholds(words.reshape(-1, 4)))
                words = words.reshape(-1, 4).sum(axis=1)
            self._tables[stratum] = np.concatenate(levels[::-1])
        return self._tables[stratum]

    def _words(self, stratum: int) -> NDArray[np.uint64]:
        """How often each k-mer was a context: uint64[4**k]."""
        # Zeros become uniform thresholds in `_thresholds`.
        if stratum == len(self.counts) and self.outside is not None:
            return np.asarray(self.outside.sum(axis=1))
        if stratum < 0 or self.sparse[stratum]:
            return np.zeros(self.counts.shape[1], dtype=np.uint64)
        return np.asarray(self.counts[stratum].sum(axis=1, dtype=np.uint64))


def _thresholds(counts: NDArray[Any]) -> NDArray[np.uint32]:
    """``floor(2**31 * sum of the first columns / sum of all)``, of whole numbers exactly: uint32[rows, 3].

    A row of zeros is uniform.

    Examples
    --------
    >>> (_thresholds(np.array([[1, 1, 0, 2], [0, 0, 0, 0]], dtype=np.uint64)) / 2**31).tolist()
    [[0.25, 0.5, 0.5], [0.25, 0.5, 0.75]]
    """
    sums = np.cumsum(counts, axis=1)
    empty = sums[:, 3] == 0
    sums[empty] = [1, 2, 3, 4]
    if sums.dtype == np.float64:
        # A quotient of equal numbers is 1, so that what has no weight stays impossible.
        return np.asarray(np.floor(sums[:, :3] / sums[:, 3:] * 2.0**UNIFORMS_BITS), dtype=np.uint32)
    if int(sums[:, 3].max()) >= _MOST:
        # Only for impossibly many observations, so slow whole numbers of Python will do.
        exact = [[(int(part) << UNIFORMS_BITS) // int(row[3]) for part in row[:3]] for row in sums]
        return np.array(exact, dtype=np.uint32)
    total = sums[:, 3:]
    high, rest = np.divmod(sums[:, :3] << np.uint64(_HALF_BITS), total)
    low = (rest << np.uint64(UNIFORMS_BITS - _HALF_BITS)) // total
    return np.asarray((high << np.uint64(UNIFORMS_BITS - _HALF_BITS)) + low, dtype=np.uint32)
