"""The conformance suite for plugins; its names load on first use, because every pytest imports this package."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gsynth.testing.counters import CounterConformance as CounterConformance
    from gsynth.testing.genomes import GenomeConformance as GenomeConformance
    from gsynth.testing.registration import RegistrationConformance as RegistrationConformance
    from gsynth.testing.samplers import SamplerConformance as SamplerConformance
    from gsynth.testing.scorers import ScorerConformance as ScorerConformance
    from gsynth.testing.serializers import SerializerConformance as SerializerConformance
    from gsynth.testing.tracks import TrackConformance as TrackConformance

_HOME = {
    "CounterConformance": "gsynth.testing.counters",
    "GenomeConformance": "gsynth.testing.genomes",
    "RegistrationConformance": "gsynth.testing.registration",
    "SamplerConformance": "gsynth.testing.samplers",
    "ScorerConformance": "gsynth.testing.scorers",
    "SerializerConformance": "gsynth.testing.serializers",
    "TrackConformance": "gsynth.testing.tracks",
}

__all__ = [
    "CounterConformance",
    "GenomeConformance",
    "RegistrationConformance",
    "SamplerConformance",
    "ScorerConformance",
    "SerializerConformance",
    "TrackConformance",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'gsynth.testing' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)
