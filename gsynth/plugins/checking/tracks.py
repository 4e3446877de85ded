"""Calls of a track, with checks of its attributes and of the values that it returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeGuard

import numpy as np
from numpy.typing import NDArray

from gsynth.plugins.checking.naming import is_plain, is_whole, kind_of, named, refuse
from gsynth.plugins.contracts import (
    BasesTrack,
    Categorical,
    CompositionTrack,
    Elsewhere,
    Genome,
    ManyWindows,
    NamedContigs,
    PerContig,
    Track,
    TrackOpener,
)
from gsynth.plugins.origins import note_origin, origin_of

Positions = NDArray[np.int64]
Values = NDArray[np.float64]

_ROLE: Final = "track"


def is_track(source: object) -> TypeGuard[Track]:
    """Whether a user's object has the attributes of a track; BrokenPluginError if reading them fails."""
    with named(source, _ROLE, lambda: "reading its attributes"):
        return isinstance(source, Track) and not isinstance(source, type)


def opened_track(opener: TrackOpener, source: object, genome: Genome, name: str) -> Track:
    """`TrackOpener.open`, checked; errors of the track name its plugin."""
    with named(opener, _ROLE, lambda: f"opening {name}"):
        track = opener.open(source, genome)
    if not is_track(track):
        refuse(opener, _ROLE, f"opening {name}", kind_of(track), "a Track (uses_sequence, flank, window_values)")
    note_origin(track, _ROLE, f"{origin_of(opener, _ROLE)}, opened as {name}")
    check_track(track, name)
    return track


def check_track(track: Track, name: str) -> None:
    """BrokenPluginError unless the attributes of a track are what its contract says."""
    with named(track, _ROLE, lambda: f"reading the attributes of {name}"):
        if not isinstance(track.uses_sequence, bool | np.bool_):
            refuse(track, _ROLE, f"uses_sequence of {name}", kind_of(track.uses_sequence), "True or False")
        if not is_whole(track.flank) or track.flank < 0:
            refuse(track, _ROLE, f"flank of {name}", kind_of(track.flank), "a whole number, not negative")
        _check_optional(track, name)


def _check_optional(track: Track, name: str) -> None:
    """Check the attributes of the optional abilities that a track has."""
    if isinstance(track, NamedContigs) and not _is_sizes(track.contigs):
        refuse(track, _ROLE, f"contigs of {name}", kind_of(track.contigs), "a mapping of names to lengths in bases")
    if isinstance(track, Categorical):
        names = track.categories
        if not (isinstance(names, tuple) and all(isinstance(category, str) for category in names)):
            refuse(track, _ROLE, f"categories of {name}", kind_of(names), "a tuple of names")
    if isinstance(track, Elsewhere):
        elsewhere = track.elsewhere
        if not (is_whole(elsewhere) or isinstance(elsewhere, float | np.floating)):
            refuse(track, _ROLE, f"elsewhere of {name}", kind_of(elsewhere), "a number or NaN")
    if isinstance(track, PerContig) and isinstance(track, NamedContigs):
        if not is_whole(track.width) or track.width < 1:
            refuse(track, _ROLE, f"width of {name}", kind_of(track.width), "a positive whole number of bases")
        if not _is_sizes(track.counts) or not set(track.counts) >= set(track.contigs):
            refuse(track, _ROLE, f"counts of {name}", kind_of(track.counts), "how many values each of contigs has")


def _is_sizes(value: object) -> bool:
    return isinstance(value, Mapping) and all(isinstance(k, str) and is_whole(v) for k, v in value.items())


def track_names(opener: object, names: Callable[[Genome], object], genome: Genome) -> list[str]:
    """The tracks that an opener finds in a genome, checked."""
    with named(opener, _ROLE, lambda: f"names of the tracks in {genome.name}"):
        found = names(genome)
    if isinstance(found, list) and all(isinstance(name, str) for name in found):
        return found
    refuse(opener, _ROLE, f"names of the tracks in {genome.name}", kind_of(found), "a list of str")


def _asked(track: object, windows: int, where: Callable[[], str], ask: Callable[[], Values]) -> Values:
    with named(track, _ROLE, where):
        values = ask()
    # A single value would be broadcast over all windows silently, hence the exact shape.
    if is_plain(values, np.float64, windows):
        return values
    refuse(track, _ROLE, where(), kind_of(values), f"float64[{windows}], a value for each window")


def window_values(track: Track, contig: str, edges: Positions, sequence: NDArray[np.uint8] | None) -> Values:
    """`Track.window_values`, checked."""

    def where() -> str:
        return f"window_values of {contig}:{edges[0]}-{edges[-1]}"

    return _asked(track, edges.size - 1, where, lambda: track.window_values(contig, edges, sequence))


def composition_values(track: CompositionTrack, composition: Positions, widths: Positions) -> Values:
    """`CompositionTrack.composition_values`, checked."""

    def where() -> str:
        return f"composition_values of {widths.size} windows"

    return _asked(track, widths.size, where, lambda: track.composition_values(composition, widths))


def bases_values(track: BasesTrack, bases: NDArray[np.uint8], edges: Positions) -> Values:
    """`BasesTrack.bases_values`, checked."""

    def where() -> str:
        return f"bases_values of {edges.size - 1} windows"

    return _asked(track, edges.size - 1, where, lambda: track.bases_values(bases, edges))


def many_values(
    track: ManyWindows, contigs: Sequence[str], ids: Positions, starts: Positions, ends: Positions
) -> Values:
    """`ManyWindows.many_values`, checked."""

    def where() -> str:
        return f"many_values of {ids.size} windows"

    return _asked(track, ids.size, where, lambda: track.many_values(contigs, ids, starts, ends))
