"""Choosing an order: what is counted is what training counts, and what is recommended is what is known."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import gsynth
from gsynth.blocks.compute import Compute
from gsynth.errors import ArgumentError
from gsynth.evaluation.nested import Candidate, Folds, count_candidates
from gsynth.evaluation.orders import Trial, recommend, trial
from gsynth.evaluation.words import both_strands_of
from gsynth.genomes import open_genome
from gsynth.intervals import Intervals
from gsynth.intervals.masks import resolve_mask
from gsynth.plugins.backends import load_counter
from gsynth.strata import Strata, open_strata


def letters(size: int, seed: int) -> str:
    return "".join(np.random.default_rng(seed).choice(list("ACGT"), size, p=[0.35, 0.15, 0.2, 0.3]).tolist())


GENOME = {
    "a": letters(900, 1) + "N" + letters(3, 2) + "NN" + letters(700, 3).lower() + "NNN",
    "b": letters(7, 4),
    "c": "A",
    "d": letters(400, 5),
}
DIM = gsynth.DimSpec("gc", [0, 0.3, 0.5])


@pytest.mark.parametrize("block", [None, 64, 301])
@pytest.mark.parametrize("mask", [None, "soft"])
@pytest.mark.parametrize("backend", ["auto", "numpy"])
def test_all_orders_of_one_pass_are_those_of_training(block, mask, backend):
    genome = open_genome(GENOME)
    counter = load_counter(backend)
    strata = open_strata([DIM], 50, genome, None, outside_bin=2)
    made = [Candidate(Strata((), (), None, genome), 5, 3, 1), Candidate(strata, 4, 3, 3)]
    compute = Compute.of(backend=backend, num_cores=2, progress=False, max_chunk_size=block)
    where = Intervals.whole(genome).longer_than(0)
    count_candidates(made, genome, resolve_mask(mask, genome), counter, where, Folds(3, 100), compute)
    for candidate, dims in zip(made, ([], [DIM]), strict=True):
        for k, counts in enumerate(candidate.counts()):
            total = both_strands_of(counts.sum(axis=0))
            if not k:
                known = sum(sequence.upper().count(base) for sequence in GENOME.values() for base in "ACGT")
                lower = sum(map(str.islower, GENOME["a"])) if mask else 0
                assert total.sum() == 2 * (known - lower)
                continue
            model = gsynth.gsynth_train(*dims, genome=genome, k=k, iterator=50 if dims else None, mask=mask)
            assert (total[: model.total_bins] == model.counts).all()
            if model.outside is not None:
                assert (total[-1] == model.outside.counts).all()


def test_folds_are_blocks_of_positions():
    """By hand: fold b of the bases laid end to end holds the words that begin in its blocks."""
    genome = open_genome(GENOME)
    (candidate,) = made = [Candidate(Strata((), (), None, genome), 2, 3, 1)]
    compute = Compute.of(backend=None, num_cores=1, progress=False, max_chunk_size=97)
    count_candidates(
        made, genome, None, load_counter(None), Intervals.whole(genome).longer_than(0), Folds(3, 100), compute
    )
    expected = np.zeros((3, 3), dtype=int)
    at = 0
    for sequence in GENOME.values():
        for i in range(len(sequence)):
            for k in range(3):
                word = sequence[i : i + k + 1].upper()
                if len(word) == k + 1 and set(word) <= set("ACGT"):
                    expected[k, (at + i) // 100 % 3] += 1
        at += len(sequence)
    for k, counts in enumerate(candidate.counts()):
        assert counts.sum(axis=(1, 2, 3)).tolist() == expected[k].tolist()


def test_cost_by_hand():
    rng = np.random.default_rng(1)
    counts = rng.integers(0, 9, (2, 1, 4, 4)).astype(np.uint64)
    found = trial(counts, 1, (), ["all"], 0.5)
    both = [both_strands_of(fold)[0].astype(float) for fold in counts]
    cost = 0.0
    for held_out, learned in ((both[0], both[1]), (both[1], both[0])):
        chances = (learned + 0.5) / (learned + 0.5).sum(axis=1, keepdims=True)
        cost -= (held_out * np.log2(chances)).sum()
    total = both[0] + both[1]
    assert found.held_out == pytest.approx(cost / total.sum())
    assert found.folds @ found.weights == pytest.approx(found.held_out)
    training = -(total * np.log2(total / total.sum(axis=1, keepdims=True))).sum() / total.sum()
    assert found.training == pytest.approx(training)
    # Ten pairs and their reverse complements, less two letters.
    assert found.effective_parameters == 8
    assert found.aic == pytest.approx(training * math.log(2) * total.sum() + 2 * 8)
    assert found.bic == pytest.approx(training * math.log(2) * total.sum() + 8 * math.log(total.sum() / 2))
    assert found.parameters == 12


def made_trial(k: int, folds: list[float], parameters: int) -> Trial:
    weights = np.full(len(folds), 1 / len(folds))
    return Trial(
        k, (), float(np.mean(folds)), np.array(folds), weights, 1.0, 0.0, 0.0, parameters, parameters, 100, [], 8
    )


@pytest.mark.parametrize(("factor", "chosen"), [(0.99, 3), (1.01, 4)])
def test_the_smaller_model_is_taken_within_a_standard_error(factor, chosen):
    best = made_trial(4, [1.0, 2.0, 3.0, 4.0], 100)
    noise = np.array([-1.0, 1.0, -1.0, 1.0]) * 0.01
    error = 0.01 / math.sqrt(3)
    smaller = made_trial(3, (best.folds + noise + error * factor).tolist(), 10)
    worse = made_trial(1, (best.folds + 0.5).tolist(), 1)
    assert recommend([worse, smaller, best])[0].k == chosen
    assert recommend([worse, smaller, best])[1] is best


@pytest.mark.parametrize("seed", range(3))
def test_a_known_model_is_found(seed):
    """Order 2 with two strata, learned from fly; the other candidate has nothing to do with the sequence."""
    fly = open_genome(Path(gsynth.__file__).parent / "data" / "fly300k.fa.gz")
    rng = np.random.default_rng(seed)
    side, noise = {}, {}
    for name, size in fly.contigs.items():
        bases = fly.fetch(name, 0, size).reshape(-1, 500) & 0xDF
        strong = ((bases == ord("C")) | (bases == ord("G"))).mean(axis=1) > 0.43
        side[name] = np.repeat(strong, 500).astype(np.float32)
        noise[name] = np.repeat(rng.random(len(bases)), 500).astype(np.float32)
    dim = {"expr": "side", "breaks": [0, 0.5, 1]}
    known = gsynth.gsynth_train(dim, genome=fly, k=2, iterator=500, tracks={"side": side})
    drawn = gsynth.gsynth_sample(known, genome=fly, tracks={"side": side}, seed=seed)
    found = gsynth.gsynth_select_order(
        dim, {"expr": "noise", "breaks": [0, 0.5, 1]}, genome=dict(zip(fly.contigs, drawn, strict=True)), iterator=500,
        max_order=5, tracks={"side": side, "noise": noise},
    )  # fmt: skip
    assert (found.recommended.k, found.recommended.strata) == (2, "side")
    plain = [one for one in found.table if not one.dims]
    # As the theory says: more parameters always fit what was counted better, and from some order on predict worse.
    assert all(one.training >= other.training - 1e-4 for one, other in pairwise(plain))
    assert plain[-1].held_out > min(one.held_out for one in plain)


def test_the_dict_and_the_page():
    found = gsynth.gsynth_select_order(
        {"expr": "gc", "breaks": [0, 0.4, 1]}, genome={"a": letters(5000, 1)}, iterator=50, max_order=4
    )
    as_dict = found.as_dict()
    assert {"schema", "recommended", "summary", "table", "folds", "block", "memory_bytes", "limited"} <= set(as_dict)
    assert set(as_dict["recommended"]) >= {"k", "dims", "held_out_bits", "margin_bits", "margin_error"}
    assert len(as_dict["table"]) == 10
    assert sum(row["recommended"] for row in as_dict["table"]) == 1
    assert [row["k"] for row in as_dict["table"] if not row["dims"]] == [0, 1, 2, 3, 4]
    assert "<svg" in found.to_html()
    assert "<table>" in found._repr_html_()
    assert "k = " in repr(found)


def test_small_strata_are_named_and_memory_is_kept():
    # A stratum of three windows.
    genome = {"a": letters(20_000, 1) + "GC" * 150}
    found = gsynth.gsynth_select_order({"expr": "gc", "breaks": [0, 0.9, 1]}, genome=genome, iterator=100, max_order=4)
    thin = {one.k: one.thin for one in found.table if one.dims}
    # 600 observations: more than the 256 cells of order 3, fewer than the 1,024 of order 4.
    assert (thin[3], thin[4]) == ([], ["gc 0.9-1"])
    limited = gsynth.gsynth_select_order(genome=genome, max_order=10, count_memory=0.01)
    assert 1 <= limited.limited["none"] < 10
    assert limited.memory < 0.01 * 2**30


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_order": 11}, "max_order"),
        ({"folds": 1}, "folds"),
        ({"count_memory": math.nan}, "count_memory"),
        ({"genome": {"a": "NNNN"}}, "nothing was counted"),
        ({"genome": {"a": 100}}, "choosing an order needs the sequence"),
    ],
)
def test_what_is_refused(options, message):
    with pytest.raises(ArgumentError, match=message):
        gsynth.gsynth_select_order(**{"genome": {"a": "ACGT" * 50}, **options})
    with pytest.raises(ArgumentError, match="without dimensions"):
        gsynth.gsynth_select_order([], genome={"a": "ACGT" * 50})
