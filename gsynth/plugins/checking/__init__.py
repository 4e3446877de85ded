"""The only place where the core calls plugins, and checks what they return against the contract.

What a plugin returns is checked once: its type, dtype, shape and order, and its range where that costs next to nothing.
An error names the plugin and its distribution, or the argument, and the contig and the block. What a plugin raises is
reported in the same way; gsynth's own errors, system errors and MemoryError pass unchanged.

Plugins are not wrapped: a wrapper would hide their optional abilities, and whether they can be pickled.
"""

from __future__ import annotations

from gsynth.plugins.checking.choosing import accepts, openers, sniffs
from gsynth.plugins.checking.counters import count
from gsynth.plugins.checking.genomes import check_genome, close, fetch, fetch_many, is_genome, opened_genome
from gsynth.plugins.checking.listing import statuses
from gsynth.plugins.checking.naming import block, named
from gsynth.plugins.checking.samplers import decode, replace, sample, sample_stream, shuffle
from gsynth.plugins.checking.scorers import score
from gsynth.plugins.checking.sequences import compose, encode
from gsynth.plugins.checking.serializers import load_model, save_model
from gsynth.plugins.checking.tracks import (
    bases_values,
    check_track,
    composition_values,
    is_track,
    many_values,
    opened_track,
    track_names,
    window_values,
)

__all__ = [
    "accepts",
    "bases_values",
    "block",
    "check_genome",
    "check_track",
    "close",
    "compose",
    "composition_values",
    "count",
    "decode",
    "encode",
    "fetch",
    "fetch_many",
    "is_genome",
    "is_track",
    "load_model",
    "many_values",
    "named",
    "opened_genome",
    "opened_track",
    "openers",
    "replace",
    "sample",
    "sample_stream",
    "save_model",
    "score",
    "shuffle",
    "sniffs",
    "statuses",
    "track_names",
    "window_values",
]
