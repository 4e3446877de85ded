"""Tracks that are functions of the sequence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.errors import ArgumentError
from gsynth.plugins import Genome, Track
from gsynth.tracks.windows import FlagBases, Flags, window_counts

UPPER: Final = 0xDF
"""Clears the bit that makes an ASCII letter lower case."""

CG: Final = 0xDB
"""Clears the case bit and the one bit in which C and G differ: what is left of either is C."""


def ratio(numerator: NDArray[np.int64], denominator: NDArray[np.int64]) -> NDArray[np.float64]:
    """numerator / denominator, NaN where the denominator is 0."""
    result = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=result, where=denominator != 0)
    return result


@frozen
class SequenceTrack:
    """A track whose values follow from counts of positions in the window.

    Attributes
    ----------
    flag : callable
        What is counted (see `gsynth.tracks.windows.FlagBases`).
    value : callable
        Makes float64[m] of the counts, int64[f, m], and the widths of the windows, int64[m].
    flank : int
        How many bases to the right of a position `flag` looks at.
    """

    flag: FlagBases
    value: Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.float64]]
    flank: int = 0
    uses_sequence: bool = True

    def window_values(
        self, contig: str, edges: NDArray[np.int64], sequence: NDArray[np.uint8] | None
    ) -> NDArray[np.float64]:
        """One value for each window (see `gsynth.plugins.Track`)."""
        if sequence is None:
            raise ArgumentError(f"a track of the sequence needs the bases of {contig}, and the genome has none")
        return self.value(window_counts(sequence, edges, self.flag, flank=self.flank), np.diff(edges))


def is_cg(bases: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """True at C, G, c, g."""
    return (bases & CG) == ord("C")


def is_acgt(bases: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """True at A, C, G, T in either case."""
    upper = bases & UPPER
    found = upper == ord("A")
    found |= upper == ord("T")
    found |= is_cg(bases)
    return found


def _gc_flags(bases: NDArray[np.uint8], n: int) -> Flags:
    upper = bases[:n] & UPPER
    strong = (upper & CG) == ord("C")
    known = upper == ord("A")
    known |= upper == ord("T")
    known |= strong
    return strong, known


def gc() -> SequenceTrack:
    """(G + C) / (A + C + G + T) of the window; NaN where it holds none of them."""
    return SequenceTrack(_gc_flags, lambda counts, _: ratio(counts[0], counts[1]))


class SequenceOpener:
    """Opens a named function of the sequence (see `gsynth.plugins.TrackOpener`)."""

    def open(self, source: object, genome: Genome) -> Track:
        """The track that the text `source` names, such as ``gc``."""
        return gc()
