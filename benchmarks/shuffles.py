"""Shuffles next to those of SeqPro: nanoseconds a base, all in turn.

``python -m benchmarks.shuffles [--sequences N] [--rounds N] [BACKEND ...]``

The work: sequences of 500 bp, shuffled so that their words of k letters stay. SeqPro gets them as one array in memory
and returns another, and so do the kernels of gsynth; its call reads them as intervals of a FASTA and writes a FASTA,
which is more. SeqPro takes part where it is installed (``pip install seqpro``). Each figure is the best of the rounds:
by the clock, with all cores unless it says one; and processor time of all threads together, which tells most on a busy
machine.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

LENGTH = 500
SEED = 1


def contestants(folder: Path, sequences: int, backends: list[str]) -> Iterator[tuple[str, Callable[[int], Any]]]:
    """The name of each, and what it does for a k."""
    import pandas as pd

    from gsynth.alphabet import encode
    from gsynth.plugins.registry import registry
    from gsynth.plugins.roles import SAMPLER
    from gsynth.shuffling import gsynth_shuffle

    rng = np.random.default_rng(SEED)
    letters = np.frombuffer(b"ACGT", dtype=np.uint8)[rng.choice(4, sequences * LENGTH, p=[0.3, 0.2, 0.2, 0.3])]
    genome = folder / "genome.fa"
    genome.write_bytes(b">c\n" + b"\n".join(letters[i : i + 60].tobytes() for i in range(0, letters.size, 60)) + b"\n")
    starts = np.arange(0, letters.size, LENGTH)
    where = pd.DataFrame({"chrom": "c", "start": starts, "end": starts + LENGTH})

    def ours(backend: str, cores: int | None) -> Callable[[int], Any]:
        return lambda k: gsynth_shuffle(
            folder / "out.fa", k=k, genome=str(genome), intervals=where, seed=SEED, backend=backend, num_cores=cores,
            overwrite=True, progress=False,
        )  # fmt: skip

    def kernel(backend: str) -> Callable[[int], Any]:
        sampler: Any = registry().load(SAMPLER, backend)
        streams = np.full(sequences, 7, dtype=np.uint64)
        codes = encode(letters)
        return lambda k: sampler.shuffle(codes.copy(), starts, starts + LENGTH, streams, streams, starts, order=k - 1)

    for backend in backends:
        yield f"gsynth, {backend}", ours(backend, None)
        yield f"gsynth, {backend}, 1 core", ours(backend, 1)
        yield f"gsynth, {backend}, the kernel alone, 1 core", kernel(backend)
    try:
        import seqpro
    except ImportError:
        return
    array = letters.reshape(sequences, LENGTH).view("S1")
    yield f"SeqPro {seqpro.__version__}", lambda k: seqpro.k_shuffle(array, k, seqpro.DNA, length_axis=1, seed=SEED)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("backends", nargs="*", default=["cython", "numba"])
    parser.add_argument("--sequences", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--k", type=int, nargs="+", default=[2, 3, 5, 8])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        taking_part = list(contestants(Path(folder), options.sequences, options.backends))
        print(f"{options.sequences:,} x {LENGTH} bp; ns a base (processor time), best of {options.rounds}\n")
        print("| | " + " | ".join(f"k = {k}" for k in options.k) + " |")
        print("|---|" + "---|" * len(options.k))
        best = {name: [(np.inf, np.inf)] * len(options.k) for name, _ in taking_part}
        bases = options.sequences * LENGTH
        for column, k in enumerate(options.k):
            for _ in range(options.rounds):
                for name, work in taking_part:
                    clock, processor = time.perf_counter(), time.process_time()
                    work(k)
                    took = time.perf_counter() - clock, time.process_time() - processor
                    least = zip(best[name][column], took, strict=True)
                    best[name][column] = tuple(min(before, 1e9 * now / bases) for before, now in least)
        for name, figures in best.items():
            print(f"| {name} | " + " | ".join(f"{clock:.2f} ({processor:.2f})" for clock, processor in figures) + " |")


if __name__ == "__main__":
    main()
