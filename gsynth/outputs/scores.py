"""Scores of windows, as columns, and the interface that every destination for them has."""

from __future__ import annotations

from typing import Any, Final, Protocol

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.plugins.contracts import LOG_BITS

MISSING: Final = np.uint8(1)
"""Flag of a window without a score."""
IMPOSSIBLE: Final = np.uint8(2)
"""Flag of a window with a base that is impossible under the model."""
AGAINST_IMPOSSIBLE: Final = np.uint8(4)
"""Flag of a window with a base that is impossible under the model `against`."""


@frozen(eq=False)
class Scores:
    """The scores of windows, as exact whole numbers; `values` converts them.

    Attributes
    ----------
    ids : int64[w]
        Each window's contig, as an index in the genome's names.
    starts, ends : int64[w]
        0-based half-open.
    sums : int64[w]
        Sums of natural logarithms in units of ``2**-24``, meaningless where a flag is set.
    flags : uint8[w]
    """

    ids: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    sums: NDArray[np.int64]
    flags: NDArray[np.uint8]

    def __len__(self) -> int:
        return int(self.ids.size)

    def __getitem__(self, rows: slice | NDArray[Any]) -> Scores:
        """Some of the windows."""
        return Scores(self.ids[rows], self.starts[rows], self.ends[rows], self.sums[rows], self.flags[rows])

    @property
    def scored(self) -> NDArray[np.bool_]:
        """Which windows have a score, an infinite one too: bool[w]."""
        # Impossible under both models would be -inf minus -inf.
        both = IMPOSSIBLE | AGAINST_IMPOSSIBLE
        return np.asarray(((self.flags & MISSING) == 0) & ((self.flags & both) != both))

    @property
    def infinite(self) -> NDArray[np.bool_]:
        """Which windows have an infinite score: bool[w]."""
        return np.asarray(self.scored & (self.flags != 0))

    def values(self) -> NDArray[np.float64]:
        """The scores: NaN where there is none, -inf for what is impossible, inf for what is so under `against`."""
        # By a power of two, so nothing is rounded as long as a sum fits the 53 bits of a double.
        values: NDArray[np.float64] = self.sums.astype(np.float64) * 2.0**-LOG_BITS
        if self.flags.any():
            values[self.flags == IMPOSSIBLE] = -np.inf
            values[self.flags == AGAINST_IMPOSSIBLE] = np.inf
            values[~self.scored] = np.nan
        return values


class ScoreSink(Protocol):
    """Takes the scores of a call, batch by batch."""

    def made(self, scores: Scores) -> Any:
        """The scores as they will be written. On any thread."""
        ...

    def take(self, made: Any) -> None:
        """Write what was made. In the order of the windows, one batch at a time."""
        ...

    def finish(self) -> None:
        """Write what is left."""
        ...

    def result(self) -> Any:
        """What the call returns."""
        ...
