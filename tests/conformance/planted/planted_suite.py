"""The shipped suite on every planted plugin; run by test_mutations.py in a process of its own."""

import functools
import hashlib
import itertools
import json
import struct

import numpy as np
import planted_counters
import planted_genomes
import planted_registrations
import planted_samplers
import planted_scorers
import planted_serializers
import planted_shufflers
import planted_tracks
import pytest

from gsynth.genomes import open_genome
from gsynth.plugins import GsynthModel
from gsynth.testing.counters import CounterConformance
from gsynth.testing.genomes import GenomeConformance
from gsynth.testing.registration import RegistrationConformance
from gsynth.testing.samplers import SamplerConformance
from gsynth.testing.scorers import ScorerConformance
from gsynth.testing.serializers import SerializerConformance
from gsynth.testing.tracks import TrackConformance


def _fixture(faults):
    return pytest.fixture(params=faults, ids=lambda fault: fault.__name__)


class TestCounter(CounterConformance):
    @_fixture(planted_counters.FAULTS)
    def counter(self, request):
        return request.param()


class TestSampler(SamplerConformance):
    @_fixture([*planted_samplers.FAULTS, *planted_shufflers.FAULTS])
    def sampler(self, request):
        return request.param()


class TestScorer(ScorerConformance):
    @_fixture(planted_scorers.FAULTS)
    def scorer(self, request):
        return request.param()


class TestSerializer(SerializerConformance):
    @_fixture(planted_serializers.FAULTS)
    def serializer(self, request):
        return request.param()

    @pytest.fixture
    def sniff(self, serializer):
        return serializer.sniff

    @pytest.fixture
    def suffix(self):
        return planted_serializers.Healthy.suffix

    @pytest.fixture
    def golden_models(self, tmp_path):
        # Written by hand, not by the format: it understands itself in any byte order.
        head = {"plain": {"k": 1, "total_masked": 1, "total_n": 2, "dims": []}, "arrays": [["counts", "u", [1, 4, 4]]]}
        text = json.dumps(head).encode()
        body = struct.pack("<Q", len(text)) + text + struct.pack("<16Q", *range(16))
        path = tmp_path / "golden.planted"
        path.write_bytes(b"PLANTED1" + hashlib.sha256(body).digest() + body)
        table = np.arange(16, dtype=np.uint64).reshape(1, 4, 4)
        return [(path, GsynthModel(k=1, counts=table, total_masked=1, total_n=2))]


@functools.cache
def _bases():
    return {name: planted_genomes.letters_of(name, 0, size).tobytes() for name, size in planted_genomes.SIZES.items()}


class TestGenome(GenomeConformance):
    @_fixture(planted_genomes.FAULTS)
    def genome(self, request):
        return request.param()

    @pytest.fixture
    def expected(self):
        return _bases()


class TestGenomeUnknown(GenomeConformance):
    """Without its bases."""

    @_fixture(planted_genomes.FAULTS)
    def genome(self, request):
        return request.param()


class TestGenomeFar(GenomeConformance):
    """Beyond 2**31 bases."""

    @_fixture(planted_genomes.FAULTS)
    def genome(self, request):
        return request.param(planted_genomes.FAR)

    @pytest.fixture
    def known_pieces(self):
        starts = [0, 2**31 - 30, 2**31 - 1, 2**31, 2**31 + 3_900]
        return [("long", start, planted_genomes.letters_of("long", start, start + 60).tobytes()) for start in starts]


_EDGES = {"chr1": [0, 7, 35, 50, 80, 90, 1000, 1001, 70_001], "X": [40, 50, 77, 100, 333]}


@functools.cache
def _known(healthy, value):
    """The values of windows by plain loops over bases."""
    track, found = healthy(), []
    for contig, edges in _EDGES.items():
        bases = [None if np.isnan(number) else int(number) for number in track.arrays[contig].tolist()]
        windows = [[n for n in bases[low:high] if n is not None] for low, high in itertools.pairwise(edges)]
        found.append((contig, edges, [value(window) if window else float("nan") for window in windows]))
    return found


class Tracks(TrackConformance):
    @pytest.fixture
    def genome(self):
        return open_genome(planted_tracks.SIZES)


class TestTrack(Tracks):
    @_fixture(planted_tracks.FAULTS)
    def track(self, request):
        return request.param()

    @pytest.fixture
    def expected(self):
        return _known(planted_tracks.Healthy, lambda window: sum(window) / len(window))


class TestTrackUnknown(Tracks):
    """Without its values, on a genome with sequence."""

    @pytest.fixture
    def genome(self):
        return open_genome(
            {name: np.resize(np.frombuffer(b"ACGGTN", np.uint8), n) for name, n in planted_tracks.SIZES.items()}
        )

    @_fixture(planted_tracks.FAULTS)
    def track(self, request):
        return request.param()


class TestStates(Tracks):
    @_fixture(planted_tracks.STATE_FAULTS)
    def track(self, request):
        return request.param()

    @pytest.fixture
    def expected(self):
        return _known(planted_tracks.HealthyStates, lambda window: min(range(3), key=lambda i: (-window.count(i), i)))


class TestTracksOfGenome(Tracks):
    @_fixture(planted_tracks.OPENER_FAULTS)
    def opener(self, request):
        return request.param()

    @pytest.fixture
    def track(self, opener, genome):
        return opener.open({"genome": genome, "name": "one"}, genome)


class TestRegistration(RegistrationConformance):
    @_fixture(planted_registrations.FAULTS)
    def planted(self, request):
        return request.param()

    @pytest.fixture(params=["counter", "sampler", "scorer", "serializer", "genome", "track"])
    def descriptor(self, planted, request):
        return planted.make(request.param)

    @pytest.fixture
    def source(self, planted):
        return planted.source
