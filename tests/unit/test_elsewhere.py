"""Calls whose jobs run in other processes: the same bytes, whatever happens to the workers.

The executor here does what those of a cluster do, in this process: everything goes through pickles, jobs are done in
any order and more than once, and the first attempts of all jobs are made again at the end, as by workers that were
taken for dead.
"""

from __future__ import annotations

import pickle
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import define, field

import gsynth
from gsynth.blocks import calls
from gsynth.blocks.calls import Call, perform
from gsynth.blocks.executors import Executor
from gsynth.blocks.producing import ShareMaker
from gsynth.errors import ExecutorError

LETTERS = np.frombuffer(b"ACGT", dtype=np.uint8)
LARGEST_JOB = 4096
"""Bytes; the columns of a batch of 65,536 chains are a thousand times as many."""


@define
class Pickling:
    """See the head of this file."""

    seed: int = 0
    dies: bool = False
    jobs: int = 0
    largest_result: int = 0
    elsewhere: bool = field(default=True, init=False)
    _replays: list[Callable[[], object]] = field(factory=list)
    _lost: int = 0

    @contextmanager
    def opened(self) -> Iterator[Executor]:
        yield self

    def slots(self, cores: int) -> int:
        return 3

    def lost(self) -> int:
        return self._lost

    def run(self, work: Any, jobs: Iterable[Any], take: Callable[[Any], object], cores: int) -> None:
        for result in self._done(work, jobs):
            take(self._sent(result))
        for replay in self._replays:
            replay()
        self._replays.clear()

    def reduce(
        self,
        work: Any,
        jobs: Iterable[Any],
        merge: Callable[[Sequence[Any]], Any],
        seen: Callable[[Any], object],
        cores: int,
    ) -> Any:
        jobs = list(jobs)
        results = self._done(work, jobs)
        for job in jobs:
            seen(job)
        chance = random.Random(self.seed)
        while len(results) > 1:
            chance.shuffle(results)
            width = chance.randint(2, 4)
            results = [*results[width:], self._sent(merge([self._sent(part) for part in results[:width]]))]
        return results[0] if results else None

    def _done(self, work: Any, jobs: Iterable[Any]) -> list[Any]:
        call = pickle.loads(pickle.dumps(Call.of(work)))
        packed = [pickle.dumps(job) for job in jobs]
        assert all(len(job) < LARGEST_JOB for job in packed)
        self.jobs += len(packed)
        order = list(range(len(packed)))
        random.Random(self.seed).shuffle(order)
        done = {}
        calls._open.clear()
        for number in order:
            done[number] = perform(call, pickle.loads(packed[number]))
            if self.dies:
                self._lost += 1
                self._replays.append(lambda job=packed[number]: self._replayed(call, job))
        return [done[number] for number in range(len(packed))]

    def _replayed(self, call: Call, job: bytes) -> None:
        # If its file has its final name by now, or is another one, there is nothing to write to.
        with suppress(ExecutorError):
            perform(call, pickle.loads(job))

    def _sent(self, result: Any) -> Any:
        packed = pickle.dumps(result)
        self.largest_result = max(self.largest_result, len(packed))
        return pickle.loads(packed)


@pytest.fixture(scope="module")
def genome(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Contigs long and short, with N and lower case."""
    chance = np.random.default_rng(3)
    path = tmp_path_factory.mktemp("genome") / "genome.fa"
    with path.open("wb") as file:
        for name, size in [("a", 30_000), ("b", 1), ("c", 7_001), *((f"s{i}", 40 + i) for i in range(60))]:
            bases = LETTERS[chance.integers(0, 4, size)]
            bases[size // 3 : size // 2 : 2] |= 0x20
            bases[size // 5 : size // 5 + size // 50] = ord("N")
            file.write(b">%s\n%s\n" % (name.encode(), bases.tobytes()))
    return path


@pytest.fixture(scope="module")
def model(genome: Path) -> gsynth.GsynthModel:
    dim = {"expr": "gc", "breaks": [0, 0.5, 1]}
    return gsynth.train(dim, genome=genome, k=3, iterator=100)


def same_model(one: gsynth.GsynthModel, other: gsynth.GsynthModel) -> bool:
    outside = [np.array_equal(one.outside.counts, other.outside.counts)] if one.outside else []
    numbers = [
        getattr(one, name) == getattr(other, name) for name in ("total_kmers", "total_masked", "total_n", "dims")
    ]
    return np.array_equal(one.counts, other.counts) and all([*outside, *numbers])


@pytest.mark.parametrize("breaks", [[0, 0.4, 0.5, 1], "q3"])
def test_counts(genome, breaks):
    options: dict[str, Any] = {"genome": genome, "iterator": 70, "mask": "soft", "max_chunk_size": 500, "k": 2}
    dim = {"expr": "gc", "breaks": breaks}
    executor = Pickling()
    found = gsynth.train(dim, **options, executor=executor)
    assert same_model(found, gsynth.train(dim, **options))
    assert executor.jobs > 9


@pytest.mark.parametrize("dies", [False, True])
@pytest.mark.parametrize("output_format", ["fasta", "seq"])
def test_samples(genome, model, tmp_path, output_format, dies):
    options: dict[str, Any] = {
        "genome": genome, "seed": 5, "n_samples": 2, "max_chunk_size": 999, "output_format": output_format,
        "mask_copy": ("a", 100, 5_000),
    }  # fmt: skip
    reports: list[Any] = []
    gsynth.sample(model, tmp_path / "here.fa", **options, report=reports.append)
    executor = Pickling(dies=dies)
    gsynth.sample(model, tmp_path / "there.fa", **options, report=reports.append, executor=executor)
    assert (tmp_path / "here.fa").read_bytes() == (tmp_path / "there.fa").read_bytes()
    if output_format == "fasta":
        assert (tmp_path / "here.fa.fai").read_bytes() == (tmp_path / "there.fa.fai").read_bytes()
    assert reports[0].bases == reports[1].bases
    assert (reports[0].causes == reports[1].causes).all()
    assert executor.jobs > 9
    assert executor.largest_result < 50_000, "letters of files stay where they are made"
    assert gsynth.sample(model, **options, executor=Pickling()) == gsynth.sample(model, **options)


def never_meeting() -> gsynth.GsynthModel:
    """After A comes C, then G, then T: whatever the numbers, a chain that began otherwise stays apart for ever."""
    counts = np.zeros((1, 4, 4), dtype=np.uint64)
    for base in range(4):
        counts[0, base, (base + 1) % 4] = 1
    return gsynth.GsynthModel(k=1, dims=(), counts=counts, pseudocount=0)


@pytest.mark.parametrize("dies", [False, True])
def test_chains_that_never_meet(tmp_path, dies, monkeypatch):
    redone: list[bool] = []
    make = ShareMaker._redone
    monkeypatch.setattr(ShareMaker, "_redone", lambda *job: redone.append(True) or make(*job))
    options: dict[str, Any] = {"genome": {"a": 20_000, "b": 300, "c": 7_000}, "max_chunk_size": 1000}
    monkeypatch.setattr("gsynth.blocks.sampling._APPROACH", 1000)
    for seed in range(3):
        expected = gsynth.sample(never_meeting(), **options, seed=seed)
        path = tmp_path / f"{seed}.fa"
        gsynth.sample(never_meeting(), path, **options, seed=seed, executor=Pickling(dies=dies))
        assert "".join(line for line in path.read_text().splitlines() if line[0] != ">") == "".join(expected)
        assert gsynth.sample(never_meeting(), **options, seed=seed, executor=Pickling(dies=dies)) == expected
    assert redone


def test_chains_that_meet_late(monkeypatch):
    """Only the batches that differ are made again: from each end there is one, of many."""
    counts = np.random.default_rng(5).integers(0, 9, (1, 64, 4)).astype(np.uint64) ** 3
    model = gsynth.GsynthModel(k=3, dims=(), counts=counts)
    redone: list[int] = []
    make = ShareMaker._redone

    def counted(maker: ShareMaker, job: Any, sink: Any) -> Any:
        made = make(maker, job, sink)
        redone.append(len(made.parts))
        assert made.met
        return made

    monkeypatch.setattr(ShareMaker, "_redone", counted)
    monkeypatch.setattr("gsynth.blocks.sampling._APPROACH", 4)
    options: dict[str, Any] = {"genome": {"a": 200_000}, "max_chunk_size": 1000, "seed": 2}
    reports: list[Any] = []
    expected = gsynth.sample(model, **options, report=reports.append)
    assert gsynth.sample(model, **options, report=reports.append, executor=Pickling()) == expected
    assert redone
    assert set(redone) == {1}
    assert reports[0].bases == reports[1].bases == 200_000


@pytest.mark.filterwarnings("ignore:.*shuffled sequences equal their input")
def test_random_replaced_and_shuffled(genome, tmp_path):
    every: list[tuple[Callable[..., Any], dict[str, Any]]] = [
        (gsynth.random, {"seed": 4, "nuc_probs": {"A": 1, "C": 2, "G": 3, "T": 4}}),
        (partial(gsynth.replace_kmer, "CG", "GC"), {}),
        (gsynth.shuffle, {"seed": 3, "window": 500, "max_chunk_size": 1000}),
        (gsynth.shuffle, {"seed": 3, "k": 3, "n_samples": 2, "max_chunk_size": 1000}),
    ]
    for call, options in every:
        call(genome=genome, output=tmp_path / "here.fa", **options, overwrite=True)
        call(genome=genome, output=tmp_path / "there.fa", **options, overwrite=True, executor=Pickling(dies=True))
        for suffix in ("fa", "fa.fai"):
            assert (tmp_path / f"here.{suffix}").read_bytes() == (tmp_path / f"there.{suffix}").read_bytes()
        assert call(genome=genome, **options, executor=Pickling()) == call(genome=genome, **options)


@pytest.mark.parametrize("resolution", [1, 50, 5_000])
def test_scores(genome, model, tmp_path, resolution):
    options: dict[str, Any] = {"genome": genome, "resolution": resolution, "max_chunk_size": 700}
    found = gsynth.score(model, output_format="arrays", **options, executor=Pickling())
    for name, columns in gsynth.score(model, output_format="arrays", **options).items():
        for mine, other in zip(columns, found[name], strict=True):
            assert np.array_equal(mine, other, equal_nan=True)
    for name, executor in (("here.bedgraph", None), ("there.bedgraph", Pickling())):
        gsynth.score(model, tmp_path / name, **options, executor=executor)
    assert (tmp_path / "here.bedgraph").read_bytes() == (tmp_path / "there.bedgraph").read_bytes()
