"""Registers the NumPy backend."""

from __future__ import annotations

from collections.abc import Iterator

from gsynth.plugins import Counter, CounterPlugin, Sampler, SamplerPlugin, Scorer, ScorerPlugin, hookimpl

# Written out, not imported: what this code was written for does not change with gsynth.
_CONTRACT = 2
_SUMMARY = "vectorised NumPy reference"


def _load_counter() -> Counter:
    from gsynth_numpy.counter import NumpyCounter

    return NumpyCounter()


def _load_sampler() -> Sampler:
    from gsynth_numpy.sampler import NumpySampler

    return NumpySampler()


def _load_scorer() -> Scorer:
    from gsynth_numpy.scorer import NumpyScorer

    return NumpyScorer()


@hookimpl
def gsynth_counters() -> Iterator[CounterPlugin]:
    """Yield the counter."""
    yield CounterPlugin(name="numpy", contract=_CONTRACT, load=_load_counter, priority=10, summary=_SUMMARY)


@hookimpl
def gsynth_samplers() -> Iterator[SamplerPlugin]:
    """Yield the sampler."""
    yield SamplerPlugin(name="numpy", contract=_CONTRACT, load=_load_sampler, priority=10, summary=_SUMMARY)


@hookimpl
def gsynth_scorers() -> Iterator[ScorerPlugin]:
    """Yield the scorer."""
    yield ScorerPlugin(name="numpy", contract=_CONTRACT, load=_load_scorer, priority=10, summary=_SUMMARY)
