"""A track that looks beyond its last window gets the bases there, wherever a block or an interval ends."""

import itertools

import attrs
import numpy as np
import pytest

import gsynth
from gsynth.testing import oracle

BASES = "".join(np.random.default_rng(8).choice(list("ACGT"), 1500))
GENOME = {"c": BASES, "d": BASES[700:1100]}
WORD = "CG"
WIDTH = 8
BREAKS = [0, 1, 2, 9]


@attrs.frozen
class Starts:
    """How many words begin in a window, those that end behind it included."""

    uses_sequence: bool = True
    flank: int = len(WORD) - 1

    def window_values(self, contig, edges, sequence):
        text = sequence.tobytes().decode()
        places = (edges - edges[0]).tolist()
        windows = itertools.pairwise(places)
        return np.array([float(sum(text.startswith(WORD, i) for i in range(*window))) for window in windows])


def stratum(contig, start, end):
    """How many words begin in the window, as a bin: looked for in the whole contig."""
    return min(sum(GENOME[contig].startswith(WORD, i) for i in range(start, end)), 2)


INTERVALS = {
    "contigs": [("c", 0, 1500), ("d", 0, 400)],
    # Of which some end inside a word, in windows and between two.
    "intervals": [("c", i, i + 9) for i in range(100, 300)] + [("d", 5, 399)],
}


@pytest.mark.parametrize("intervals", INTERVALS)
@pytest.mark.parametrize("block", [64, None])
def test_training(intervals, block):
    model = gsynth.train(
        {"expr": "starts", "breaks": BREAKS}, tracks={"starts": Starts()}, genome=GENOME, iterator=WIDTH, k=2,
        intervals=INTERVALS[intervals], max_chunk_size=block,
    )  # fmt: skip
    truth = oracle.train(GENOME, INTERVALS[intervals], 2, bins=3, stratum=stratum, iterator=WIDTH)
    assert np.array_equal(model.counts, truth.counts)


@pytest.mark.parametrize("block", [64, None])
def test_sampling(block):
    # A, C and G for sure: the sequence says which stratum each base was drawn in.
    counts = np.zeros((3, 4, 4))
    for base in range(3):
        counts[base, :, base] = 1
    model = gsynth.GsynthModel(
        k=1, dims=[gsynth.DimSpec("starts", BREAKS)], counts=counts, iterator=WIDTH, pseudocount=0
    )
    sampled = gsynth.sample(model, tracks={"starts": Starts()}, genome=GENOME, max_chunk_size=block, seed=1)
    for (contig, bases), found in zip(GENOME.items(), sampled, strict=True):
        windows = oracle.iterator_windows(0, len(bases), WIDTH)
        strata = [stratum(contig, low, high) for low, high in windows for _ in range(low, high)]
        assert found[1:] == "".join("ACG"[i] for i in strata[:-1])


def test_quantiles():
    """Breaks of equal counts are measured on the same values."""
    model = gsynth.train(
        {"expr": "starts + gc", "breaks": "q4"}, tracks={"starts": Starts()}, genome={"c": BASES}, iterator=WIDTH, k=2,
        max_chunk_size=64,
    )  # fmt: skip
    values = [
        sum(BASES.startswith(WORD, i) for i in range(low, high)) + sum(map(BASES[low:high].count, "GC")) / (high - low)
        for low, high in oracle.iterator_windows(0, len(BASES), WIDTH)
    ]
    assert model.dims[0].breaks[1:-1].tolist() == np.quantile(values, [0.25, 0.5, 0.75]).tolist()
