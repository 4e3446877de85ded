"""Which contig of a track's source belongs to which contig of the genome."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.genomes.aliases import AliasLike, contig_error, resolve_alias
from gsynth.plugins import (
    ArgumentError,
    Categorical,
    ContigError,
    Elsewhere,
    Genome,
    NamedContigs,
    PerContig,
    Track,
)


@frozen
class RenamedTrack:
    """A track asked by the genome's contig names.

    Attributes
    ----------
    track : Track
        With `NamedContigs`.
    names : mapping of str to str
        The genome's name of each contig -> the source's own.
    """

    track: Track
    names: Mapping[str, str]

    @property
    def uses_sequence(self) -> bool:
        return self.track.uses_sequence

    @property
    def flank(self) -> int:
        return self.track.flank

    @property
    def elsewhere(self) -> float:
        """The value on contigs that the source lacks."""
        return self.track.elsewhere if isinstance(self.track, Elsewhere) else np.nan

    def window_values(
        self, contig: str, edges: NDArray[np.int64], sequence: NDArray[np.uint8] | None
    ) -> NDArray[np.float64]:
        """One value for each window (see `gsynth.plugins.Track`)."""
        name = self.names.get(contig)
        if name is None:
            return np.full(edges.size - 1, self.elsewhere)
        return self.track.window_values(name, edges, sequence)


@frozen
class RenamedCategories(RenamedTrack):
    """A track of categories asked by the genome's contig names."""

    categories: tuple[str, ...]


def match_contigs(track: Track, source: str, genome: Genome, alias: AliasLike | None = None) -> Track:
    """`track`, to be asked by the genome's contig names.

    Raises
    ------
    ArgumentError
        If a `PerContig` track has too few values for a contig.
    ContigError
        If the source shares no contig with the genome, or two of its contigs would become one.

    Warns
    -----
    UserWarning
        Once, if the source goes on beyond the end of a contig: what is beyond is left out.
    """
    if not isinstance(track, NamedContigs):
        return track
    rename = resolve_alias(alias, genome).rename
    names: dict[str, str] = {}
    for name in track.contigs:
        known = rename(name, genome.contigs)
        # Sources often have contigs that the genome lacks, such as decoys: only sharing none is an error (below).
        if known not in genome.contigs:
            continue
        if names.setdefault(known, name) != name:
            raise ContigError(f"{source}: contigs {names[known]!r} and {name!r} are both {known!r} of the genome")
    if not names and track.contigs:
        raise contig_error(track.contigs, source, genome)
    if isinstance(track, PerContig):
        _check_counts(track, names, source, genome)
    _warn_beyond(track.contigs, names, source, genome)
    if isinstance(track, Categorical):
        return RenamedCategories(track, names, track.categories)
    return RenamedTrack(track, names)


def _check_counts(track: PerContig, names: Mapping[str, str], source: str, genome: Genome) -> None:
    width = track.width
    for known, name in names.items():
        found, bases = track.counts[name], genome.contigs[known]
        # The last value, for less than `width` bases, may be missing, as where bins are counted by whole division.
        expected = bases // width
        if found < expected:
            raise ArgumentError(
                f"{source}: {name}: an array of {found:,} values, each of {width:,} bp, for a contig of {bases:,} bp, "
                f"which needs {expected:,} or more; pass {{'arrays': arrays, 'width': bp per value}}, and NaN where "
                "there is no value"
            )


def _warn_beyond(lengths: Mapping[str, int], names: Mapping[str, str], source: str, genome: Genome) -> None:
    beyond = [known for known, name in names.items() if lengths[name] > genome.contigs[known]]
    if beyond:
        known = beyond[0]
        more = f" (likewise on {len(beyond) - 1} more contigs)" if len(beyond) > 1 else ""
        message = (
            f"{source}: extends to {lengths[names[known]]:,} on {known}, which has {genome.contigs[known]:,} bases in "
            f"the genome{more}; what is beyond is left out: is it the same assembly?"
        )
        warnings.warn(message, UserWarning, stacklevel=2)
