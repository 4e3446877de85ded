"""Side by side with pymisha: ``python -m benchmarks.peers [--quick] [--json OUT] [--backends ...] [--jobs ...]``.

Makes a genome, lets pymisha (if it can be imported) and every usable backend do the same jobs in turn, and prints
nanoseconds a base, how many times faster than pymisha, the memory beyond the start, and whether the target is met.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.contest import Place, contest, prepare
from benchmarks.figures import job_figures
from benchmarks.genome import VERSION, contigs_of, make_genome
from benchmarks.jobs import HEAVY, JOBS, PEER, Contestant, Job, find_jobs
from benchmarks.machine import describe_machine
from benchmarks.tables import HEAD, as_text, peer_rows
from gsynth.blocks.cores import usable_cores
from gsynth.plugins.registry import registry

FULL = {"megabases": 100.0, "rounds": 5}
QUICK = {"megabases": 10.0, "rounds": 3}


def usable_backends() -> list[str]:
    """The backends that have a counter and a sampler that load here, best first."""
    usable = [(status.role, status.name) for status in registry().statuses() if status.usable]
    return [name for role, name in usable if role == "counter" and ("sampler", name) in usable]


def contestants_of(names: Sequence[str] | None, quick: bool) -> list[Contestant]:
    """Who takes part: the peer in one process; each backend with all its cores, and with one."""
    usable = [*([PEER] if importlib.util.find_spec(PEER) else []), *usable_backends()]
    missing = [name for name in names or [] if name not in usable]
    if missing:
        raise SystemExit(f"cannot be used here: {', '.join(missing)}; usable: {', '.join(usable)}")
    chosen = usable if names is None else names
    alone = [0, 1] if usable_cores() > 1 else [0]
    return [
        Contestant(name, cores)
        for name in chosen
        for cores in ([1] if name == PEER else [0] if quick and name == "numpy" else alone)
    ]


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the genome, three rounds, no job of gigabytes")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures here")
    parser.add_argument("--backends", nargs="+", metavar="NAME", help=f"those only; {PEER} counts as one")
    parser.add_argument("--jobs", nargs="+", metavar="NAME", help=" ".join(job.name for job in JOBS))
    parser.add_argument("--megabases", type=float, help="size of the genome")
    parser.add_argument("--rounds", type=int, help="how often each does each job")
    parser.add_argument(
        "--workdir", type=Path, help="keep the genome, the models and the database here, and reuse them"
    )
    options = parser.parse_args(given)
    defaults = QUICK if options.quick else FULL
    options.megabases = options.megabases or defaults["megabases"]
    options.rounds = options.rounds or int(defaults["rounds"])
    return options


@contextlib.contextmanager
def folder_for(workdir: Path | None) -> Iterator[Path]:
    """The folder asked for, or one that goes away."""
    if workdir is None:
        with tempfile.TemporaryDirectory(prefix="gsynth-benchmark-") as name:
            yield Path(name)
    else:
        workdir.mkdir(parents=True, exist_ok=True)
        yield workdir.resolve()


def place_in(folder: Path, megabases: float) -> Place:
    """The genome in `folder`, made if it is not there."""
    bases = int(megabases * 1_000_000)
    return Place(folder, make_genome(folder, bases), sum(contig.length for contig in contigs_of(bases)), bases)


def chosen_jobs(options: argparse.Namespace) -> list[Job]:
    """The jobs asked for; all, or in a quick run all but the heavy ones."""
    if options.jobs:
        return find_jobs(options.jobs)
    return [job for job in JOBS if not (options.quick and job.name in HEAVY)]


def say(text: str) -> None:
    """Tell whoever waits."""
    print(text, file=sys.stderr, flush=True)


def write_report(report: dict[str, Any], path: Path | None) -> None:
    """Write it where it was asked for."""
    if path is not None:
        path.write_text(json.dumps(report, indent=1) + "\n")


def run_contest(options: argparse.Namespace) -> dict[str, Any]:
    """Everything, as what is written to JSON, and after each job is: a stopped run leaves what it has."""
    machine = describe_machine()
    jobs, contestants = chosen_jobs(options), contestants_of(options.backends, options.quick)
    peer = any(contestant.name == PEER for contestant in contestants)
    if not peer:
        say(f"{PEER} does not take part: no ratios")
    settings = {"megabases": options.megabases, "genome": VERSION, "rounds": options.rounds}
    figures: list[dict[str, Any]] = []
    report = {"benchmark": "peers", "machine": machine, "settings": settings, "jobs": figures}
    with folder_for(options.workdir) as folder:
        say("making the genome, the models and the database, if they are not there")
        place = place_in(folder, options.megabases)
        prepare(place, jobs, peer)
        for job in jobs:
            say(job.title)
            figures.append(job_figures(job, contest(place, job, contestants, options.rounds), place.bases_of(job)))
            write_report(report, options.json)
    return report


def main(given: Sequence[str] | None = None) -> None:
    """Run, write the JSON, print the table."""
    report = run_contest(arguments(given))
    print(as_text(HEAD, list(peer_rows(report["jobs"]))))


if __name__ == "__main__":
    main()
