"""The first k bases of an interval from its stratum's own k-mers (``init="stationary"``)."""

from __future__ import annotations

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from gsynth.alphabet import FREE
from gsynth.model.model import GsynthModel
from gsynth.model.thresholds import UNIFORMS_BITS


@define
class InitialContext:
    """Draws a context base by base, each given the ones before it, by the k-mer counts of a stratum."""

    model: GsynthModel
    _of_stratum: dict[int, list[NDArray[np.uint64]]] = field(factory=dict)

    def draw(self, stratum: int, cells: NDArray[np.uint8], numbers: NDArray[np.uint32]) -> NDArray[np.uint8]:
        """`cells` (uint8, at most k) with the free ones drawn; left free without a stratum (so: uniform).

        A fixed base that is not A, C, G or T begins the k-mer anew.
        """
        if stratum < 0:
            return cells
        counts = self._counts(stratum)
        drawn = cells.copy()
        prefix, length = 0, 0
        for i, cell in enumerate(cells.tolist()):
            base = cell if cell != FREE else _draw(counts[length][4 * prefix : 4 * prefix + 4], int(numbers[i]))
            drawn[i] = base
            prefix, length = (4 * prefix + base, length + 1) if base < 4 else (0, 0)
        return drawn

    def _counts(self, stratum: int) -> list[NDArray[np.uint64]]:
        """Counts of the words of 1, 2, ... k bases that begin the stratum's k-mers."""
        if stratum not in self._of_stratum:
            words = self.model.counts[stratum].sum(axis=1)
            levels = [words]
            while words.size > 4:
                words = words.reshape(-1, 4).sum(axis=1)
                levels.append(words)
            self._of_stratum[stratum] = levels[::-1]
        return self._of_stratum[stratum]


def _draw(weights: NDArray[np.uint64], number: int) -> int:
    total = int(weights.sum())
    if total == 0:
        return number >> (UNIFORMS_BITS - 2)
    sums = np.cumsum(weights[:3]).tolist()
    return sum(number >= (part << UNIFORMS_BITS) // total for part in sums)
