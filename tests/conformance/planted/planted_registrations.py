"""Healthy descriptors and their sick twins, for every role."""

import os
from pathlib import Path

from planted_counters import Healthy as Counter
from planted_genomes import Healthy as Genome
from planted_samplers import Healthy as Sampler
from planted_scorers import Healthy as Scorer
from planted_serializers import MAGIC
from planted_serializers import Healthy as Serializer
from planted_tracks import Healthy as Track

from gsynth.plugins import (
    CONTRACT,
    CounterPlugin,
    GenomePlugin,
    SamplerPlugin,
    ScorerPlugin,
    SerializerPlugin,
    TrackPlugin,
)


class Opener:
    """Opens what it was made for."""

    def __init__(self, made):
        self.made = made

    def open(self, *source):
        return self.made()


class Healthy:
    """One descriptor for each role; the hooks are where the faults go in."""

    contract = CONTRACT
    summary = "planted"
    source = "planted:"

    def loads(self, kind):
        return kind()

    def accepts(self, source):
        return isinstance(source, str) and source == self.source

    def sniff(self, path):
        return path.is_file() and path.read_bytes()[: len(MAGIC)] == MAGIC

    def make(self, role):
        more = {"name": "planted", "contract": self.contract, "summary": self.summary}
        kernels = {"counter": (CounterPlugin, Counter), "sampler": (SamplerPlugin, Sampler),
                   "scorer": (ScorerPlugin, Scorer)}  # fmt: skip
        if role in kernels:
            plugin, kind = kernels[role]
            return plugin(load=lambda: self.loads(kind), **more)
        if role == "serializer":
            return SerializerPlugin(load=lambda: self.loads(Serializer), sniff=self.sniff, **more)
        plugin, kind = {"genome": (GenomePlugin, Genome), "track": (TrackPlugin, Track)}[role]
        return plugin(load=lambda: self.loads(lambda: Opener(kind)), accepts=self.accepts, **more)


class OldContract(Healthy):
    """Was written for the contract before."""

    contract = CONTRACT - 1


class NoSummary(Healthy):
    """Does not say what it is."""

    summary = ""


class LoadsTheClass(Healthy):
    """Its load gives a class, not an object."""

    def loads(self, kind):
        return kind if isinstance(kind, type) else Opener


class LoadsSomethingElse(Healthy):
    """Its load gives an object without the role's methods."""

    def loads(self, kind):
        return object()


class LoadCrashes(Healthy):
    """Its load looks for a setting that is not there."""

    def loads(self, kind):
        return {}["setting"]


class AcceptsEverything(Healthy):
    """Says True to any source."""

    def accepts(self, source):
        return True


class AcceptsNothing(Healthy):
    """Says False to its own source."""

    def accepts(self, source):
        return False


class AcceptsInOtherWords(Healthy):
    """Says what it found, not True."""

    def accepts(self, source):
        return source if isinstance(source, str) and source == self.source else None


class AcceptsTextAlone(Healthy):
    """Takes every source for text."""

    def accepts(self, source):
        return source.startswith(self.source)


class AcceptsOnce(Healthy):
    """Remembers what it has been asked."""

    def accepts(self, source):
        self.asked = not self.__dict__.get("asked", False)
        return super().accepts(source) or (isinstance(source, str) and self.asked)


class AcceptsAndKeepsOpen(Healthy):
    """Leaves a file open to look at it later."""

    def accepts(self, source):
        if super().accepts(source):
            self.__dict__.setdefault("files", []).append(os.open(os.devnull, os.O_RDONLY))
        return super().accepts(source)


class SniffsEverything(Healthy):
    """Takes any file for its own."""

    def sniff(self, path):
        return True


class SniffsFilesAlone(Healthy):
    """Does not know that a model may be a folder."""

    def sniff(self, path):
        return Path(path).read_bytes()[: len(MAGIC)] == MAGIC


class SniffsInOtherWords(Healthy):
    """Says what it found, not False."""

    def sniff(self, path):
        return path.read_bytes()[: len(MAGIC)] if path.is_file() and path.stat().st_size else b""


FAULTS = [Healthy, *Healthy.__subclasses__()]
