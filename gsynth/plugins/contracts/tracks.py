"""What a track, and the opener of a kind of track, must do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from gsynth.plugins.contracts.genomes import Genome


@runtime_checkable
class Track(Protocol):
    """A value for each window along a contig. Safe to read from many threads at once."""

    @property
    def uses_sequence(self) -> bool:
        """True if `window_values` needs the bases."""
        ...

    @property
    def flank(self) -> int:
        """How many bases beyond the last edge `sequence` must hold (fewer at the contig's end); 0 for most."""
        ...

    def window_values(
        self, contig: str, edges: NDArray[np.int64], sequence: NDArray[np.uint8] | None
    ) -> NDArray[np.float64]:
        """One value for each window ``[edges[j], edges[j+1])``, NaN where there is none.

        Parameters
        ----------
        contig : str
        edges : int64[m + 1]
            0-based, rising; adjacent windows touch.
        sequence : uint8[edges[m] - edges[0] + flank] or None
            The ASCII bases from ``edges[0]`` on, if `uses_sequence`.

        Returns
        -------
        float64[m]
        """
        ...


@runtime_checkable
class CompositionTrack(Protocol):
    """Optional ability of a track: make its values of how many A, C, G and T the windows hold.

    The core then lets the backend count them, where that is a `Composer`.
    """

    def composition_values(self, composition: NDArray[np.int64], widths: NDArray[np.int64]) -> NDArray[np.float64]:
        """What `Track.window_values` gives, to the last bit.

        Parameters
        ----------
        composition : int64[m, 4]
            A, C, G and T of each window.
        widths : int64[m]

        Returns
        -------
        float64[m]
        """
        ...


@runtime_checkable
class TrackOpener(Protocol):
    """Opens one kind of track source."""

    def open(self, source: object, genome: Genome) -> Track:
        """Open `source` (a path, a name, a function, arrays) against the genome whose contigs it is asked for."""
        ...


@runtime_checkable
class BasesTrack(Protocol):
    """Optional ability of a track: the value of a window follows from the bases inside it and nothing else.

    The core then asks for the windows of many stretches at once.
    """

    def bases_values(self, bases: NDArray[np.uint8], edges: NDArray[np.int64]) -> NDArray[np.float64]:
        """What `Track.window_values` gives, to the last bit.

        Parameters
        ----------
        bases : uint8[edges[m] - edges[0]]
            The ASCII bases of the windows, one after the other; two neighbours need not be so in the genome.
        edges : int64[m + 1]
            Where each window begins in `bases`, from 0 on.

        Returns
        -------
        float64[m]
        """
        ...


@runtime_checkable
class ManyWindows(Protocol):
    """Optional ability of a track that does not use the sequence: windows anywhere, many at once."""

    def many_values(
        self,
        contigs: Sequence[str],
        ids: NDArray[np.int64],
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
    ) -> NDArray[np.float64]:
        """What `Track.window_values` gives for each window, to the last bit.

        Parameters
        ----------
        contigs : sequence of str
        ids : int64[m]
            Each window's contig, as an index in `contigs`.
        starts, ends : int64[m]
            0-based half-open; in any order, overlapping or not.

        Returns
        -------
        float64[m]
        """
        ...
