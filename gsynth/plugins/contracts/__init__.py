"""The contracts: what the plugins of each role must do, and the version of it all."""

from __future__ import annotations

from typing import Final

from gsynth.plugins.contracts.genomes import Genome, GenomeOpener
from gsynth.plugins.contracts.kernels import (
    FREE,
    MASKED,
    UNBINNED,
    Composer,
    Counter,
    Encoder,
    Replacer,
    Sampler,
    StreamSampler,
    Transcoder,
)
from gsynth.plugins.contracts.serializers import Serializer
from gsynth.plugins.contracts.tracks import CompositionTrack, Track, TrackOpener

CONTRACT: Final = 1
"""Version of the contracts."""

__all__ = [
    "CONTRACT",
    "FREE",
    "MASKED",
    "UNBINNED",
    "Composer",
    "CompositionTrack",
    "Counter",
    "Encoder",
    "Genome",
    "GenomeOpener",
    "Replacer",
    "Sampler",
    "Serializer",
    "StreamSampler",
    "Track",
    "TrackOpener",
    "Transcoder",
]
