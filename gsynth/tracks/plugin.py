"""Registers the kinds of track that gsynth brings.

A plugin that accepts its own name as a source is a named track: an expression uses it by that name, bare or as a
call with strings and numbers, and the source handed to its opener is that text (``gc``, ``kmer_frac('CG')``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from gsynth.plugins import TrackOpener, TrackPlugin, hookimpl

NAMED: Final = {
    "gc": "(G + C) / (A + C + G + T)",
    "cpg": "CpG observed / expected",
    "kmer_frac": 'kmer_frac("CG"): fraction of the places that hold the k-mer',
    "kmer_count": 'kmer_count("CG"): how many of the k-mer the window holds',
    "masked_frac": "fraction of lowercase bases",
    "n_frac": "fraction of bases other than A, C, G, T",
}


def _sequence_opener() -> TrackOpener:
    from gsynth.tracks.sequence_opener import SequenceOpener

    return SequenceOpener()


def _accepts_call(name: str) -> Callable[[object], bool]:
    def accepts(source: object) -> bool:
        return isinstance(source, str) and source.partition("(")[0].strip() == name

    return accepts


@hookimpl
def gsynth_tracks() -> Iterator[TrackPlugin]:
    for name, summary in NAMED.items():
        yield TrackPlugin(
            name=name, load=_sequence_opener, accepts=_accepts_call(name), priority=100, summary=summary
        )
