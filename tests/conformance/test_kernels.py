"""The shipped suite, on every counter and sampler that is registered here."""

import pytest

from gsynth.errors import UnavailablePluginError
from gsynth.plugins.registry import registry
from gsynth.testing.counters import CounterConformance
from gsynth.testing.samplers import SamplerConformance


def load(role, name):
    try:
        return registry().load(role, name)
    except UnavailablePluginError as error:
        pytest.skip(str(error))


class TestCounters(CounterConformance):
    @pytest.fixture(params=registry().names("counter"))
    def counter(self, request):
        return load("counter", request.param)


class TestSamplers(SamplerConformance):
    @pytest.fixture(params=registry().names("sampler"))
    def sampler(self, request):
        return load("sampler", request.param)
