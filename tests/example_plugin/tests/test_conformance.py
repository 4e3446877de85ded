"""The conformance suite on the classes themselves: subclass, override one fixture."""

from __future__ import annotations

import pytest

from gsynth.testing.counters import CounterConformance
from gsynth.testing.samplers import SamplerConformance
from gsynth.testing.scorers import ScorerConformance
from gsynth.testing.serializers import SerializerConformance

gsynth_example = pytest.importorskip("gsynth_example", reason="gsynth-example is not installed: tox -e thirdparty")


class TestCounter(CounterConformance):
    @pytest.fixture
    def counter(self):
        from gsynth_example.counter import SortingCounter

        return SortingCounter()


class TestSampler(SamplerConformance):
    @pytest.fixture
    def sampler(self):
        from gsynth_example.sampler import BisectingSampler

        return BisectingSampler()


class TestScorer(ScorerConformance):
    @pytest.fixture
    def scorer(self):
        from gsynth_example.scorer import SteppingScorer

        return SteppingScorer()


class TestSerializer(SerializerConformance):
    @pytest.fixture
    def serializer(self):
        from gsynth_example.npz import NpzFormat

        return NpzFormat()

    @pytest.fixture
    def suffix(self):
        return ".npz"
