"""The kernels under pytest-benchmark: ``pytest -o pythonpath=. benchmarks``, each backend beside the others.

The extra column ``ns_per_base`` is the best round. Not part of the tests: no time makes it fail.
"""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.kernels import ABILITIES, counting, independent, on_bases, sampling, scoring, sequences
from benchmarks.peers import usable_backends
from gsynth.plugins.registry import registry
from gsynth.plugins.roles import SAMPLER

WINDOWS = 2_000_000
CODES = dict(sequences(WINDOWS, None, None))

backends = pytest.mark.parametrize("backend", usable_backends())
orders = pytest.mark.parametrize("order", [5, 10])
strata = pytest.mark.parametrize("stratified", [False, True], ids=["whole", "strata"])


def measured(benchmark: Any, run: Any, group: str) -> None:
    """Run it once to compile it, then under the clock."""
    benchmark.group = group
    benchmark.pedantic(run, rounds=5, warmup_rounds=1)
    if benchmark.stats is not None:
        benchmark.extra_info["ns_per_base"] = round(benchmark.stats.stats.min / WINDOWS * 1e9, 2)


@backends
@orders
@strata
def test_count(benchmark, backend, order, stratified):
    run = counting(CODES["random"], order, stratified)(backend)
    measured(benchmark, run, f"count k={order}{', strata' if stratified else ''}")


@backends
@pytest.mark.parametrize("sequence", ["poly-A", "(CA)n"])
def test_count_repeats(benchmark, backend, sequence):
    measured(benchmark, counting(CODES[sequence], 5, False)(backend), f"count k=5 {sequence}")


@backends
@orders
@pytest.mark.parametrize("masked", [False, True], ids=["free", "half-fixed"])
def test_sample(benchmark, backend, order, masked):
    if not hasattr(registry().load(SAMPLER, backend), "sample_stream"):
        pytest.skip(f"{backend} draws no numbers of its own")
    run = sampling(CODES["random"], order, False, masked)(backend)
    measured(benchmark, run, f"sample k={order}{', half fixed' if masked else ''}")


@backends
@pytest.mark.parametrize("width", [1, 200])
@strata
def test_score(benchmark, backend, width, stratified):
    run = scoring(CODES["random"], 5, stratified, width)(backend)
    measured(benchmark, run, f"score k=5, by {width}{', strata' if stratified else ''}")


@backends
def test_random(benchmark, backend):
    if not hasattr(registry().load(SAMPLER, backend), "sample_stream"):
        pytest.skip(f"{backend} draws no numbers of its own")
    measured(benchmark, independent(WINDOWS)(backend), "random")


@backends
@pytest.mark.parametrize("ability", ABILITIES)
def test_bases(benchmark, backend, ability):
    if not hasattr(registry().load(SAMPLER, backend), ability):
        pytest.skip(f"{backend} has no {ability} of its own")
    measured(benchmark, on_bases(ability, CODES["random"])(backend), ability)
