"""The strata of a genome: which flat bin each window falls in, as runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.errors import ArgumentError
from gsynth.model import DimSpec
from gsynth.model.binning import NO_BIN, bin_indices
from gsynth.plugins.contracts import UNBINNED, Composer, CompositionTrack, Genome, Track
from gsynth.strata.runs import Runs


@frozen
class Strata:
    """Dimensions with their tracks, ready to be asked for the runs of any stretch.

    `composer` counts the bases of windows for the tracks that can make do with that; without one they do it.
    """

    dims: Sequence[DimSpec]
    tracks: Sequence[Track]
    iterator: int | None
    genome: Genome
    composer: Composer | None = None

    @property
    def uses_sequence(self) -> bool:
        return any(track.uses_sequence for track in self.tracks)

    def span(self, contig: str, start: int, end: int, first: int, last: int) -> tuple[int, int]:
        """The stretch of sequence that `runs` of ``[first, last)`` needs."""
        if not self.uses_sequence:
            return first, first
        low, high = self._window_span(start, end, first, last)
        flank = max(track.flank for track in self.tracks)
        return low, min(high + flank, self.genome.contigs[contig])

    def runs(
        self, contig: str, start: int, end: int, first: int, last: int, sequence: NDArray[np.uint8], offset: int
    ) -> Runs:
        """The runs over the positions ``[first, last)`` of the interval ``[start, end)``, absolute.

        `sequence` holds the bases from `offset` on, at least those of `span`.
        """
        if not self.dims:
            return np.array([first, last], dtype=np.int64), np.zeros(1, dtype=np.int32)
        edges = self.window_edges(start, end, first, last)
        flat = np.zeros(edges.size - 1, dtype=np.int32)
        outside = np.zeros(edges.size - 1, dtype=np.bool_)
        stride = 1
        for dim, track in zip(self.dims, self.tracks, strict=True):
            bins = bin_indices(self.values(track, contig, edges, sequence, offset), dim.breaks)
            outside |= bins == NO_BIN
            flat += np.where(bins == NO_BIN, 0, dim.merged()[bins]) * np.int32(stride)
            stride *= dim.num_bins
        flat[outside] = UNBINNED
        return np.clip(edges, first, last), flat

    def _window_span(self, start: int, end: int, first: int, last: int) -> tuple[int, int]:
        width = self.iterator or 1
        return max(start, first // width * width), min(end, -(-last // width) * width)

    def window_edges(self, start: int, end: int, first: int, last: int) -> NDArray[np.int64]:
        """The edges of the windows that `[first, last)` touches."""
        low, high = self._window_span(start, end, first, last)
        width = self.iterator or 1
        inner = np.arange((low // width + 1) * width, high, width, dtype=np.int64)
        return np.concatenate([[low], inner, [high]]).astype(np.int64)

    def values(
        self, track: Track, contig: str, edges: NDArray[np.int64], sequence: NDArray[np.uint8], offset: int
    ) -> NDArray[np.float64]:
        if not track.uses_sequence:
            return track.window_values(contig, edges, None)
        if self.composer is not None and isinstance(track, CompositionTrack):
            composition = np.empty((edges.size - 1, 4), dtype=np.int64)
            self.composer.compose(sequence[int(edges[0]) - offset : int(edges[-1]) - offset], edges, composition)
            return track.composition_values(composition, np.diff(edges))
        stop = min(int(edges[-1]) + track.flank, self.genome.contigs[contig])
        return track.window_values(contig, edges, sequence[int(edges[0]) - offset : stop - offset])


def open_dim_tracks(
    dims: Sequence[DimSpec], iterator: int | None, genome: Genome, tracks: Mapping[str, Any] | None, chrom_alias: Any
) -> tuple[Track, ...]:
    """Open the tracks of the dimensions' expressions."""
    if not dims:
        return ()
    if iterator is None:
        raise ArgumentError("strata need an iterator: the width in bp of the windows on which they are evaluated")
    from gsynth.tracks import open_tracks

    return tuple(open_tracks([dim.expr for dim in dims], tracks, genome, alias=chrom_alias))


def open_strata(
    dims: Sequence[DimSpec],
    iterator: int | None,
    genome: Genome,
    tracks: Mapping[str, Any] | None,
    chrom_alias: Any = None,
    backend: object = None,
) -> Strata:
    """The strata of a model's dimensions over a genome; `backend` counts for them if it can (see `composer_of`)."""
    opened = open_dim_tracks(dims, iterator, genome, tracks, chrom_alias)
    for dim, track in zip(dims, opened, strict=True):
        found = getattr(track, "categories", None)
        if dim.categories is not None and found != dim.categories:
            raise ArgumentError(
                f"the model's strata of {dim.expr!r} are {', '.join(dim.categories)}; "
                f"this track has {', '.join(found) if found else 'numbers'}"
            )
    return Strata(tuple(dims), opened, iterator, genome, composer_of(backend))


def composer_of(backend: object) -> Composer | None:
    """A counter or sampler that has the ability, or None."""
    return backend if isinstance(backend, Composer) else None


def check_iterator(iterator: object) -> int | None:
    """`iterator` as a positive int, or None."""
    if iterator is None:
        return None
    if isinstance(iterator, bool) or not isinstance(iterator, int | np.integer) or iterator < 1:
        raise ArgumentError(f"iterator must be a positive whole number of bp, found {iterator!r}")
    return int(iterator)
