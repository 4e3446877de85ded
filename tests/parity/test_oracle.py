"""Whole calls against the slow oracle."""

import numpy as np
import pytest

import gsynth
from gsynth.testing import oracle


def sequence(n, seed, letters="ACGTNacgtnR", weights=(24, 24, 24, 24, 1, 3, 3, 3, 3, 1, 1)):
    p = np.array(weights) / sum(weights)
    return "".join(np.random.default_rng(seed).choice(list(letters), n, p=p))


pytestmark = pytest.mark.filterwarnings("ignore:.* IUPAC code:UserWarning")

GENOME = {"one": sequence(3000, 1), "two": sequence(4, 2), "three": "N" * 70 + sequence(2000, 3) + "n" * 90}
INTERVALS = [("three", 33, 1234), ("one", 0, 900), ("one", 850, 2999), ("two", 0, 4), ("three", 2100, 2101)]
MASK = [("one", 100, 150), ("three", 800, 1300), ("one", 140, 141)]
BREAKS = [0, 0.4, 0.5, 0.55, 1]


def gc_bin(contig, start, end):
    bases = GENOME[contig][start:end].upper()
    known = sum(bases.count(base) for base in "ACGT")
    if not known:
        return -1
    gc = (bases.count("G") + bases.count("C")) / known
    return min(int(np.searchsorted(BREAKS, gc, side="right")) - 1, 3)


@pytest.mark.parametrize(("k", "block"), [(1, 64), (2, 500), (5, None)])
def test_training(backend, k, block):
    model = gsynth.train(
        {"expr": "gc", "breaks": BREAKS}, genome=GENOME, intervals=INTERVALS, mask=MASK, iterator=37, k=k,
        backend=backend, max_chunk_size=block,
    )  # fmt: skip
    truth = oracle.train(GENOME, INTERVALS, k, bins=4, stratum=gc_bin, iterator=37, mask=MASK)
    assert np.array_equal(model.counts, truth.counts)
    assert (model.total_masked, model.total_n) == (truth.total_masked, truth.total_n)


@pytest.mark.parametrize(("k", "block"), [(1, 64), (3, 200), (4, None)])
def test_sampling(backend, k, block):
    model = gsynth.train({"expr": "gc", "breaks": BREAKS}, genome=GENOME, iterator=37, k=k)
    copied = [("three", 200, 260), ("one", 0, 2), ("one", 500, 501)]
    sampled = gsynth.sample(
        model, genome=GENOME, intervals=INTERVALS, mask_copy=copied, n_samples=2, seed=11, backend=backend,
        max_chunk_size=block,
    )  # fmt: skip
    truth = oracle.train(
        GENOME, [(name, 0, len(text)) for name, text in GENOME.items()], k, bins=4, stratum=gc_bin, iterator=37
    )
    assert np.array_equal(model.outside.counts, truth.outside)
    counts, thresholds = oracle.with_elsewhere(truth.counts, truth.outside)
    expected = []
    for i, (contig, start, end) in enumerate(INTERVALS):
        windows = list(oracle.iterator_windows(start, end, 37))
        strata = [gc_bin(contig, low, high) % 5 for low, high in windows for _ in range(low, high)]
        fixed = kept(contig, start, end, copied)
        repeat = sum(c == contig and s < end and start < e for c, s, e in INTERVALS[:i])
        for sample in range(2):
            stream = oracle.stream(11, contig, sample, repeat)
            expected.append(
                oracle.sample_interval(
                    start, end, k, thresholds, stream,
                    stratum_at=lambda p, strata=strata, start=start: strata[p - start], fixed=fixed,
                    counts=counts,
                )
            )  # fmt: skip
    assert sampled == expected


def kept(contig, start, end, copied):
    """The bytes that a sample keeps: N of the reference (IUPAC letters as N, case kept), and the mask verbatim."""
    fixed = {}
    for position in range(start, end):
        base = GENOME[contig][position]
        if base.upper() not in "ACGT":
            fixed[position] = "N" if base.isupper() else "n"
        if any(c == contig and s <= position < e for c, s, e in copied):
            fixed[position] = base
    return fixed


@pytest.mark.parametrize(("target", "replacement"), [("cg", "GC"), ("AAC", "ACA"), ("TGA", "ATG"), ("ACGT", "TGCA")])
def test_replacing(target, replacement):
    genome = {"a": sequence(4000, 5), "b": "C" * 200 + "G" * 100}
    replaced = gsynth.replace_kmer(target, replacement, genome=genome)
    assert replaced == [oracle.replace_kmer(s, target, replacement).upper() for s in genome.values()]
