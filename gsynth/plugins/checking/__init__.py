"""Where the core asks plugins, and checks what comes back against the contract; it asks them nowhere else.

What a plugin hands back is looked at once: its type, dtype, shape and order, and where that costs next to nothing its
range. An error names the plugin and its distribution, or the argument, and the contig and the block. What a plugin
raises is named too; errors of gsynth's own kinds, of the system and of memory pass as they are.

Plugins are not wrapped: their optional abilities, and whether they can be pickled, stay their own.
"""

from __future__ import annotations

from gsynth.plugins.checking.choosing import accepts, openers, sniffs
from gsynth.plugins.checking.counters import count
from gsynth.plugins.checking.genomes import check_genome, fetch, fetch_many, is_genome, opened_genome
from gsynth.plugins.checking.naming import block, named
from gsynth.plugins.checking.samplers import decode, replace, sample, sample_stream
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
    "sniffs",
    "track_names",
    "window_values",
]
