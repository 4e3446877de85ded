"""Calls on Dask clusters of worker processes: the bytes of a call on threads, or an error and no file."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gsynth
from gsynth.errors import ArgumentError, ExecutorError

distributed = pytest.importorskip("distributed", reason="Dask is not installed (pip install 'gsynth[dask]')")

# Dask's own: of its loops, its sockets and its dependencies, when clusters begin and end.
pytestmark = [
    pytest.mark.filterwarnings("default::DeprecationWarning"),
    pytest.mark.filterwarnings("default::FutureWarning"),
    pytest.mark.filterwarnings("default::ResourceWarning"),
    pytest.mark.filterwarnings("default::pytest.PytestUnraisableExceptionWarning"),
]

LETTERS = np.frombuffer(b"ACGT", dtype=np.uint8)
SHARES = 1 << 17


def cluster_of(workers: int) -> Any:
    return distributed.LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None)


@pytest.fixture(scope="module", params=[1, 2, 4])
def client(request: pytest.FixtureRequest) -> Iterator[Any]:
    with cluster_of(request.param) as cluster, distributed.Client(cluster, set_as_default=False) as client:
        yield client


@pytest.fixture(scope="module")
def genome(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A long contig with stretches of N, and 3,000 short ones."""
    chance = np.random.default_rng(3)
    path = tmp_path_factory.mktemp("genome") / "genome.fa"
    with path.open("wb") as file:
        for name, size in [("a", 1_500_000), *((f"s{i}", 100 + i % 300) for i in range(3_000))]:
            bases = LETTERS[chance.integers(0, 4, size) & chance.integers(0, 4, size)]
            bases[size // 5 : size // 5 + size // 50] = ord("N")
            file.write(b">%s\n%s\n" % (name.encode(), bases.tobytes()))
    return path


@pytest.fixture(scope="module")
def tracks(genome: Path) -> dict[str, str]:
    bed = genome.with_name("states.bed")
    bed.write_text("".join(f"a\t{i}\t{i + 700}\tstate{i % 3}\n" for i in range(0, 1_400_000, 1_000)))
    wide = gsynth.train(genome=genome, k=1)
    gsynth.score(wide, genome.with_name("signal.bw"), genome=genome, resolution=250)
    return {"states": f"{bed}:name", "signal": os.fspath(genome.with_name("signal.bw"))}


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("k", [5, 10])
def test_everything_is_as_on_threads(client, genome, tracks, tmp_path, k):
    dims: list[Any] = [
        {"expr": "signal", "breaks": "q4"},
        {"expr": "states", "breaks": "categories"},
        {"expr": "gc", "breaks": [0, 1]},
    ]
    options: dict[str, Any] = {"genome": genome, "tracks": tracks, "max_chunk_size": SHARES}
    models, scores = [], []
    for name, executor in (("here", None), ("there", client)):
        with pytest.warns(UserWarning, match="outside of the strata"):
            model = gsynth.train(*dims, **options, k=k, iterator=250, mask=("a", 9, 999), executor=executor)
        models.append(model)
        with pytest.warns(UserWarning, match="of the model's strata"):
            gsynth.sample(model, tmp_path / f"{name}.fa", **options, seed=3, executor=executor)
        scores.append(gsynth.score(model, **options, output_format="arrays", executor=executor))
    for name in ("counts", "total_masked", "total_n"):
        assert np.array_equal(getattr(models[0], name), getattr(models[1], name))
    assert np.array_equal(models[0].outside.counts, models[1].outside.counts)
    assert digest(tmp_path / "here.fa") == digest(tmp_path / "there.fa")
    assert digest(tmp_path / "here.fa.fai") == digest(tmp_path / "there.fa.fai")
    for contig, columns in scores[0].items():
        for here, there in zip(columns, scores[1][contig], strict=True):
            assert np.array_equal(here, there, equal_nan=True)


def test_random_and_replaced(client, genome, tmp_path):
    gsynth.random(genome=genome, output=tmp_path / "r1.fa", seed=4)
    gsynth.random(genome=genome, output=tmp_path / "r2.fa", seed=4, executor=client)
    gsynth.replace_kmer("CG", "GC", genome=genome, output=tmp_path / "r3.fa")
    gsynth.replace_kmer("CG", "GC", genome=genome, output=tmp_path / "r4.fa", executor=client)
    assert digest(tmp_path / "r1.fa") == digest(tmp_path / "r2.fa")
    assert digest(tmp_path / "r3.fa") == digest(tmp_path / "r4.fa")


def test_functions_of_the_caller(client):
    genome, width = {"a": "ACGGT" * 2_000}, 500
    tracks = {"own": lambda contig, starts, ends: starts % (2 * width)}
    dim = {"expr": "own", "breaks": [0, 100, 1000]}
    options: dict[str, Any] = {"genome": genome, "tracks": tracks, "iterator": width, "k": 2}
    here, there = (gsynth.train(dim, **options, executor=executor) for executor in (None, client))
    assert np.array_equal(here.counts, there.counts)


def test_an_error_of_the_work_is_that_of_threads(client, tmp_path):
    def wrong(contig: str, starts: Any, ends: Any) -> Any:
        raise ZeroDivisionError("not today")

    with pytest.raises(ArgumentError, match="not today"):
        gsynth.train(
            {"expr": "own", "breaks": [0, 1]}, genome={"a": "ACGT" * 99}, tracks={"own": wrong}, iterator=5, k=1,
            executor=client,
        )  # fmt: skip


@pytest.mark.parametrize("round", range(4))
def test_workers_that_are_killed(genome, tmp_path, round):
    model = gsynth.train(genome=genome, k=4)
    sizes = {"x": 9_000_000, "y": 3_000_000}
    gsynth.sample(model, tmp_path / "here.fa", genome=sizes, seed=8)
    chance = random.Random(round)
    with cluster_of(2) as cluster, distributed.Client(cluster, set_as_default=False) as client:
        stop = threading.Event()
        victims = list(client.run(os.getpid).values())

        def kill() -> None:
            stop.wait(chance.random() * 2)
            os.kill(chance.choice(victims), signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        gsynth.sample(model, tmp_path / "there.fa", genome=sizes, seed=8, max_chunk_size=SHARES, executor=client)
        found = gsynth.train(genome=genome, k=4, max_chunk_size=SHARES, executor=client)
        stop.set()
        killer.join()
    assert digest(tmp_path / "here.fa") == digest(tmp_path / "there.fa")
    assert np.array_equal(found.counts, model.counts)


def test_a_scheduler_that_is_lost(genome, tmp_path):
    """The call ends with an error, and leaves nothing."""
    address = "tcp://127.0.0.1:0"
    scheduler = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
         "--scheduler-file", tmp_path / "scheduler.json"],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while not (tmp_path / "scheduler.json").exists():
            time.sleep(0.05)
        client = distributed.Client(scheduler_file=os.fspath(tmp_path / "scheduler.json"), set_as_default=False)
        address = client.scheduler.address
        worker = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard"],
            stderr=subprocess.DEVNULL,
        )
        client.wait_for_workers(1, timeout=60)
        end = threading.Timer(1.0, scheduler.kill)
        end.start()
        (tmp_path / "out").mkdir()
        with pytest.raises(ExecutorError, match=r"nothing was written|does not answer"):
            gsynth.random(genome={"a": 4_000_000_000}, output=tmp_path / "out" / "sample.fa", seed=1, executor=client)
        assert not list((tmp_path / "out").iterdir())
    finally:
        client.close(timeout=1)
        for process in (scheduler, worker):
            process.kill()
            process.wait()


def test_no_scheduler_there(genome):
    with pytest.raises(ExecutorError, match="no Dask cluster"):
        gsynth.train(genome=genome, k=1, executor="tcp://127.0.0.1:9")


def test_on_the_command_line(genome, tmp_path):
    def run(*arguments: object) -> None:
        subprocess.run([sys.executable, "-m", "gsynth", "-q", *map(str, arguments)], check=True)

    for name, executor in (("here", ()), ("there", ("--executor", "local:2"))):
        run("train", genome, "-k", 3, "-o", tmp_path / f"{name}.gsm", *executor)
        run("sample", tmp_path / f"{name}.gsm", "-g", genome, "--seed", 1, "-o", tmp_path / f"{name}.fa", *executor)
    assert digest(tmp_path / "here.fa") == digest(tmp_path / "there.fa")
