"""How a call runs: resolved once, and of no influence on what comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gsynth
from gsynth.blocks.batches import MIN_BLOCK, batches
from gsynth.blocks.compute import Compute
from gsynth.blocks.cores import usable_cores
from gsynth.blocks.executors import Threads
from gsynth.blocks.inputs import Inputs
from gsynth.blocks.replacing import BatchReplacer, PlainReplacer
from gsynth.blocks.writing import write_records
from gsynth.genomes import open_genome
from gsynth.intervals import contig_sizes
from gsynth.outputs import Records, open_sink

GENOME = {"a": "ACCGGT" * 100, "b": "CG" * 70, "c": "N"}


@pytest.mark.parametrize(
    ("asked", "cores"),
    [
        ({"num_cores": None}, usable_cores()),
        ({"num_cores": 0}, usable_cores()),
        ({"num_cores": 3}, 3),
        ({"num_cores": 3, "allow_parallel": False}, 1),
    ],
)
def test_cores(asked: dict[str, Any], cores: int) -> None:
    assert Compute.of(backend=None, progress=None, **asked).cores == cores


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"max_chunk_size": 0}, "max_chunk_size"),
        ({"max_chunk_size": 1.5}, "max_chunk_size"),
        ({"num_cores": -1}, "num_cores"),
        ({"backend": "x"}, "is named 'x'"),
    ],
)
def test_what_cannot_be_is_refused_before_a_genome_is_opened(wrong: dict[str, Any], says: str) -> None:
    model = gsynth.train(genome=GENOME, k=1)
    calls: list[Callable[..., object]] = [gsynth.train, partial(gsynth.sample, model)]
    if "max_chunk_size" not in wrong:
        calls += [gsynth.random, partial(gsynth.replace_kmer, "CG", "GC")]
    for call in calls:
        with pytest.raises((ValueError, LookupError), match=says):
            call(genome="no-genome.fa", **wrong)


@given(
    bases=st.integers(0, 10**10),
    cores=st.integers(1, 200),
    block=st.none() | st.integers(1, 10**8),
    iterator=st.none() | st.integers(1, 10**6),
    default=st.none() | st.integers(1, 10**8),
)
def test_blocks(bases: int, cores: int, block: int | None, iterator: int | None, default: int | None) -> None:
    size = Compute(cores=cores, block=block).block_for(bases, iterator, default=default)
    assert size >= MIN_BLOCK
    assert size % (iterator or 1) == 0
    asked = block or default
    assert asked is None or max(asked, MIN_BLOCK) <= size < max(asked, MIN_BLOCK) + (iterator or 1)


class Backwards(Threads):
    """An executor that does the last job first; results are taken in their order all the same."""

    def run(self, work: Callable[[Any], Any], jobs: Iterable[Any], take: Callable[[Any], object], cores: int) -> None:
        for done in reversed([work(job) for job in reversed(list(jobs))]):
            take(done)


def replaced(compute: Compute) -> list[str] | None:
    inputs = Inputs.of(open_genome(GENOME), None, None)
    old, new = (np.frombuffer(word, dtype=np.uint8) for word in (b"CG", b"GC"))
    records = Records(inputs.intervals, contig_sizes(inputs.genome))
    return write_records(
        BatchReplacer(inputs.genome, old, new, PlainReplacer()),
        batches(inputs.intervals, compute.block_for(inputs.intervals.total)),
        partial(open_sink, None, "fasta", records),
        compute,
        compute.bar(records.bases, "test"),
    )


def test_another_executor_makes_the_same() -> None:
    compute = Compute(block=100, progress=False)
    assert replaced(Compute(block=100, progress=False, executor=Backwards())) == replaced(compute)
    assert replaced(compute) == gsynth.replace_kmer("CG", "GC", genome=GENOME)
