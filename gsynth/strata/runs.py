"""Runs of strata: stretches of windows of one flat bin, and a mask laid over them."""

from __future__ import annotations

from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.files.segments import lie_in
from gsynth.intervals.pieces import Pieces
from gsynth.plugins.contracts import MASKED, UNBINNED

Runs = tuple[NDArray[np.int64], NDArray[np.int32]]
"""Edges int64[m + 1] and strata int32[m]: run j covers ``edges[j] <= position < edges[j + 1]``."""

_NO_CAUSES: Final = np.empty((0, 0), dtype=np.int8)


@frozen(eq=False)
class PieceRuns:
    """Runs of pieces, those of one piece after those of another.

    Attributes
    ----------
    starts : int64[r]
        The position at which each run begins. A run ends where the next one of its piece begins; the last one ends
        with the piece.
    strata : int32[r]
    counts : int64[p]
        Runs of each piece; an empty piece has none.
    causes : int8[d, u]
        For each dimension, why the runs outside of the strata, in their order, have no bin: an index of
        `gsynth.model.binning.CAUSES`, or -1 if they have one. Those are the runs of the strata's `outside_bin`.
    """

    starts: NDArray[np.int64]
    strata: NDArray[np.int32]
    counts: NDArray[np.int64]
    causes: NDArray[np.int8] = _NO_CAUSES

    @classmethod
    def plain(cls, pieces: Pieces) -> PieceRuns:
        """One run of stratum 0 for each piece that is not empty."""
        filled = pieces.lasts > pieces.firsts
        starts = pieces.firsts[filled]
        return cls(starts, np.zeros(starts.size, dtype=np.int32), filled.astype(np.int64))

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return self.starts.nbytes + self.strata.nbytes + self.counts.nbytes + self.causes.nbytes

    def first_strata(self) -> NDArray[np.int32]:
        """The stratum at which each piece begins, `UNBINNED` if it is empty: int32[p]."""
        firsts = np.cumsum(self.counts) - self.counts
        # One more at the end, so that the index of an empty last piece exists.
        strata = np.append(self.strata, np.int32(UNBINNED))
        return np.where(self.counts > 0, strata[np.minimum(firsts, self.strata.size)], np.int32(UNBINNED))

    def between(
        self, pieces: Pieces, places: NDArray[np.int64], gap_places: NDArray[np.int64], gap_stratum: int, behind: bool
    ) -> Runs:
        """The runs of a block, with a gap before or after each piece.

        Parameters
        ----------
        pieces : Pieces
        places : int64[p]
            Where in the block each piece's first position lies.
        gap_places : int64[p + 1]
            Where each gap begins; the last number is the end of the block.
        gap_stratum : int
        behind : bool
            Whether the gap of a piece comes after it.

        Returns
        -------
        edges int64[m + 1], strata int32[m]
        """
        # Gaps are k windows that would span two pieces; a stratum of their own keeps context from passing between them.
        owner = np.repeat(np.arange(self.counts.size), self.counts)
        begins = self.starts + (places - pieces.firsts)[owner]
        ends = np.cumsum(self.counts)
        at = ends if behind else ends - self.counts
        edges = np.insert(begins, at, gap_places[:-1])
        strata = np.insert(self.strata, at, np.int32(gap_stratum))
        return np.append(edges, gap_places[-1]), strata


def lay_over(runs: Runs, mask: NDArray[np.int64], stratum: int = MASKED) -> Runs:
    """`runs` with the disjoint, sorted half-open runs `mask` (int64[m, 2], within them) set to `stratum`."""
    edges, strata = runs
    if mask.size == 0:
        return runs
    # Edges of runs and of the mask together cut the block into stretches that lie in one run, and wholly in the mask or
    # wholly outside of it.
    cuts = np.unique(np.concatenate([edges, mask.reshape(-1)]))
    which = np.searchsorted(edges, cuts[:-1], side="right") - 1
    laid = strata[which]
    laid[lie_in(mask, cuts[:-1])] = stratum
    return cuts, laid
