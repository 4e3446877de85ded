"""What a call reads: the opened genome, and the intervals, masks and tracks that other files give on it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.errors import ArgumentError
from gsynth.genomes.aliases import Alias, AliasLike, NotedAlias, noted_alias
from gsynth.intervals import Intervals, resolve_intervals
from gsynth.intervals.collecting import IntervalsLike
from gsynth.intervals.masks import Mask, MaskLike, resolve_mask
from gsynth.model import DimSpec
from gsynth.outputs.records import Names
from gsynth.plugins.contracts import UNBINNED, Genome, Track
from gsynth.strata import Strata, open_dim_tracks, open_strata
from gsynth.tracks.sources import TracksLike

log = logging.getLogger("gsynth")


@frozen
class Inputs:
    """A genome, where on it a call works, and how the contig names of other files become the genome's."""

    genome: Genome
    intervals: Intervals
    alias: Alias
    tracks: TracksLike | None = None

    @classmethod
    def of(
        cls,
        genome: Genome,
        intervals: IntervalsLike | None,
        chrom_alias: AliasLike | None,
        tracks: TracksLike | None = None,
        names: Names = "coordinates",
    ) -> Inputs:
        """From the parameters of a call, the genome opened."""
        if names not in get_args(Names):
            raise ArgumentError(f"names must be one of {', '.join(get_args(Names))}, found {names!r}")
        alias = noted_alias(chrom_alias, genome)
        # Labels are a column of texts, which would be kept for every interval of a call that writes no names.
        where = resolve_intervals(intervals, genome, alias=alias, labelled=names == "bed")
        if log.isEnabledFor(logging.DEBUG):
            # Asked first: a draft assembly has a hundred thousand lengths to add up.
            sizes = genome.contigs
            log.debug("genome: %s, contigs %s, bases %s", genome.name, f"{len(sizes):,}", f"{sum(sizes.values()):,}")
        log.debug("intervals: %s, bases %s", f"{len(where):,}", f"{where.total:,}")
        return cls(genome, where if names == "bed" else where.unlabelled(), alias, tracks)

    @property
    def idle_alias(self) -> str | Literal[False]:
        """Why an alias that the caller gave had no effect, as `warn_unused` takes it, once everything is opened."""
        idle = isinstance(self.alias, NotedAlias) and not self.alias.used
        return idle and "no contig of the intervals, masks or tracks has another name in it"

    def mask(self, mask: MaskLike | None, what: str = "mask") -> Mask | None:
        """What a caller gives as the parameter `what`."""
        return resolve_mask(mask, self.genome, what=what, alias=self.alias)

    def open_tracks(self, dims: Sequence[DimSpec], iterator: int | None) -> tuple[Track, ...]:
        """The tracks of the dimensions' expressions."""
        _say(dims, iterator)
        return open_dim_tracks(dims, iterator, self.genome, self.tracks, self.alias)

    def strata(
        self,
        dims: Sequence[DimSpec],
        iterator: int | None,
        backend: object = None,
        redirect: NDArray[np.int32] | None = None,
        *,
        outside_bin: int = UNBINNED,
    ) -> Strata:
        """The strata of a model's dimensions, see `gsynth.strata.open_strata`."""
        _say(dims, iterator)
        return open_strata(dims, iterator, self.genome, self.tracks, self.alias, backend, redirect, outside_bin)

    def check_has_sequence(self, what: str) -> None:
        """ArgumentError that says that `what` needs the sequence, if the genome has none."""
        if not self.genome.has_sequence:
            raise ArgumentError(f"{self.genome.name} gives only contig sizes; {what} needs the sequence")


def _say(dims: Sequence[DimSpec], iterator: int | None) -> None:
    for dim in dims:
        log.debug("strata: %s, bins %d, %g to %g", dim.expr, dim.num_bins, dim.breaks[0], dim.breaks[-1])
    if dims and iterator is not None:
        log.debug("strata: windows of %s bases", f"{iterator:,}")
