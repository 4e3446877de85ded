"""Registers the example's counter, sampler, scorer and file format; light to import."""

from __future__ import annotations

from collections.abc import Iterator

from gsynth.plugins import (
    Counter,
    CounterPlugin,
    Sampler,
    SamplerPlugin,
    Scorer,
    ScorerPlugin,
    Serializer,
    SerializerPlugin,
    hookimpl,
)
from gsynth_example.signature import is_npz_model

# The version of gsynth's contracts that this was written for.
_CONTRACT = 2
# Below every built-in: ``backend="auto"`` never chooses an example.
_PRIORITY = -100


def _load_counter() -> Counter:
    from gsynth_example.counter import SortingCounter

    return SortingCounter()


def _load_sampler() -> Sampler:
    from gsynth_example.sampler import BisectingSampler

    return BisectingSampler()


def _load_scorer() -> Scorer:
    from gsynth_example.scorer import SteppingScorer

    return SteppingScorer()


def _load_npz() -> Serializer:
    from gsynth_example.npz import NpzFormat

    return NpzFormat()


@hookimpl
def gsynth_counters() -> Iterator[CounterPlugin]:
    yield CounterPlugin(
        name="example", contract=_CONTRACT, load=_load_counter, priority=_PRIORITY, summary="sorts the windows"
    )


@hookimpl
def gsynth_samplers() -> Iterator[SamplerPlugin]:
    yield SamplerPlugin(
        name="example", contract=_CONTRACT, load=_load_sampler, priority=_PRIORITY, summary="one base at a time"
    )


@hookimpl
def gsynth_scorers() -> Iterator[ScorerPlugin]:
    yield ScorerPlugin(
        name="example", contract=_CONTRACT, load=_load_scorer, priority=_PRIORITY, summary="one base at a time"
    )


@hookimpl
def gsynth_serializers() -> Iterator[SerializerPlugin]:
    yield SerializerPlugin(
        name="npz",
        load=_load_npz,
        sniff=is_npz_model,
        suffixes=(".npz",),
        priority=_PRIORITY,
        summary="NumPy's .npz with the metadata as JSON",
    )
