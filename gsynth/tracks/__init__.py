"""Tracks: a number for each window along a contig, from the sequence, from files, arrays and functions."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

from gsynth.errors import ArgumentTypeError
from gsynth.genomes.aliases import AliasLike
from gsynth.plugins.contracts import Genome, Track
from gsynth.tracks.categories import category_breaks
from gsynth.tracks.options import parse_track_option
from gsynth.tracks.sources import TracksLike

__all__ = ["category_breaks", "open_tracks", "parse_track_option"]


def open_tracks(
    expressions: Sequence[str], tracks: TracksLike | None, genome: Genome, *, alias: AliasLike | None = None
) -> list[Track]:
    """Open one track for each expression.

    Parameters
    ----------
    expressions : sequence of str
        Arithmetic over names of tracks (see `gsynth.tracks.expressions.parse_expression`): names in `tracks`,
        functions of the sequence such as ``gc`` or ``kmer_frac("CG")``, and tracks that the genome itself brings.
    tracks : mapping of str to source, optional
        A source is a path (bigWig, bedGraph, BED), a dict with ``path`` and options (``column``, ``format``), a
        mapping of contigs to arrays, a function ``f(contig, starts, ends)``, or a `Track`.
    genome : Genome
    alias : optional
        How the contig names of the sources become the genome's (see `gsynth.genomes.aliases.resolve_alias`).

    Returns
    -------
    list of Track
        A track that two expressions name is opened once.

    Raises
    ------
    ArgumentError
        An expression that cannot be used, or a name that would hide a built-in one.
    TrackError
        A name that is not known.
    ContigError
        A source that shares no contig with the genome.

    Examples
    --------
    >>> import numpy as np
    >>> from gsynth.genomes import open_genome
    >>> track, = open_tracks(["gc > 0.5"], None, open_genome({"chr1": "ACGTGGCC"}))
    >>> track.window_values("chr1", np.array([0, 4, 8]), np.frombuffer(b"ACGTGGCC", dtype=np.uint8))
    array([0., 1.])
    """
    from gsynth.tracks.resolution import TrackResolver, check_names

    if isinstance(expressions, str):
        raise ArgumentTypeError("expressions must be a list of strings, found one string")
    if tracks is not None and not isinstance(tracks, Mapping):
        raise ArgumentTypeError(f"tracks must be a mapping of names to sources, found {type(tracks).__name__}")
    resolver = TrackResolver(dict(tracks or {}), genome, alias)
    check_names(resolver.sources, resolver.named())
    opened = [resolver.expression(text) for text in expressions]
    unused = resolver.unused()
    if unused:
        warnings.warn(
            f"no expression names the tracks {', '.join(map(repr, unused))}: they are not used (expressions: "
            f"{', '.join(map(repr, expressions))})",
            stacklevel=3,
        )
    return opened
