"""Registers the kinds of track that gsynth brings.

A plugin that accepts its own name as a source is a named track: an expression uses it by that name, bare or as a
call with strings and numbers, and the source handed to its opener is that text (``gc``, ``kmer_frac('CG')``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from gsynth.plugins import TrackOpener, TrackPlugin, hookimpl

SEQUENCE_TRACKS: Final = {
    "gc": "fraction of C and G among A, C, G, T",
}


def _sequence_opener() -> TrackOpener:
    from gsynth.tracks.sequence import SequenceOpener

    return SequenceOpener()


def _accepts_call(name: str) -> Callable[[object], bool]:
    def accepts(source: object) -> bool:
        return isinstance(source, str) and source.partition("(")[0].strip() == name

    return accepts


@hookimpl
def gsynth_tracks() -> Iterator[TrackPlugin]:
    for name, summary in SEQUENCE_TRACKS.items():
        yield TrackPlugin(
            name=name, load=_sequence_opener, accepts=_accepts_call(name), priority=100, summary=summary
        )
