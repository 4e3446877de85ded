"""The values of a track in the windows of many stretches, by the best method that the track offers."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.files.segments import places_of
from gsynth.plugins import checking
from gsynth.plugins.contracts import BasesTrack, Composer, CompositionTrack, ManyWindows, Track
from gsynth.tracks.contigs import RenamedTrack
from gsynth.tracks.expression_track import ExpressionTrack

Values = NDArray[np.float64]


@frozen(eq=False)
class Windows:
    """Windows of stretches of a genome; those of one stretch touch one another.

    Attributes
    ----------
    names : tuple of str
        The genome's contigs.
    ids : int64[p]
        Each stretch's contig, as an index in `names`.
    firsts : int64[p + 1]
        The windows of stretch j are ``firsts[j] .. firsts[j+1]``; each has one at least.
    starts, ends : int64[w]
        0-based half-open.
    bases : uint8[...] or None
        The ASCII bases of all windows, one after the other.
    flanked : (uint8[...], int64[p + 1]) or None
        The same with the bases behind each stretch that tracks look at, and where each stretch begins.
    """

    names: tuple[str, ...]
    ids: NDArray[np.int64]
    firsts: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    bases: NDArray[np.uint8] | None
    flanked: tuple[NDArray[np.uint8], NDArray[np.int64]] | None = None

    @property
    def count(self) -> int:
        """How many windows there are."""
        return int(self.starts.size)

    def stretch(self, j: int) -> tuple[str, NDArray[np.int64]]:
        """The contig of stretch j, and the edges of its windows."""
        first, last = int(self.firsts[j]), int(self.firsts[j + 1])
        return self.names[int(self.ids[j])], np.append(self.starts[first:last], self.ends[last - 1])


def values_in(track: Track, windows: Windows, composer: Composer | None) -> Values:
    """The value of `track` in each window: float64[w], NaN where there is none.

    `composer` counts the bases of windows for tracks that need only base counts.
    """
    if not windows.count:
        return np.empty(0)
    if isinstance(track, ExpressionTrack):
        # Not the expression's own `window_values`: that way each leaf keeps its fast method.
        leaves = {text: values_in(leaf, windows, composer) for text, leaf in track.tracks.items()}
        return track.combined(leaves, windows.count)
    if track.uses_sequence and windows.bases is not None:
        return _of_bases(track, windows, windows.bases, composer)
    return _of_places(track, windows)


def _of_bases(track: Track, windows: Windows, bases: NDArray[np.uint8], composer: Composer | None) -> Values:
    widths = windows.ends - windows.starts
    edges = places_of(widths)
    if composer is not None and isinstance(track, CompositionTrack):
        composition = checking.compose(composer, bases[: int(edges[-1])], edges)
        return checking.composition_values(track, composition, widths)
    if isinstance(track, BasesTrack):
        return checking.bases_values(track, bases[: int(edges[-1])], edges)
    begins, sizes = edges[windows.firsts[:-1]], np.diff(edges[windows.firsts])
    ends = begins + sizes
    if track.flank and windows.flanked is not None:
        bases, places = windows.flanked
        # Each track gets the flank that it asked for, not the longest one; at the end of a contig there is less.
        begins, ends = places[:-1], np.minimum(places[:-1] + sizes + track.flank, places[1:])
    rows = zip(begins.tolist(), ends.tolist(), strict=True)
    return np.concatenate([_of_stretch(track, windows, j, bases[low:high]) for j, (low, high) in enumerate(rows)])


def _of_places(track: Track, windows: Windows) -> Values:
    if windows.ids.size > 1:
        inner = track.track if isinstance(track, RenamedTrack) else track
        if isinstance(inner, ManyWindows):
            return _many(track, inner, windows)
    return np.concatenate([_of_stretch(track, windows, j, None) for j in range(windows.ids.size)])


def _of_stretch(track: Track, windows: Windows, j: int, bases: NDArray[np.uint8] | None) -> Values:
    name, edges = windows.stretch(j)
    if not isinstance(track, RenamedTrack):
        return checking.window_values(track, name, edges, bases)
    own = track.names.get(name)
    if own is None:
        return np.full(edges.size - 1, track.elsewhere)
    return checking.window_values(track.track, own, edges, bases)


def _many(track: Track, inner: ManyWindows, windows: Windows) -> Values:
    """All windows at once; those on contigs that the track's source lacks have its value elsewhere."""
    ids = np.repeat(windows.ids, np.diff(windows.firsts))
    if not isinstance(track, RenamedTrack):
        return checking.many_values(inner, windows.names, ids, windows.starts, windows.ends)
    # Names are looked up once per contig: there may be millions of windows.
    distinct = np.unique(windows.ids)
    names = [track.names.get(windows.names[row]) for row in distinct.tolist()]
    numbers = np.searchsorted(distinct, ids)
    known = np.array([name is not None for name in names], dtype=np.bool_)[numbers]
    values = np.full(windows.count, track.elsewhere)
    if known.any():
        # Unknown names keep their place, as `numbers` index the list; none of the windows passed on refers to one.
        given = [name or "" for name in names], numbers[known], windows.starts[known], windows.ends[known]
        values[known] = checking.many_values(inner, *given)
    return values
