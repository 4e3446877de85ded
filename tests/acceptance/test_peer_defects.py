"""What went wrong in other programs for this job: a test for each, through the public calls."""

from __future__ import annotations

import numpy as np
import pytest

import gsynth
from gsynth.model.thresholds import thresholds_from_cdf
from gsynth.testing import oracle


def bases(size: int, seed: int) -> str:
    return "".join(np.random.default_rng(seed).choice(list("ACGT"), size))


GENOME = {"one": bases(5000, 1), "two": bases(3000, 2), "three": bases(1000, 3)}


def test_a_model_without_dimensions_counts_every_contig() -> None:
    model = gsynth.gsynth_train(genome=GENOME, k=2)
    alone = [gsynth.gsynth_train(genome=GENOME, intervals=name, k=2) for name in GENOME]
    assert [part.total_kmers for part in alone] == [2 * (len(text) - 2) for text in GENOME.values()]
    np.testing.assert_array_equal(model.counts, sum(part.counts for part in alone))


@pytest.mark.parametrize("names", [["three"], ["three", "one"], ["two"]])
def test_a_part_of_the_contigs_reads_those(names: list[str]) -> None:
    """In training, in copying a mask and in strata."""
    only = {name: GENOME[name] for name in names}
    gc = {"expr": "gc", "breaks": [0, 0.5, 1]}
    part = gsynth.gsynth_train(gc, genome=GENOME, intervals=names, iterator=50, k=2)
    np.testing.assert_array_equal(part.counts, gsynth.gsynth_train(gc, genome=only, iterator=50, k=2).counts)
    mask = [(name, 100, 400) for name in names]
    drawn = gsynth.gsynth_sample(part, genome=GENOME, intervals=names, mask_copy=mask, seed=1)
    assert [text[100:400] for text in drawn] == [GENOME[name][100:400] for name in names]
    assert gsynth.gsynth_replace_kmer("A", "A", genome=GENOME, intervals=names) == list(only.values())


def test_intervals_that_are_not_aligned_to_the_iterator_are_not_uniform() -> None:
    """An A-only stratum over the whole contig: each base after the first k is an A, wherever an interval begins."""
    genome = {"c": "A" * 5000}
    model = gsynth.gsynth_train({"expr": "gc", "breaks": [0, 0.5, 1]}, genome=genome, iterator=100, k=2, pseudocount=0)
    counts = np.zeros(model.counts.shape, dtype=np.uint64)
    counts[0, :, 0] = 1
    certain = gsynth.GsynthModel(k=2, dims=model.dims, counts=counts, pseudocount=0, iterator=100)
    intervals = [("c", 1, 99), ("c", 101, 102), ("c", 150, 3333), ("c", 4999, 5000), ("c", 33, 234)]
    for text in gsynth.gsynth_sample(certain, genome=genome, intervals=intervals, seed=3):
        assert set(text[2:]) <= {"A"}


def test_the_stratum_is_the_one_where_the_context_begins() -> None:
    """Two certain strata, A and C, side by side: the first base of the second one comes k bases after the border."""
    k, border = 3, 500
    genome = {"c": 1000}
    counts = np.zeros((2, 4**k, 4), dtype=np.uint64)
    counts[0, :, 0] = counts[1, :, 1] = 1
    dims = (gsynth.DimSpec("side", [0, 1, 2]),)
    model = gsynth.GsynthModel(k=k, dims=dims, counts=counts, pseudocount=0, iterator=100)
    side = {"side": lambda contig, starts, ends: (starts >= border).astype(float)}
    for start in (0, 7, 450, 499):
        (text,) = gsynth.gsynth_sample(model, genome=genome, tracks=side, intervals=[("c", start, 1000)], seed=1)
        expected = "A" * max(border - start, 0) + "C" * (1000 - border - k)
        assert text[k:] == expected


@pytest.mark.parametrize("source", ["sequence", "sizes"])
def test_n_is_neither_made_up_nor_lost(source: str) -> None:
    text = "N" * 37 + bases(400, 4) + "n" + bases(90, 5) + "NN" + bases(300, 6) + "N"
    genome: dict[str, object] = {"c": text if source == "sequence" else len(text)}
    model = gsynth.gsynth_train(genome={"c": text}, k=4)
    (drawn,) = gsynth.gsynth_sample(model, genome=genome, seed=2)
    assert len(drawn) == len(text)
    kept = [i for i, base in enumerate(drawn.upper()) if base not in "ACGT"]
    there = [i for i, base in enumerate(text.upper()) if base == "N"]
    assert kept == (there if source == "sequence" else [])


def test_values_on_the_lowest_and_highest_break_have_a_stratum() -> None:
    """A fraction of CpG that is exactly 0 is counted; on either edge sampling is that of the bin, not uniform."""
    genome = {"c": "A" * 300 + "G" * 300}
    dims = [{"expr": "kmer_frac('CG')", "breaks": [0, 0.1, 0.2]}, {"expr": "gc", "breaks": [0, 0.5, 1]}]
    model = gsynth.gsynth_train(*dims, genome=genome, iterator=100, k=1)
    assert model.per_bin_kmers.tolist() == [2 * 300, 0, 2 * 299, 0]
    counts = np.zeros((2, 4, 4), dtype=np.uint64)
    counts[0, :, 0] = counts[1, :, 1] = 1
    edges = {"edge": lambda contig, starts, ends: np.where(starts < 300, 0.25, 0.75)}
    certain = gsynth.GsynthModel(
        k=1, dims=(gsynth.DimSpec("edge", [0.25, 0.5, 0.75]),), counts=counts, pseudocount=0, iterator=100
    )
    (drawn,) = gsynth.gsynth_sample(certain, genome=genome, tracks=edges, seed=1)
    assert drawn[1:] == "A" * 300 + "C" * 299


def test_one_seed_whatever_the_cores_and_chunks() -> None:
    """Every way to cut the work gives what the slow, serial oracle gives."""
    model = gsynth.gsynth_train(genome=GENOME, k=3)
    seen = {
        tuple(gsynth.gsynth_sample(model, genome=GENOME, seed=5, num_cores=cores, max_chunk_size=block, backend=name))
        for name in (None, "numpy")
        for cores in (1, 2, 3, 8)
        for block in (64, 1000, None)
    }
    assert len(seen) == 1
    thresholds = thresholds_from_cdf(model.cdf)
    (texts,) = seen
    for name, text in zip(GENOME, texts, strict=True):
        stream = oracle.stream(5, name)
        assert text == oracle.sample_interval(0, len(text), 3, thresholds, stream)
