"""Registers the kinds of track that come with gsynth.

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
    """Yield functions of the sequence, and the kinds of files and objects."""
    for name, summary in NAMED.items():
        # Above the kinds of files: ``gc`` is the function even where a file has that name.
        yield TrackPlugin(name=name, load=_sequence_opener, accepts=_accepts_call(name), priority=100, summary=summary)
    yield from _sources()


def _sources() -> Iterator[TrackPlugin]:
    yield TrackPlugin(name="bigwig", load=_bigwig, accepts=_bigwig_accepts, summary="a bigWig file: window means")
    yield TrackPlugin(
        name="bedgraph", load=_bedgraph, accepts=_bedgraph_accepts,
        summary="a bedGraph file, plain or gzip: window means",
    )  # fmt: skip
    yield TrackPlugin(
        name="wig", load=_wig, accepts=_wig_accepts,
        summary="a UCSC wig (fixedStep, variableStep), plain or gzip: window means",
    )  # fmt: skip
    yield TrackPlugin(
        name="bed", load=_bed, accepts=_bed_accepts,
        summary="a BED file, plain or gzip: covered fraction, or a column's numbers or names",
    )  # fmt: skip
    yield TrackPlugin(
        name="arrays", load=_arrays, accepts=_arrays_accept, summary="a mapping of contigs to arrays: window means"
    )
    yield TrackPlugin(
        # Last, as objects of other kinds may be callable too.
        name="function", load=_function, accepts=callable, summary="a function f(contig, starts, ends) -> values",
        priority=-10,
    )  # fmt: skip
    yield TrackPlugin(
        name="misha", load=_misha, accepts=_misha_accepts, install_hint="pip install 'gsynth[misha]'",
        summary="a track of the misha database that is the genome, by its name",
    )  # fmt: skip


def _bigwig() -> TrackOpener:
    from gsynth.tracks.bigwig import BigWigOpener

    return BigWigOpener()


def _bigwig_accepts(source: object) -> bool:
    from gsynth.tracks.sniffing import is_bigwig

    return is_bigwig(source)


def _bedgraph() -> TrackOpener:
    from gsynth.tracks.interval_track import BedGraphOpener

    return BedGraphOpener()


def _bedgraph_accepts(source: object) -> bool:
    from gsynth.tracks.sniffing import is_bedgraph

    return is_bedgraph(source)


def _wig() -> TrackOpener:
    from gsynth.tracks.interval_track import WigOpener

    return WigOpener()


def _wig_accepts(source: object) -> bool:
    from gsynth.tracks.sniffing import is_wig

    return is_wig(source)


def _bed() -> TrackOpener:
    from gsynth.tracks.interval_track import BedOpener

    return BedOpener()


def _bed_accepts(source: object) -> bool:
    from gsynth.tracks.sniffing import is_bed

    return is_bed(source)


def _arrays() -> TrackOpener:
    from gsynth.tracks.arrays import ArrayOpener

    return ArrayOpener()


def _arrays_accept(source: object) -> bool:
    from gsynth.tracks.sniffing import is_arrays

    return is_arrays(source)


def _function() -> TrackOpener:
    from gsynth.tracks.arrays import FunctionOpener

    return FunctionOpener()


def _misha() -> TrackOpener:
    from gsynth.tracks.misha import MishaOpener

    return MishaOpener()


def _misha_accepts(source: object) -> bool:
    from gsynth.tracks.misha import is_misha_track

    return is_misha_track(source)
