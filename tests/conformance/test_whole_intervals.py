"""Training, sampling and replacing of whole intervals are what the oracle says, from strings."""

from __future__ import annotations

import numpy as np
import pytest

import gsynth
from gsynth.testing import golden, oracle

PLAIN = [case for case in golden.read("training")["cases"] if "iterator" not in case]
LETTERS = np.frombuffer(b"ACGTacgtN", dtype=np.uint8)


def random_sequence(seed, size):
    return LETTERS[np.random.default_rng(seed).integers(0, 9, size)].tobytes().decode()


@pytest.mark.parametrize("case", PLAIN, ids=[case["name"] for case in PLAIN])
# What is clipped is the case's own business.
@pytest.mark.filterwarnings("ignore:.*clip", "ignore:.*IUPAC")
def test_golden_training(case):
    mask = [tuple(interval) for interval in case["mask"]] or None
    intervals = [tuple(interval) for interval in case["intervals"]]
    model = gsynth.gsynth_train(genome=case["sequences"], intervals=intervals, mask=mask, k=case["k"])
    expected = case["expected"]
    assert (model.total_masked, model.total_n) == (expected["total_masked"], expected["total_n"])
    assert golden.lines_of(model.counts) == expected["counts"]


@pytest.mark.parametrize("k", [1, 3])
def test_sampling_is_the_oracles(k):
    sequence = random_sequence(k, 300)
    model = gsynth.gsynth_train(genome={"c": sequence}, k=k)
    low, high = 7, 290
    sampled = gsynth.gsynth_sample(
        model, genome={"c": sequence}, intervals=[("c", low, high)], n_samples=2, seed=11, output_format="vector"
    )
    fixed = {p: sequence[p] for p in range(low, high) if sequence[p] not in "ACGTacgt"}
    truth = oracle.train({"c": sequence}, [("c", 0, 300)], k)
    tables = oracle.thresholds(model.cdf)
    for index, found in enumerate(sampled):
        stream = oracle.stream(11, "c", index)
        assert found == oracle.sample_interval(low, high, k, tables, stream, fixed=fixed, counts=truth.counts)


@pytest.mark.parametrize(("target", "replacement"), [("CG", "GC"), ("cg", "GC"), ("AAT", "TAA"), ("CCG", "GCC")])
def test_replacing_is_the_oracles(target, replacement):
    sequence = "CCCCCGCGCGAATAATTTAAT" + random_sequence(5, 200) + "CCCG"
    (found,) = gsynth.gsynth_replace_kmer(target, replacement, genome={"c": sequence}, output_format="vector")
    assert found.upper() == oracle.replace_kmer(sequence, target, replacement).upper()
