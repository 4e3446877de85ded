"""Time and memory against the size of the genome: ``python -m benchmarks.scaling [--largest MB] [--json OUT]``.

Trains and samples genomes of 10 Mb, 100 Mb and 1 Gb, k = 5 with strata of G + C, each in a process of its own. The
memory is the peak beyond what the imports, a small job before and (in sampling) the model take.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.contest import Place, Result, contest, prepare
from benchmarks.figures import MEGABYTE
from benchmarks.genome import VERSION
from benchmarks.jobs import PEER, Contestant, Job, find_jobs
from benchmarks.machine import describe_machine
from benchmarks.peers import folder_for, place_in, say, usable_backends, write_report
from benchmarks.tables import SCALING_HEAD, as_text, scaling_rows

SIZES = (10.0, 100.0, 1000.0)
DEFAULT_JOBS = ("train-k5-gc", "sample-k5-gc")
LIMIT_MB = 400


def row_of(job: Job, result: Result, place: Place, megabases: float) -> dict[str, Any]:
    """The figures of one job at one size."""
    row: dict[str, Any] = {
        "job": job.name,
        "title": job.title,
        "label": Contestant(result.name, result.cores).label,
        "megabases": megabases,
    }
    if result.error:
        return {**row, "error": result.error}
    peak = round(result.peak_bytes / MEGABYTE)
    best = round(result.best / place.bases * 1e9, 2)
    return {**row, "best_ns": best, "peak_mb": peak, "limit_mb": LIMIT_MB, "met": peak <= LIMIT_MB}


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("--largest", type=float, default=SIZES[-1], help="Mb of the largest genome (1000)")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures here")
    parser.add_argument("--backends", nargs="+", metavar="NAME", help="the best usable one by default")
    parser.add_argument("--jobs", nargs="+", metavar="NAME", default=list(DEFAULT_JOBS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workdir", type=Path, help="keep the genomes and models here, and reuse them")
    return parser.parse_args(given)


def run_scaling(options: argparse.Namespace) -> dict[str, Any]:
    """Everything, as what is written to JSON."""
    machine = describe_machine()
    sizes = [size for size in SIZES if size < options.largest] + [options.largest]
    jobs, rows = find_jobs(options.jobs), []
    names = options.backends or usable_backends()[:1]
    with folder_for(options.workdir) as folder:
        for megabases in sizes:
            say(f"{megabases:g} Mb")
            place = place_in(folder, megabases)
            prepare(place, jobs, PEER in names)
            for job in jobs:
                # One after the other: side by side they would share the memory that is measured.
                for name in names:
                    who = Contestant(name, 1 if name == PEER else 0)
                    rows += [
                        row_of(job, result, place, megabases) for result in contest(place, job, [who], options.rounds)
                    ]
    settings = {"genome": VERSION, "rounds": options.rounds}
    return {"benchmark": "scaling", "machine": machine, "settings": settings, "rows": rows}


def main(given: Sequence[str] | None = None) -> None:
    """Run, print the table, write the JSON."""
    options = arguments(given)
    report = run_scaling(options)
    print(as_text(SCALING_HEAD, list(scaling_rows(report["rows"]))))
    write_report(report, options.json)


if __name__ == "__main__":
    main()
