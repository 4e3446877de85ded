"""What a track, and the opener of a kind of track, must do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
        """How many bases beyond the last edge ``sequence`` must hold (fewer at the contig's end); 0 for most."""
        ...

    def window_values(
        self, contig: str, edges: NDArray[np.int64], sequence: NDArray[np.uint8] | None
    ) -> NDArray[np.float64]:
        """One value for each window ``[edges[j], edges[j+1])``, NaN where there is none.

        Parameters
        ----------
        contig : str
            A contig of the genome; of a track with `NamedContigs`, one of those.
        edges : int64[m + 1]
            0-based, rising; adjacent windows touch. Not to be written to.
        sequence : uint8[edges[m] - edges[0] + flank] or None
            The ASCII bases from ``edges[0]`` on, if `uses_sequence`. Not to be written to.

        Returns
        -------
        float64[m]
            The value of a window depends on the window alone, not on the others that are asked for with it. A contig
            without values gives NaN everywhere; that is not an error.
        """
        ...


@runtime_checkable
class NamedContigs(Protocol):
    """Optional ability of a track: it knows the names of its source's contigs.

    The core then compares them with the genome's, applies the alias that the user gave, and asks the track by its
    source's own names and for no other contig. A source that shares no contig with the genome is refused.
    """

    @property
    def contigs(self) -> Mapping[str, int]:
        """The source's name of each contig -> its length, or the end of its last value, in bases."""
        ...


@runtime_checkable
class Elsewhere(Protocol):
    """Optional ability of a track with `NamedContigs`: its value on contigs that its source lacks.

    Without it that is NaN. A coverage is 0 there.
    """

    @property
    def elsewhere(self) -> float:
        """The value of every window of such a contig."""
        ...


@runtime_checkable
class PerContig(Protocol):
    """Optional ability of a track with `NamedContigs`: consecutive values for whole contigs, from the first base on.

    Fewer values than a contig's length requires belong to another contig or have another width, and are refused.
    """

    @property
    def width(self) -> int:
        """Bases per value."""
        ...

    @property
    def counts(self) -> Mapping[str, int]:
        """The source's name of each contig -> how many values it has."""
        ...


@runtime_checkable
class Categorical(Protocol):
    """Optional ability of a track: its values are the numbers 0 .. n-1 of named categories, or NaN.

    ``breaks="categories"`` then makes a bin of each. A model keeps the names, and refuses a track that has others.
    """

    @property
    def categories(self) -> tuple[str, ...]:
        """The names, sorted, none twice; the value i stands for ``categories[i]``."""
        ...


@runtime_checkable
class CompositionTrack(Protocol):
    """Optional ability of a track that uses the sequence: its values follow from how many A, C, G and T windows hold.

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
class BasesTrack(Protocol):
    """Optional ability of a track that uses the sequence: a value follows from the bases of its window alone.

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


@runtime_checkable
class TrackOpener(Protocol):
    """Opens one kind of track source."""

    def open(self, source: object, genome: Genome) -> Track:
        """Open `source` against the genome for whose contigs it will be asked.

        Parameters
        ----------
        source : object
            What the user passed: a path (str or path-like; of a pipe, that of a copy), a dict of ``path`` and options,
            a mapping of arrays, a function, anything. Either the descriptor's ``accepts`` was true for it, or it is a
            dict whose ``format`` names this plugin. A plugin that accepts its own name is handed the text of an
            expression (``gc``, ``kmer_frac('CG')``); one that is a `GenomeTracks`, ``{"genome": genome, "name":
            name}``.
        genome : Genome

        Raises
        ------
        FormatError, TrackError, ArgumentError
            What was found, what was expected, what to do. Unknown options of a dict are refused (`source_options`).
        """
        ...


@runtime_checkable
class GenomeTracks(Protocol):
    """Optional ability of an opener: it finds tracks in the genome itself, by name.

    Its descriptor accepts ``{"genome": genome, "name": name}``, which is also the source that it is handed.
    """

    def names(self, genome: Genome) -> list[str]:
        """The tracks that the genome brings; none if it is not of the kind that this opener knows."""
        ...
