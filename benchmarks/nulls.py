"""A motif on real CpG islands, and on samples of each null: the figure of ``docs/howto/which-null.md``.

``python -m benchmarks.nulls [--data FOLDER] [--samples N] [--output PNG]``

The islands are those of the first 70 Mb of human X (GRCh37). Each null draws them as often as
`--samples` says, and words are counted on both strands.
"""

from __future__ import annotations

import argparse
import gzip
import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import gsynth

GENOME, ISLANDS = "hs37.chrX_0-70M.bgz.fa.gz", "hg19.CpGIsland.bed.gz"
WORDS = {"GC box": "GGGCGG", "CCAAT box": "CCAAT"}
COMPLEMENT = str.maketrans("ACGT", "TGCA")


def count(sequences: list[str], word: str) -> int:
    """How often a word is found on either strand; occurrences may overlap."""
    words = {word, word.translate(COMPLEMENT)[::-1]}
    pattern = re.compile("|".join(f"(?={one})" for one in sorted(words)))
    return sum(len(pattern.findall(sequence.upper())) for sequence in sequences)


def islands(path: Path) -> list[tuple[str, int, int]]:
    """Those on the first 70 Mb of X."""
    with gzip.open(path, "rt") as lines:
        rows = [line.split()[:3] for line in lines]
    return [("X", int(start), int(end)) for name, start, end in rows if name == "chrX" and int(end) <= 70_000_000]


def nulls(genome: str, where: Any) -> Iterator[tuple[str, Callable[[int], list[str]]]]:
    """The name of each null, and the islands as it draws them with a seed."""
    shared = {"genome": genome, "intervals": where}
    real = "".join(gsynth.shuffle(k=1, seed=0, **shared))
    composition = {base: real.count(base) for base in "ACGT"}
    yield "random, composition\nof the islands", lambda seed: gsynth.random(nuc_probs=composition, seed=seed, **shared)
    for k in (1, 2, 3):
        yield f"shuffle, k = {k}", lambda seed, k=k: gsynth.shuffle(k=k, seed=seed, **shared)
    everywhere = gsynth.train(genome=genome, k=5)
    yield "Markov, k = 5", lambda seed: gsynth.sample(everywhere, seed=seed, **shared)
    strata = gsynth.train(
        {"expr": "gc", "breaks": [0, 0.4, 0.5, 0.6, 0.7, 1]},
        {"expr": "cpg", "breaks": [0, 0.3, 0.6, 0.8, 1, 10]},
        genome=genome,
        k=5,
        iterator=200,
    )
    yield "Markov, k = 5,\nGC and CpG strata", lambda seed: gsynth.sample(strata, seed=seed, **shared)


def measure(data: Path, samples: int) -> tuple[dict[str, int], dict[str, dict[str, list[int]]]]:
    """The counts of each word in the islands; and by each null in each sample."""
    genome = str(data / GENOME)
    where = islands(data / ISLANDS)
    shared = {"genome": genome, "intervals": where}
    with warnings.catch_warnings():
        # Everything is copied: these are the islands themselves.
        warnings.simplefilter("ignore")
        kept = gsynth.shuffle(mask_copy=where, seed=0, **shared)
    observed = {name: count(kept, word) for name, word in WORDS.items()}
    found: dict[str, dict[str, list[int]]] = {}
    for null, draw in nulls(genome, where):
        drawn = [draw(seed) for seed in range(1, samples + 1)]
        found[null] = {name: [count(sequences, word) for sequences in drawn] for name, word in WORDS.items()}
    return observed, found


def draw_figure(observed: dict[str, int], found: dict[str, dict[str, list[int]]], output: Path) -> None:
    """One panel a word: the counts in all samples of each null, and the line of what is observed."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(observed), figsize=(10, 4), sharey=True, layout="constrained")
    for axis, (name, seen) in zip(axes, observed.items(), strict=True):
        for row, counts in enumerate(found.values()):
            axis.plot(counts[name], np.full(len(counts[name]), row), "|", color="tab:blue", markersize=12)
        axis.axvline(seen, color="tab:red")
        axis.set_title(f"{name} ({WORDS[name]}): {seen:,} in the islands", fontsize=10)
        axis.set_xlabel("occurrences, both strands")
        axis.set_xlim(left=0)
    axes[0].set_yticks(range(len(found)), list(found))
    axes[0].invert_yaxis()
    figure.savefig(output, dpi=110, metadata={"Software": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--samples", type=int, default=50)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    observed, found = measure(options.data, options.samples)
    print("| null | " + " | ".join(f"{word} ({name})" for name, word in WORDS.items()) + " |")
    print("|---|" + "---|" * len(WORDS))
    print("| the islands themselves | " + " | ".join(f"{count:,}" for count in observed.values()) + " |")
    for null, counts in found.items():
        cells = []
        for name, seen in observed.items():
            mean, spread = np.mean(counts[name]), np.std(counts[name], ddof=1)
            cells.append(f"{mean:,.0f} ± {spread:,.0f}, {seen / mean:.2f} times, z {(seen - mean) / spread:+.1f}")
        print(f"| {null.replace(chr(10), ' ')} | " + " | ".join(cells) + " |")
    if options.output is not None:
        draw_figure(observed, found, options.output)


if __name__ == "__main__":
    main()
