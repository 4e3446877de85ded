"""The strata of a genome: which flat bin each window falls in, as runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.binning import NO_BIN, bin_indices
from gsynth.errors import ArgumentError
from gsynth.model import DimSpec
from gsynth.plugins.interfaces import MASKED, UNBINNED, Genome, Track

Runs = tuple[NDArray[np.int64], NDArray[np.int32]]
"""Edges int64[m + 1] and strata int32[m]: run j covers ``edges[j] <= position < edges[j + 1]``."""


@frozen
class Strata:
    """Dimensions with their tracks, ready to be asked for the runs of any stretch."""

    dims: Sequence[DimSpec]
    tracks: Sequence[Track]
    iterator: int | None
    genome: Genome

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
        low, high = self._window_span(start, end, first, last)
        edges = self._window_edges(low, high)
        flat = np.zeros(edges.size - 1, dtype=np.int32)
        outside = np.zeros(edges.size - 1, dtype=np.bool_)
        stride = 1
        for dim, track in zip(self.dims, self.tracks, strict=True):
            bases = None
            if track.uses_sequence:
                stop = min(high + track.flank, self.genome.contigs[contig])
                bases = sequence[low - offset : stop - offset]
            bins = bin_indices(track.window_values(contig, edges, bases), dim.breaks)
            outside |= bins == NO_BIN
            flat += np.where(bins == NO_BIN, 0, dim.merged()[bins]) * np.int32(stride)
            stride *= dim.num_bins
        flat[outside] = UNBINNED
        return np.clip(edges, first, last), flat

    def _window_span(self, start: int, end: int, first: int, last: int) -> tuple[int, int]:
        width = self.iterator or 1
        return max(start, first // width * width), min(end, -(-last // width) * width)

    def _window_edges(self, low: int, high: int) -> NDArray[np.int64]:
        width = self.iterator or 1
        inner = np.arange((low // width + 1) * width, high, width, dtype=np.int64)
        return np.concatenate([[low], inner, [high]]).astype(np.int64)


def open_strata(
    dims: Sequence[DimSpec],
    iterator: int | None,
    genome: Genome,
    tracks: Mapping[str, Any] | None,
    chrom_alias: Any = None,
) -> Strata:
    """Open the tracks of the dimensions' expressions."""
    if not dims:
        return Strata((), (), iterator, genome)
    if iterator is None:
        raise ArgumentError("strata need an iterator: the width in bp of the windows on which they are evaluated")
    from gsynth.tracks import open_tracks

    opened = open_tracks([dim.expr for dim in dims], tracks, genome, alias=chrom_alias)
    return Strata(tuple(dims), tuple(opened), iterator, genome)


def check_iterator(iterator: object) -> int | None:
    """`iterator` as a positive int, or None."""
    if iterator is None:
        return None
    if isinstance(iterator, bool) or not isinstance(iterator, int | np.integer) or iterator < 1:
        raise ArgumentError(f"iterator must be a positive whole number of bp, found {iterator!r}")
    return int(iterator)


def lay_over(runs: Runs, mask: NDArray[np.int64], stratum: int = MASKED) -> Runs:
    """`runs` with the disjoint, sorted half-open runs `mask` (int64[m, 2], within them) set to `stratum`."""
    edges, strata = runs
    if mask.size == 0:
        return runs
    cuts = np.unique(np.concatenate([edges, mask.reshape(-1)]))
    which = np.searchsorted(edges, cuts[:-1], side="right") - 1
    laid = strata[which]
    before = np.searchsorted(mask[:, 0], cuts[:-1], side="right") - 1
    inside = (before >= 0) & (cuts[:-1] < mask[np.maximum(before, 0), 1])
    laid[inside] = stratum
    return cuts, laid
