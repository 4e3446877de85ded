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
    MissingFileError,
    NotAModelError,
    TrackError,
)
from gsynth.model import DimSpec, Forbidden, GsynthModel, Outside, freeze
from gsynth.plugins.contracts import (
    CONTRACT,
    FREE,
    IMPOSSIBLE,
    LOG_BITS,
    MASKED,
    UNBINNED,
    BasesTrack,
    Composer,
    CompositionTrack,
    Counter,
    Encoder,
    Genome,
    GenomeOpener,
    ManyFetcher,
    ManyWindows,
    Replacer,
    Sampler,
    Scorer,
    Serializer,
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
    "Composer",
    "CompositionTrack",
    "ContigError",
    "Counter",
    "CounterPlugin",
    "DimSpec",
    "Encoder",
    "Forbidden",
    "FormatError",
    "Genome",
    "GenomeOpener",
    "GenomePlugin",
    "GsynthError",
    "GsynthModel",
    "ManyFetcher",
    "ManyWindows",
    "MissingFileError",
    "NotAModelError",
    "Outside",
    "Replacer",
    "Sampler",
    "SamplerPlugin",
    "Scorer",
    "ScorerPlugin",
    "Serializer",
    "SerializerPlugin",
    "StreamSampler",
    "Track",
    "TrackError",
    "TrackOpener",
    "TrackPlugin",
    "Transcoder",
    "freeze",
    "hookimpl",
]
