"""Registers the Numba counter, sampler and scorer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gsynth.plugins import Counter, CounterPlugin, Sampler, SamplerPlugin, Scorer, ScorerPlugin, hookimpl

NAME: Final = "numba"
CONTRACT: Final = 2
# Below Cython (30), which needs no time to compile, and above NumPy (10), which is several times slower.
PRIORITY: Final = 20
INSTALL_HINT: Final = "pip install numba"
SUMMARY: Final = "compiled on first use, then cached"


def _load_counter() -> Counter:
    from gsynth_numba.counter import NumbaCounter

    return NumbaCounter()


def _load_sampler() -> Sampler:
    from gsynth_numba.sampler import NumbaSampler

    return NumbaSampler()


def _load_scorer() -> Scorer:
    from gsynth_numba.scorer import NumbaScorer

    return NumbaScorer()


@hookimpl
def gsynth_counters() -> Iterator[CounterPlugin]:
    """Yield the counter."""
    yield CounterPlugin(
        name=NAME,
        load=_load_counter,
        contract=CONTRACT,
        priority=PRIORITY,
        install_hint=INSTALL_HINT,
        summary=SUMMARY,
    )


@hookimpl
def gsynth_samplers() -> Iterator[SamplerPlugin]:
    """Yield the sampler."""
    yield SamplerPlugin(
        name=NAME,
        load=_load_sampler,
        contract=CONTRACT,
        priority=PRIORITY,
        install_hint=INSTALL_HINT,
        summary=SUMMARY,
    )


@hookimpl
def gsynth_scorers() -> Iterator[ScorerPlugin]:
    """Yield the scorer."""
    yield ScorerPlugin(
        name=NAME,
        load=_load_scorer,
        contract=CONTRACT,
        priority=PRIORITY,
        install_hint=INSTALL_HINT,
        summary=SUMMARY,
    )
