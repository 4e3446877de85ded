"""Several contestants at one job, taking turns, each in a process of its own."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

import attrs
from attrs import define, frozen

from benchmarks.genome import make_scaffolds
from benchmarks.jobs import PEER, Contestant, Job
from benchmarks.regions import worked_on

ROOT = Path(__file__).resolve().parents[1]


@frozen
class Place:
    """Where everything lies: the genome, and beside it what is made from it once."""

    folder: Path
    genome: Path
    bases: int
    asked: int
    """About how many bases the genome was asked to have; `bases` are those that it has."""

    def genome_of(self, job: Job) -> Path:
        """The FASTA that a job works on."""
        return make_scaffolds(self.folder, self.asked) if job.where == "scaffolds" else self.genome

    def database(self, job: Job) -> Path:
        """The peer's database of that FASTA."""
        return self.folder / f"{self.genome_of(job).stem}-misha"

    def model(self, job: Job) -> Path:
        return self.folder / f"{self.genome.stem}-k{job.order}{'-gc' if job.stratified else ''}.gsm"

    def bases_of(self, job: Job) -> int:
        """Bases that a job works on."""
        return self.bases if job.where == "whole" else worked_on(job.where, job.kind, self.asked)

    def spec(self, job: Job, contestant: Contestant) -> dict[str, Any]:
        """What a worker is told."""
        return {
            "job": attrs.asdict(job),
            "contestant": attrs.asdict(contestant),
            "genome": str(self.genome_of(job)),
            "database": str(self.database(job)),
            "model": str(self.model(job)),
            "bases": self.asked,
            "output": str(self.folder / f"out-{contestant.name}-{contestant.cores}.fa"),
        }


@frozen
class Result:
    """What a contestant did at a job; `error` says why it did not."""

    name: str
    cores: int
    seconds: list[float]
    cpu_seconds: list[float]
    peak_bytes: int
    digest: str
    error: str = ""

    @property
    def best(self) -> float:
        return min(self.seconds)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


@define
class Worker:
    """A worker's process, and what it has answered so far."""

    contestant: Contestant
    process: subprocess.Popen[str]
    errors: IO[str]
    seconds: list[float] = attrs.field(factory=list)
    cpu_seconds: list[float] = attrs.field(factory=list)
    peak_bytes: int = 0
    digest: str = ""
    error: str = ""

    def answer(self) -> dict[str, Any]:
        """The next line; none, and the reason kept, if the process is gone."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if line:
            return dict(json.loads(line))
        self.process.wait()
        self.errors.seek(0)
        last = self.errors.read().strip().splitlines()
        self.error = last[-1] if last else f"ended with status {self.process.returncode}"
        return {}

    def ask(self, order: str) -> None:
        """Give one order, and keep what comes back."""
        if self.error:
            return
        assert self.process.stdin is not None
        print(order, file=self.process.stdin, flush=True)
        answer = self.answer()
        if "seconds" in answer:
            self.seconds.append(answer["seconds"])
            self.cpu_seconds.append(answer["cpu_seconds"])
            self.peak_bytes = max(self.peak_bytes, answer["peak_bytes"])
        self.digest = answer.get("digest", self.digest)

    def result(self) -> Result:
        """What it did."""
        who = self.contestant
        return Result(who.name, who.cores, self.seconds, self.cpu_seconds, self.peak_bytes, self.digest, self.error)


@contextmanager
def started(place: Place, job: Job, contestant: Contestant) -> Iterator[Worker]:
    """A worker, ended at the end."""
    command = [sys.executable, "-m", "benchmarks.worker", json.dumps(place.spec(job, contestant))]
    with (
        tempfile.TemporaryFile("w+") as errors,
        # Leaving closes the pipes, which ends the worker, and waits for it.
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, cwd=ROOT
        ) as process,
    ):
        yield Worker(contestant, process, errors)


def warm_cache(place: Place, job: Job, names: Sequence[str]) -> None:
    """Read the files once, so that no contestant waits for the disk."""
    files = [place.genome_of(job)]
    if PEER in names:
        files += [path for path in place.database(job).rglob("*") if path.is_file()]
    for path in files:
        with path.open("rb") as file:
            while file.read(1 << 20):
                pass


def contest(place: Place, job: Job, contestants: Sequence[Contestant], rounds: int) -> list[Result]:
    """Everyone does the job `rounds` times, in turn: A B C A B C, so that a busy moment hits all alike."""
    with ExitStack() as stack:
        workers = [stack.enter_context(started(place, job, contestant)) for contestant in contestants]
        for worker in workers:
            worker.answer()
        warm_cache(place, job, [worker.contestant.name for worker in workers])
        for order in [*["run"] * rounds, "digest"]:
            for worker in workers:
                worker.ask(order)
        return [worker.result() for worker in workers]


def prepare(place: Place, jobs: Sequence[Job], peer: bool) -> None:
    """Make the models to sample from, and the peer's database, in a process of its own; what is there is kept."""
    made: dict[Path, tuple[str, Job, Path]] = {}
    for job in jobs:
        if job.has_model:
            made[place.model(job)] = "model", job, place.genome
        if peer:
            made[place.database(job)] = "database", job, place.genome_of(job)
    for path, (what, job, genome) in made.items():
        if path.exists():
            continue
        spec = json.dumps({"what": what, "job": attrs.asdict(job), "genome": str(genome), "path": str(path)})
        subprocess.run([sys.executable, "-m", "benchmarks.prepare", spec], check=True, cwd=ROOT, stdout=sys.stderr)
