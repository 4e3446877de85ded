"""Where a job's time goes: ``python -m benchmarks.components [--jobs ...] [--backends ...] [--megabases MB]``.

One thread, under Python's profiler: the functions by their own processor time, in nanoseconds a base. A block has about
a million bases and takes a few dozen calls, so the profiler costs next to nothing.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.contest import Place, prepare, warm_cache
from benchmarks.jobs import HEAVY, JOBS, Contestant, Job, find_jobs
from benchmarks.ours import Ours
from benchmarks.peers import folder_for, place_in, say, usable_backends
from benchmarks.tables import as_text


def profiled(place: Place, job: Job, backend: str) -> tuple[float, list[tuple[str, float, int]]]:
    """Nanoseconds a base without the profiler; and with it, by falling own time, (function, nanoseconds, calls)."""
    output = place.folder / "profiled.fa"
    genome, bases = place.genome_of(job), place.bases_of(job)
    work = Ours(job, Contestant(backend, 1), genome, place.model(job), output, place.asked).ready()
    work()
    output.unlink(missing_ok=True)
    start = time.thread_time()
    work()
    plain = time.thread_time() - start
    output.unlink(missing_ok=True)
    # The time of this thread: on a busy machine the clock would charge a function with what others did.
    profiler = cProfile.Profile(time.thread_time)
    profiler.runcall(work)
    stats = pstats.Stats(profiler).stats  # type: ignore[attr-defined]  # the stubs lack it
    found = [(_named(*function), own / bases * 1e9, calls) for function, (_, calls, own, _, _) in stats.items()]
    return plain / bases * 1e9, sorted(found, key=lambda line: -line[1])


def _named(file: str, line: int, function: str) -> str:
    return function if file == "~" else f"{Path(file).parent.name}/{Path(file).name}:{line} {function}"


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.components", description=__doc__)
    parser.add_argument("--jobs", nargs="+", default=[job.name for job in JOBS if job.name not in HEAVY])
    parser.add_argument("--backends", nargs="+", default=usable_backends()[:1])
    parser.add_argument("--megabases", type=float, default=100.0)
    parser.add_argument("--lines", type=int, default=12)
    parser.add_argument("--workdir", type=Path)
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> None:
    """Print a table for each job and backend."""
    options = arguments(given)
    jobs = find_jobs(options.jobs)
    with folder_for(options.workdir) as folder:
        say("making the genome and the models, if they are not there")
        place = place_in(folder, options.megabases)
        prepare(place, jobs, peer=False)
        for job in jobs:
            warm_cache(place, job, [])
            for backend in options.backends:
                plain, found = profiled(place, job, backend)
                rows = [[name, f"{own:.2f}", str(calls)] for name, own, calls in found[: options.lines]]
                print(f"\n{job.title}, {backend}, one thread: {plain:.2f} ns/base", flush=True)
                print(as_text(["function", "ns/base", "calls"], rows), flush=True)


if __name__ == "__main__":
    main()
