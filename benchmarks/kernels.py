"""The kernels alone: nanoseconds per base on one core, every backend side by side.

``python -m benchmarks.kernels [--windows N] [--fasta FILE --region CONTIG:START-END] [BACKEND ...]``

Sequence: random, and where a FASTA is named, real. Each figure is the best of several runs in turn, in CPU time, which
other work on the machine disturbs least.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gsynth.alphabet import decode, encode
from gsynth.model.logs import log_tables
from gsynth.model.model import GsynthModel
from gsynth.model.smoothing import smoothed_cdf
from gsynth.model.thresholds import thresholds_from_cdf
from gsynth.plugins import FREE
from gsynth.plugins.registry import registry
from gsynth.plugins.roles import COUNTER, SAMPLER, SCORER

Codes = NDArray[np.uint8]
Job = Callable[[str], Callable[[], object]]

ABILITIES = ("encode", "decode", "compose", "replace")

STRATUM_WIDTH = 200
BINS = 20


def sequences(windows: int, fasta: str | None, region: str | None) -> Iterator[tuple[str, Codes]]:
    """Named code arrays of `windows` + 10 cells."""
    rng = np.random.default_rng(1)
    yield "random", rng.integers(0, 4, size=windows + 10, dtype=np.uint8)
    yield "poly-A", np.zeros(windows + 10, dtype=np.uint8)
    yield "(CA)n", np.resize(np.array([1, 0], dtype=np.uint8), windows + 10)
    if fasta is not None:
        import pysam

        with pysam.FastaFile(fasta) as file:
            text = file.fetch(region=region) if region else file.fetch(file.references[0])
        yield "real", np.resize(encode(np.frombuffer(text.encode(), dtype=np.uint8)), windows + 10)


def whole(windows: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """One run of one stratum."""
    return np.array([0, windows], dtype=np.int64), np.zeros(1, dtype=np.int32)


def strata(windows: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Runs of `STRATUM_WIDTH` windows over `BINS` strata, as a slow walk."""
    edges = np.append(np.arange(0, windows, STRATUM_WIDTH), windows)
    walk = np.cumsum(np.random.default_rng(2).integers(-2, 3, size=edges.size - 1))
    return edges.astype(np.int64), np.abs(walk % (2 * BINS) - BINS).clip(0, BINS - 1).astype(np.int32)


def counting(codes: Codes, order: int, stratified: bool) -> Job:
    """A job that counts `codes`."""
    windows = codes.size - 10
    runs = strata(windows) if stratified else whole(windows)
    out = np.zeros((BINS if stratified else 1, 4**order, 4), dtype=np.uint64)

    def job(backend: str) -> Callable[[], object]:
        counter = registry().load(COUNTER, backend)
        return lambda: counter.count(codes[: windows + order], *runs, order=order, out=out)

    return job


def thresholds(codes: Codes, order: int, bins: int) -> NDArray[np.uint32]:
    """The sampler's table of a model trained on `codes`, the same in every bin."""
    counts = np.zeros((1, 4**order, 4), dtype=np.uint64)
    runs = whole(codes.size - order)
    registry().load(COUNTER, registry().auto(COUNTER)).count(codes, *runs, order=order, out=counts)
    return thresholds_from_cdf(np.repeat(smoothed_cdf(counts, 1.0, None, np.zeros(1, dtype=np.bool_)), bins, axis=0))


def sampling(codes: Codes, order: int, stratified: bool, masked: bool) -> Job:
    """A job that samples a block like `codes`; if `masked`, half of it, in runs, is fixed."""
    windows = codes.size - 10
    runs = strata(windows) if stratified else whole(windows)
    table = thresholds(codes, order, BINS if stratified else 1)
    cells = np.full(windows + order, FREE, dtype=np.uint8)
    cells[:order] = 0
    if masked:
        keep = (np.arange(cells.size) // 300) % 2 == 0
        cells[keep] = codes[: cells.size][keep]
    edges, words, positions = np.array([0, windows]), np.array([7], dtype=np.uint64), np.array([0])
    work = cells.copy()

    def job(backend: str) -> Callable[[], object]:
        sampler: Any = registry().load(SAMPLER, backend)

        def run() -> None:
            work[:] = cells
            sampler.sample_stream(work, *runs, edges, words, words, positions, order=order, thresholds=table)

        return run

    return job


def scoring(codes: Codes, order: int, stratified: bool, width: int) -> Job:
    """A job that scores `codes`, in cells of so many windows, by a model of random counts."""
    windows, bins = codes.size - 10, BINS if stratified else 1
    runs = strata(windows) if stratified else whole(windows)
    cuts = np.append(np.arange(0, windows, width), windows)
    counts = np.random.default_rng(3).integers(1, 99, (1, 4**order, 4))
    logs = np.repeat(log_tables(GsynthModel(k=order, counts=counts), None)[0], bins, axis=0)
    sums, left_out = np.zeros(cuts.size - 1, dtype=np.int64), np.zeros((cuts.size - 1, 4), dtype=np.int32)

    def job(backend: str) -> Callable[[], object]:
        scorer = registry().load(SCORER, backend)
        block = codes[: windows + order]
        return lambda: scorer.score(block, *runs, cuts, order=order, logs=logs, sums=sums, left_out=left_out)

    return job


def independent(windows: int) -> Job:
    """A job that draws bases which depend on nothing."""
    table = np.broadcast_to(np.array([1, 2, 3], dtype=np.uint32) << 29, (2, 4, 3)).copy()
    edges, words, positions = np.array([0, windows]), np.array([7], dtype=np.uint64), np.array([0])
    work = np.empty(windows + 1, dtype=np.uint8)

    def job(backend: str) -> Callable[[], object]:
        sampler: Any = registry().load(SAMPLER, backend)

        def run() -> None:
            work[:] = FREE
            work[0] = 0
            sampler.sample_stream(work, *whole(windows), edges, words, words, positions, order=1, thresholds=table)

        return run

    return job


def on_bases(ability: str, codes: Codes) -> Job:
    """A job of one of the abilities that turn or count bases: encode, decode, compose or replace."""
    codes = codes[:-10]
    bases, room, edges = decode(codes), np.empty_like(codes), strata(codes.size)[0]
    composition = np.empty((edges.size - 1, 4), dtype=np.int64)
    old, new = (np.frombuffer(word, dtype=np.uint8) for word in (b"CG", b"GC"))

    def job(backend: str) -> Callable[[], object]:
        sampler: Any = registry().load(SAMPLER, backend)

        def replace() -> None:
            room[:] = bases
            sampler.replace(room, old, new)

        runs: dict[str, Callable[[], object]] = {
            "encode": lambda: sampler.encode(bases, room),
            "decode": lambda: sampler.decode(codes, room),
            "compose": lambda: sampler.compose(bases, edges, composition),
            "replace": replace,
        }
        return runs[ability]

    return job


def measure(job: Job, backends: list[str], windows: int, rounds: int) -> dict[str, float]:
    """The best time of each backend, in ns per base; they take turns."""
    runs = {backend: job(backend) for backend in backends}
    for run in runs.values():
        run()
    best = dict.fromkeys(backends, float("inf"))
    for _ in range(rounds):
        for backend, run in runs.items():
            start = time.thread_time()
            run()
            best[backend] = min(best[backend], (time.thread_time() - start) / windows * 1e9)
    return best


def jobs(found: dict[str, Codes], orders: list[int]) -> Iterator[tuple[str, Job]]:
    """All the jobs, named."""
    codes = next(iter(found.values()))
    for ability in ABILITIES:
        yield ability, on_bases(ability, codes)
    yield "random", independent(codes.size - 10)
    for order in orders:
        for name, codes in found.items():
            yield f"count k={order} {name}", counting(codes, order, False)
        real = list(found)[-1] if "real" in found else "random"
        yield f"count k={order} {real}, {BINS} strata", counting(found[real], order, True)
        yield f"sample k={order} {real}", sampling(found[real], order, False, False)
        yield f"sample k={order} {real}, {BINS} strata", sampling(found[real], order, True, False)
        yield f"sample k={order} {real}, half fixed", sampling(found[real], order, False, True)
        for width in (1, STRATUM_WIDTH):
            yield f"score k={order} {real}, {BINS} strata, by {width}", scoring(found[real], order, True, width)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("backends", nargs="*", default=["cython", "numba"])
    parser.add_argument("--windows", type=int, default=8_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--orders", type=int, nargs="*", default=[5, 8, 10])
    parser.add_argument("--fasta")
    parser.add_argument("--region")
    options = parser.parse_args()
    print(f"{'ns per base':36s}", *(f"{backend:>8s}" for backend in options.backends))
    found = dict(sequences(options.windows, options.fasta, options.region))
    for name, job in jobs(found, options.orders):
        best = measure(job, options.backends, options.windows, options.rounds)
        print(f"{name:36s}", *(f"{best[backend]:8.2f}" for backend in options.backends), flush=True)


if __name__ == "__main__":
    main()
