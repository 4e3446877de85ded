"""The hooks: each takes no arguments and yields frozen descriptors."""

from __future__ import annotations

from collections.abc import Iterable

from pluggy import HookspecMarker

from gsynth.plugins.descriptors import (
    CounterPlugin,
    GenomePlugin,
    SamplerPlugin,
    ScorerPlugin,
    SerializerPlugin,
    TrackPlugin,
)

hookspec = HookspecMarker("gsynth")


@hookspec
def gsynth_counters() -> Iterable[CounterPlugin]:  # type: ignore[empty-body]  # a specification
    """Yield the k-mer counters that this plugin provides."""


@hookspec
def gsynth_samplers() -> Iterable[SamplerPlugin]:  # type: ignore[empty-body]  # a specification
    """Yield the sequence samplers that this plugin provides."""


@hookspec
def gsynth_scorers() -> Iterable[ScorerPlugin]:  # type: ignore[empty-body]  # a specification
    """Yield the scorers of sequence that this plugin provides."""


@hookspec
def gsynth_serializers() -> Iterable[SerializerPlugin]:  # type: ignore[empty-body]  # a specification
    """Yield the model file formats that this plugin provides."""


@hookspec
def gsynth_genomes() -> Iterable[GenomePlugin]:  # type: ignore[empty-body]  # a specification
    """Yield the kinds of genome source that this plugin can open."""


@hookspec
def gsynth_tracks() -> Iterable[TrackPlugin]:  # type: ignore[empty-body]  # a specification
    """Yield the kinds of track source that this plugin can open."""
