"""Registers the Cython counter, sampler and scorer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gsynth.plugins import Counter, CounterPlugin, Sampler, SamplerPlugin, Scorer, ScorerPlugin, hookimpl

NAME: Final = "cython"
# A number of its own, not gsynth's current one: what this code was written for does not change with gsynth.
CONTRACT: Final = 2
# Above Numba (20), which needs time to compile, and NumPy (10).
PRIORITY: Final = 30
INSTALL_HINT: Final = (
    "the compiled extension is missing: install gsynth where there is a C compiler, or choose backend='numba'"
)


# Imported on loading, so that a missing extension is the reason of this plugin and no error of `import gsynth`.
def _load_counter() -> Counter:
    from gsynth_cython.counter import CythonCounter

    return CythonCounter()


def _load_sampler() -> Sampler:
    from gsynth_cython.sampler import CythonSampler

    return CythonSampler()


def _load_scorer() -> Scorer:
    from gsynth_cython.scorer import CythonScorer

    return CythonScorer()


@hookimpl
def gsynth_counters() -> Iterator[CounterPlugin]:
    """Yield the counter."""
    yield CounterPlugin(
        name=NAME,
        load=_load_counter,
        contract=CONTRACT,
        priority=PRIORITY,
        install_hint=INSTALL_HINT,
        summary="compiled ahead of time",
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
        summary="compiled ahead of time",
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
        summary="compiled ahead of time",
    )
