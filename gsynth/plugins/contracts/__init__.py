"""The contracts: what the plugins of each role must do, and the version of it all."""

from __future__ import annotations

from typing import Final

from gsynth.plugins.contracts.genomes import ClosableGenome, Genome, GenomeOpener, ManyFetcher
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
    Shuffler,
    StreamSampler,
    Transcoder,
)
from gsynth.plugins.contracts.serializers import Serializer
from gsynth.plugins.contracts.tracks import (
    BasesTrack,
    Categorical,
    CompositionTrack,
    Elsewhere,
    GenomeTracks,
    ManyWindows,
    NamedContigs,
    PerContig,
    Track,
    TrackOpener,
)

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
    "Categorical",
    "ClosableGenome",
    "Composer",
    "CompositionTrack",
    "Counter",
    "Elsewhere",
    "Encoder",
    "Genome",
    "GenomeOpener",
    "GenomeTracks",
    "ManyFetcher",
    "ManyWindows",
    "NamedContigs",
    "PerContig",
    "Replacer",
    "Sampler",
    "Scorer",
    "Serializer",
    "Shuffler",
    "StreamSampler",
    "Track",
    "TrackOpener",
    "Transcoder",
]
