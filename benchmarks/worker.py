"""One contestant at one job, in a process of its own: ``python -m benchmarks.worker SPEC``.

`SPEC` is JSON. The process makes itself ready, says so, and answers each line that it reads with one line of JSON:
"run" does the job and gives the seconds, on the clock and of the processors, and the peak memory beyond the start;
"digest" gives a hash of the last result.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from benchmarks.jobs import PEER, Contestant, Job
from benchmarks.memory import forget_peak, peak
from benchmarks.ours import Ours
from benchmarks.theirs import Theirs


def own_stdout() -> TextIO:
    """The real standard output; what a library prints goes to standard error from now on."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return answers


def task_of(spec: dict[str, Any]) -> Ours | Theirs:
    """Who does what."""
    job = Job(**spec["job"])
    contestant = Contestant(**spec["contestant"])
    model, output, bases = Path(spec["model"]), Path(spec["output"]), int(spec["bases"])
    if contestant.name == PEER:
        return Theirs(job, Path(spec["database"]), model, output, bases)
    return Ours(job, contestant, Path(spec["genome"]), model, output, bases)


def sequence_digest(path: Path) -> str:
    """A hash of the bases of a FASTA, whatever its headers and line widths."""
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        for line in file:
            digest.update(b">" if line.startswith(b">") else line.rstrip())
    return digest.hexdigest()


def digest_of(task: Ours | Theirs, result: Any) -> str:
    """A hash of the counts, of the sequence or of the scores; none of a track in a database."""
    if task.job.kind != "train":
        return sequence_digest(task.output) if task.output.exists() else ""
    return hashlib.blake2b(task.counts(result).data, digest_size=16).hexdigest()


def timed(work: Callable[[], Any]) -> tuple[dict[str, Any], Any]:
    """The seconds, and the result."""
    start, spent = time.perf_counter(), time.process_time()
    result = work()
    return {"seconds": time.perf_counter() - start, "cpu_seconds": time.process_time() - spent}, result


def serve(spec: dict[str, Any], orders: TextIO, answers: TextIO) -> None:
    """Answer until the orders end."""
    task = task_of(spec)
    work = task.ready()
    task.output.unlink(missing_ok=True)
    before = forget_peak()
    print(json.dumps({"ready": True}), file=answers, flush=True)
    result = None
    for order in orders:
        if order.strip() == "digest":
            answer: dict[str, Any] = {"digest": digest_of(task, result)}
        else:
            result = None
            task.output.unlink(missing_ok=True)
            answer, result = timed(work)
            answer["peak_bytes"] = max(0, peak() - before)
        print(json.dumps(answer), file=answers, flush=True)
    task.output.unlink(missing_ok=True)
    task.output.with_name(task.output.name + ".fai").unlink(missing_ok=True)


if __name__ == "__main__":
    serve(json.loads(sys.argv[1]), sys.stdin, own_stdout())
