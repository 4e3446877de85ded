"""The public plugin API: everything that a plugin may import from gsynth.

A plugin is a module with functions marked :data:`hookimpl`, named by an entry point of the group ``gsynth``::

    [project.entry-points.gsynth]
    mine = "my_package.plugin"

    # my_package/plugin.py
    from gsynth.plugins import CounterPlugin, hookimpl

    def _load():
        from my_package.counter import MyCounter      # heavy imports belong here

        return MyCounter()

    @hookimpl
    def gsynth_counters():
        yield CounterPlugin(name="mine", contract=2, load=_load)
"""

from __future__ import annotations

from pluggy import HookimplMarker

from gsynth.errors import (
    ArgumentError,
    ArgumentTypeError,
    ContigError,
    FormatError,
    GsynthError,
    InsufficientMemoryError,
    MissingFileError,
    NotAModelError,
    TrackError,
)
from gsynth.files.memory import check_room
from gsynth.model import DimSpec, Forbidden, GsynthModel, Outside, freeze, model_of_parts, model_parts
from gsynth.plugins.contracts import (
    CONTRACT,
    FREE,
    IMPOSSIBLE,
    LOG_BITS,
    MASKED,
    UNBINNED,
    BasesTrack,
    Categorical,
    ClosableGenome,
    Composer,
    CompositionTrack,
    Counter,
    Elsewhere,
    Encoder,
    Genome,
    GenomeOpener,
    GenomeTracks,
    ManyFetcher,
    ManyWindows,
    NamedContigs,
    PerContig,
    Replacer,
    Sampler,
    Scorer,
    Serializer,
    Shuffler,
    StreamSampler,
    Track,
    TrackOpener,
    Transcoder,
)
from gsynth.plugins.descriptors import (
    CounterPlugin,
    GenomePlugin,
    SamplerPlugin,
    ScorerPlugin,
    SerializerPlugin,
    TrackPlugin,
)
from gsynth.plugins.sources import source_format, source_options, source_path

hookimpl = HookimplMarker("gsynth")
"""Marks a function of a plugin module as the implementation of a gsynth hook."""

__all__ = [
    "CONTRACT",
    "FREE",
    "IMPOSSIBLE",
    "LOG_BITS",
    "MASKED",
    "UNBINNED",
    "ArgumentError",
    "ArgumentTypeError",
    "BasesTrack",
    "Categorical",
    "ClosableGenome",
    "Composer",
    "CompositionTrack",
    "ContigError",
    "Counter",
    "CounterPlugin",
    "DimSpec",
    "Elsewhere",
    "Encoder",
    "Forbidden",
    "FormatError",
    "Genome",
    "GenomeOpener",
    "GenomePlugin",
    "GenomeTracks",
    "GsynthError",
    "GsynthModel",
    "InsufficientMemoryError",
    "ManyFetcher",
    "ManyWindows",
    "MissingFileError",
    "NamedContigs",
    "NotAModelError",
    "Outside",
    "PerContig",
    "Replacer",
    "Sampler",
    "SamplerPlugin",
    "Scorer",
    "ScorerPlugin",
    "Serializer",
    "SerializerPlugin",
    "Shuffler",
    "StreamSampler",
    "Track",
    "TrackError",
    "TrackOpener",
    "TrackPlugin",
    "Transcoder",
    "check_room",
    "freeze",
    "hookimpl",
    "model_of_parts",
    "model_parts",
    "source_format",
    "source_options",
    "source_path",
]
