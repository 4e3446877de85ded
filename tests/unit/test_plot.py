from __future__ import annotations

import numpy as np
import pytest

import gsynth
from gsynth.errors import ArgumentError


def sequence(size: int, seed: int) -> str:
    return "".join(np.random.default_rng(seed).choice(list("ACGT"), size, p=[0.4, 0.1, 0.2, 0.3]).tolist())


GENOME = {"a": sequence(6000, 1)}
DIMS = [{"expr": "gc", "breaks": [0, 0.3, 1]}, {"expr": "cpg", "breaks": [0, 0.5, 1, 9]}]
MODEL = gsynth.gsynth_train(*DIMS, genome=GENOME, iterator=100, k=2)


def test_bins_show_the_counts_and_the_bits():
    axes = gsynth.plot.bins(MODEL)
    (image,) = axes.get_images()
    shown = np.asarray(image.get_array())
    assert shown.shape == (3, 2)
    assert 10 ** shown.reshape(-1) == pytest.approx(MODEL.per_bin_kmers)
    bits = gsynth.plot.entropies(MODEL)
    chances = np.diff(MODEL.cdf[0], axis=1, prepend=0)
    weights = MODEL.counts[0].sum(axis=1)
    assert bits[0] == pytest.approx((-(chances * np.log2(chances)).sum(axis=1) * weights).sum() / weights.sum())
    assert gsynth.plot.bins(MODEL, "entropy", axes) is axes


def test_transitions_are_the_probabilities():
    (image,) = gsynth.plot.transitions(MODEL, 3).get_images()
    assert np.asarray(image.get_array()) == pytest.approx(np.diff(MODEL.cdf[3], axis=1, prepend=0))
    deep = gsynth.gsynth_train(genome=GENOME, k=5)
    assert np.asarray(gsynth.plot.transitions(deep).get_images()[0].get_array()).shape == (64, 4)


def test_charts_of_results():
    (drawn,) = gsynth.gsynth_sample(MODEL, genome=GENOME, seed=1)
    found = gsynth.gsynth_compare(GENOME, {"a": drawn}, model=MODEL)
    assert len(gsynth.plot.words(found).get_lines()) == 2
    chosen = gsynth.gsynth_select_order(genome=GENOME, max_order=3)
    assert gsynth.plot.orders(chosen).get_xlabel() == "order k"


def test_the_frame_is_tidy():
    frame = MODEL.to_frame()
    row = 4 * (16 * 2 + 6) + 3
    assert frame["stratum"][row] == MODEL.bin_label(2)
    assert (frame["context"][row], frame["base"][row]) == ("CG", "T")
    assert frame["count"][row] == MODEL.counts[2, 6, 3]
    assert frame["probability"][row] == pytest.approx(1 - MODEL.cdf[2, 6, 2])
    assert len(frame["base"]) == 6 * 16 * 4


def test_what_is_refused():
    with pytest.raises(ArgumentError, match="'count' or 'entropy'"):
        gsynth.plot.bins(MODEL, "bits")
    with pytest.raises(ArgumentError, match="from 0 to 5"):
        gsynth.plot.transitions(MODEL, 6)
