"""The shipped suite on every planted plugin; run by test_mutations.py in a process of its own."""

import hashlib
import json
import struct

import numpy as np
import planted_counters
import planted_samplers
import planted_scorers
import planted_serializers
import planted_shufflers
import pytest

from gsynth.plugins import GsynthModel
from gsynth.testing.counters import CounterConformance
from gsynth.testing.samplers import SamplerConformance
from gsynth.testing.scorers import ScorerConformance
from gsynth.testing.serializers import SerializerConformance


def _fixture(*modules):
    faults = [fault for module in modules for fault in module.FAULTS]
    return pytest.fixture(params=faults, ids=lambda fault: fault.__name__)


class TestCounter(CounterConformance):
    @_fixture(planted_counters)
    def counter(self, request):
        return request.param()


class TestSampler(SamplerConformance):
    @_fixture(planted_samplers, planted_shufflers)
    def sampler(self, request):
        return request.param()


class TestScorer(ScorerConformance):
    @_fixture(planted_scorers)
    def scorer(self, request):
        return request.param()


class TestSerializer(SerializerConformance):
    @_fixture(planted_serializers)
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
        counts = list(range(16))
        head = {"k": 1, "total_masked": 1, "total_n": 2, "pseudocount": 1.0, "min_obs": 0, "iterator": None,
                "prior_mode": "none", "marginal_fallbacks": 0, "shapes": {"counts": [1, 4, 4]}, "dims": [],
                "extras": [], "metadata": {}}  # fmt: skip
        text = json.dumps(head).encode()
        body = struct.pack("<Q", len(text)) + text + struct.pack("<16Q", *counts)
        path = tmp_path / "golden.planted"
        path.write_bytes(b"PLANTED1" + hashlib.sha256(body).digest() + body)
        table = np.array(counts, dtype=np.uint64).reshape(1, 4, 4)
        return [(path, GsynthModel(k=1, counts=table, total_masked=1, total_n=2))]
