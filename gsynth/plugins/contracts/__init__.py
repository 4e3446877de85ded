"""The contracts: what the plugins of each role must do, and the version of it all."""

from __future__ import annotations

from typing import Final

from gsynth.plugins.contracts.genomes import Genome, GenomeOpener, ManyFetcher
from gsynth.plugins.contracts.kernels import (
    FREE,
    IMPOSSIBLE,
    LOG_BITS,
    MASKED,
    UNBINNED,
    Composer,
    Counter,
    Encoder,
    Replacer,
    Sampler,
    Scorer,
    StreamSampler,
    Transcoder,
)
from gsynth.plugins.contracts.serializers import Serializer
from gsynth.plugins.contracts.tracks import BasesTrack, CompositionTrack, ManyWindows, Track, TrackOpener

CONTRACT: Final = 2
"""Version of the contracts."""

__all__ = [
    "CONTRACT",
    "FREE",
    "IMPOSSIBLE",
    "LOG_BITS",
    "MASKED",
    "UNBINNED",
    "BasesTrack",
    "Composer",
    "CompositionTrack",
    "Counter",
    "Encoder",
    "Genome",
    "GenomeOpener",
    "ManyFetcher",
    "ManyWindows",
    "Replacer",
    "Sampler",
    "Scorer",
    "Serializer",
    "StreamSampler",
    "Track",
    "TrackOpener",
    "Transcoder",
]
