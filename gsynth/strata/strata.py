"""The strata of a genome: which flat bin each window falls in, as runs."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.errors import ArgumentError
from gsynth.files.segments import places_of
from gsynth.genomes.aliases import AliasLike
from gsynth.genomes.fetching import Fetched
from gsynth.intervals.pieces import Pieces
from gsynth.model import DimSpec
from gsynth.model.binning import NO_BIN, causes_outside
from gsynth.plugins.contracts import UNBINNED, Categorical, Composer, Genome, Track
from gsynth.strata.runs import PieceRuns
from gsynth.strata.windows import WindowTable, window_span, window_table
from gsynth.tracks.evaluation import Windows, values_in
from gsynth.tracks.sources import TracksLike


class FindsRuns(Protocol):
    """Runs of strata over stretches of a genome, and the sequence that they need. Safe to use from many threads."""

    @property
    def outside_bin(self) -> int:
        """The stratum of windows in which a dimension has no bin."""
        ...

    @property
    def step(self) -> int | None:
        """The width in bp of the windows that have one stratum; None if everything has the same."""
        ...

    @property
    def n_dims(self) -> int:
        """How many dimensions there are."""
        ...

    def spans(self, pieces: Pieces) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """See `Strata.spans`."""
        ...

    def runs(self, pieces: Pieces, fetched: Fetched) -> PieceRuns:
        """See `Strata.runs`."""
        ...


@frozen
class Strata:
    """Dimensions with their tracks, which give the runs of any stretches.

    `composer` counts the bases of windows for the tracks that need only base counts; without one they count themselves.
    `redirect` (int32[bins]), if given, is the bin by which each flat bin is replaced. `outside_bin` is the stratum of
    windows in which a dimension has no bin.
    """

    dims: Sequence[DimSpec]
    tracks: Sequence[Track]
    iterator: int | None
    genome: Genome
    composer: Composer | None = None
    redirect: NDArray[np.int32] | None = None
    outside_bin: int = UNBINNED

    @property
    def step(self) -> int | None:
        """The width in bp of the windows that have one stratum; None if everything has the same."""
        return self.iterator if self.dims else None

    @property
    def n_dims(self) -> int:
        """How many dimensions there are."""
        return len(self.dims)

    @property
    def uses_sequence(self) -> bool:
        return any(track.uses_sequence for track in self.tracks)

    @property
    def flank(self) -> int:
        """How many bases beyond the last window of a stretch its tracks need."""
        return max((track.flank for track in self.tracks), default=0)

    def spans(self, pieces: Pieces) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The stretches of sequence, int64[p] low and high, that `runs` of the pieces needs; empty if it needs none."""
        if not self.uses_sequence:
            return pieces.firsts, pieces.firsts
        # Whole windows, though a piece may begin inside one: its value must not depend on where blocks are cut.
        lows, highs = window_span(pieces, self.iterator)
        if self.flank:
            sizes = [self.genome.contigs[pieces.names[contig]] for contig in pieces.ids.tolist()]
            highs = np.minimum(highs + self.flank, np.array(sizes, dtype=np.int64))
        return lows, np.where(pieces.lasts > pieces.firsts, highs, lows)

    def runs(self, pieces: Pieces, fetched: Fetched) -> PieceRuns:
        """The runs over the positions of the pieces.

        `fetched` holds the bases of the pieces, at least those of `spans`.
        """
        if not self.dims:
            return PieceRuns.plain(pieces)
        windows, asked = self._windows(pieces, fetched)
        starts = np.maximum(windows.starts, pieces.firsts[windows.piece])
        strata, causes = self._flat_bins(asked)
        return PieceRuns(starts, strata, windows.counts, causes)

    def values(self, pieces: Pieces, fetched: Fetched) -> NDArray[np.float64]:
        """The values of the first track in the windows that begin in the pieces."""
        windows, asked = self._windows(pieces, fetched)
        return values_in(self.tracks[0], asked, self.composer)[windows.starts >= pieces.firsts[windows.piece]]

    def _windows(self, pieces: Pieces, fetched: Fetched) -> tuple[WindowTable, Windows]:
        """The windows that the pieces touch, and the same as tracks are asked about them."""
        windows = window_table(pieces, self.iterator)
        filled = np.flatnonzero(windows.counts)
        bases = flanked = None
        if self.uses_sequence:
            lows, highs = self.spans(pieces)
            if self.flank:
                # Apart from the bases of the windows, which touch: a flank lies between a stretch and the next.
                flanked = fetched.of(lows, highs), places_of((highs - lows)[filled])
                highs = np.where(highs > lows, window_span(pieces, self.iterator)[1], lows)
            bases = fetched.of(lows, highs)
        return windows, Windows(
            pieces.names,
            pieces.ids[filled],
            places_of(windows.counts[filled]),
            windows.starts,
            windows.ends,
            bases,
            flanked,
        )

    def _flat_bins(self, windows: Windows) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
        """The stratum of each window, and why those without a bin have none: int32[w], int8[d, u]."""
        flat = np.zeros(windows.count, dtype=np.int32)
        outside = np.zeros(windows.count, dtype=np.bool_)
        stride = 1
        values = [values_in(track, windows, self.composer) for track in self.tracks]
        for dim, own in zip(self.dims, values, strict=True):
            bins = dim.bins_of(own)
            # Only noted: the bin of a window that another dimension leaves out is still needed for the causes.
            outside |= bins == NO_BIN
            # 0 for a missing bin keeps the index in range until it is replaced below.
            flat += np.where(bins == NO_BIN, 0, dim.merged()[bins]) * np.int32(stride)
            stride *= dim.num_bins
        if self.redirect is not None:
            flat = self.redirect[flat]
        flat[outside] = self.outside_bin
        without = np.flatnonzero(outside)
        pairs = zip(self.dims, values, strict=True)
        return flat, np.stack([causes_outside(own[without], dim.breaks, dim.closed) for dim, own in pairs])


def open_dim_tracks(
    dims: Sequence[DimSpec],
    iterator: int | None,
    genome: Genome,
    tracks: TracksLike | None,
    chrom_alias: AliasLike | None,
) -> tuple[Track, ...]:
    """Open the tracks of the dimensions' expressions; warns about what is given and not used."""
    if not dims:
        if tracks:
            warnings.warn(f"there are no strata: the tracks {', '.join(map(repr, tracks))} are not used", stacklevel=3)
        return ()
    if iterator is None:
        raise ArgumentError("strata need an iterator: the width in bp of the windows on which they are evaluated")
    from gsynth.tracks import open_tracks

    return tuple(open_tracks([dim.expr for dim in dims], tracks, genome, alias=chrom_alias))


def open_strata(
    dims: Sequence[DimSpec],
    iterator: int | None,
    genome: Genome,
    tracks: TracksLike | None,
    chrom_alias: AliasLike | None = None,
    backend: object = None,
    redirect: NDArray[np.int32] | None = None,
    outside_bin: int = UNBINNED,
) -> Strata:
    """The strata of a model's dimensions over a genome; `backend` counts bases if it can (see `composer_of`)."""
    opened = open_dim_tracks(dims, iterator, genome, tracks, chrom_alias)
    for dim, track in zip(dims, opened, strict=True):
        found = track.categories if isinstance(track, Categorical) else None
        # Strata are numbers: with other names, or the same in another order, windows would take the wrong ones.
        if dim.categories is not None and found != dim.categories:
            raise ArgumentError(
                f"the model's categories of {dim.expr!r} are {', '.join(dim.categories)}; "
                f"this track has {', '.join(found) if found else 'numbers'}"
            )
    return Strata(tuple(dims), opened, iterator, genome, composer_of(backend), redirect, outside_bin)


def composer_of(backend: object) -> Composer | None:
    """The counter, sampler or scorer itself if it has the ability, else None."""
    return backend if isinstance(backend, Composer) else None
