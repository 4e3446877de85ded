"""What a call holds is bounded by a batch and a few columns: not by how many records are written, or how long."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import gsynth
from gsynth.blocks import allocation
from gsynth.genomes import open_genome
from gsynth.intervals import Intervals

SIZE, WIDTH = 400_000, 20
GC = {"expr": "gc", "breaks": [0, 0.4, 0.6, 1]}
OPTIONS = {"max_chunk_size": 20_000, "num_cores": 1, "progress": False}


@pytest.fixture(scope="module")
def genome(tmp_path_factory):
    path = tmp_path_factory.mktemp("genome") / "g.fa"
    bases = np.random.default_rng(1).choice(list("ACGT"), SIZE)
    path.write_text(">c\n" + "".join(bases) + "\n")
    return open_genome(path)


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    """The array that makes the allocator keep memory is never touched, but would be counted."""
    monkeypatch.setattr(allocation, "_LARGEST", 0)


def spread(count: int) -> Intervals:
    starts = np.arange(count, dtype=np.int64) * (SIZE - WIDTH) // count
    return Intervals(("c",), np.zeros(count, dtype=np.int64), starts, starts + WIDTH)


def peak_of(work: Callable[[], object]) -> int:
    work()  # what is imported and made once is not counted
    gc.collect()
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def train(genome, intervals: Intervals):
    return gsynth.train(GC, iterator=10, k=2, genome=genome, intervals=intervals, **OPTIONS)


def sample(genome, intervals: Intervals, output: Path, n_samples: int = 1) -> None:
    model = gsynth.train(GC, iterator=10, k=2, genome=genome)
    gsynth.sample(
        model, output, genome=genome, intervals=intervals, seed=1, overwrite=True, n_samples=n_samples, **OPTIONS
    )


def test_training_holds_a_few_columns_of_the_intervals(genome):
    few, many = (peak_of(lambda count=count: train(genome, spread(count))) for count in (10_000, 60_000))
    # Contig, start and end of each, and where it is handed over in order once more.
    assert (many - few) / 50_000 < 120


def test_sampling_holds_a_few_columns_of_the_intervals(genome, tmp_path):
    few, many = (
        peak_of(lambda count=count: sample(genome, spread(count), tmp_path / "x.fa")) for count in (10_000, 60_000)
    )
    assert (many - few) / 50_000 < 200


def test_sampling_holds_nothing_of_the_samples(genome, tmp_path):
    few, many = (peak_of(lambda n=n: sample(genome, spread(50), tmp_path / "x.fa", n_samples=n)) for n in (100, 1000))
    assert (tmp_path / "x.fa").stat().st_size > 50 * 1000 * WIDTH
    # As text these would take two megabytes.
    assert many - few < 200_000
