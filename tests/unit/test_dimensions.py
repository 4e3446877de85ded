import numpy as np
import pytest

import gsynth
from gsynth.errors import ArgumentError
from gsynth.strata import requests

GENOME = {
    c: "".join(np.random.default_rng(i).choice(list("ACGT"), 30_000, p=[a, 0.5 - a, 0.5 - a, a]))
    for i, (c, a) in enumerate({"x": 0.2, "y": 0.3}.items())
}


def quantile_breaks(values, bins, expr):
    return requests.quantile_breaks(lambda take: take(values), bins, expr)


def test_quantile_bins_hold_equally_many_windows():
    model = gsynth.train({"expr": "gc", "breaks": "q5"}, genome=GENOME, iterator=100, k=1, max_chunk_size=1000)
    values = [
        sum(map(bases[i : i + 100].count, "GC")) / 100 for bases in GENOME.values() for i in range(0, 30_000, 100)
    ]
    assert model.dims[0].breaks[1:-1] == pytest.approx(np.quantile(values, np.linspace(0, 1, 6))[1:-1])
    assert model.dims[0].breaks[[0, -1]].tolist() == [-np.inf, np.inf]
    # Not exactly: GC of 100 bases has few values, so windows tie at the edges.
    assert model.per_bin_kmers == pytest.approx(np.full(5, model.total_kmers / 5), rel=0.25)


def test_ties_make_fewer_bins_and_no_spread_none():
    with pytest.warns(UserWarning, match="2 bins in place of 4"):
        assert quantile_breaks(np.array([0.0] * 60 + [1.0] * 20 + [2.0] * 20), 4, "t").tolist() == [-np.inf, 1, np.inf]
    with pytest.raises(ValueError, match="same value"):
        quantile_breaks(np.ones(5), 2, "t")
    with pytest.raises(ValueError, match="no window"):
        quantile_breaks(np.empty(0), 2, "t")


def test_infinite_values_are_in_the_outer_bins():
    values = np.concatenate([np.arange(101.0), [np.inf] * 3, [-np.inf]])
    with pytest.warns(UserWarning, match="4 values of 't' are infinite: the breaks are those of the others"):
        assert quantile_breaks(values, 4, "t").tolist() == [-np.inf, 25, 50, 75, np.inf]
    with pytest.raises(ArgumentError, match="every value of 't' is infinite"):
        quantile_breaks(np.array([np.inf, -np.inf]), 2, "t")


@pytest.mark.parametrize(
    "spec",
    [
        {"expr": "gc", "breaks": "q0"},
        {"expr": "gc", "breaks": "deciles"},
        {"expr": "gc", "breaks": "categories"},
        {"expr": "gc", "breaks": "q4", "bin_merge": [{"from": 0.5, "to": 0.4}]},
        {"expr": "gc", "breaks": [0, 1], "bin_merge": "nearest"},
    ],
)
def test_refuses_breaks_and_merges_it_does_not_know(spec):
    with pytest.raises((ValueError, TypeError)):
        gsynth.train(spec, genome=GENOME, iterator=100)


def test_auto_merge_moves_counts_to_the_nearest_learned_bin():
    breaks = np.linspace(0, 1, 11)
    # Every tenth window, so that the joint cells differ in size.
    tenth = {"expr": "tenth", "breaks": [0, 1, 2]}
    call = {"genome": GENOME, "tracks": {"tenth": lambda contig, starts, ends: starts // 100 % 10 == 0}}
    call |= {"iterator": 100, "k": 1}
    plain = gsynth.train({"expr": "gc", "breaks": breaks}, tenth, **call)
    per_gc = plain.per_bin_kmers.reshape(2, 10).sum(axis=0)
    learned = np.flatnonzero(per_gc >= 5000)
    assert 0 < learned.size < 10
    with pytest.warns(UserWarning, match="tenth 1-2"):
        merged = gsynth.train({"expr": "gc", "breaks": breaks, "bin_merge": "auto"}, tenth, **call, min_obs=5000)
    bin_map = merged.dims[0].bin_map
    assert set(bin_map) == set(learned)
    assert all(abs(bin_map[i] - i) == np.abs(learned - i).min() for i in range(10))
    assert merged.total_kmers == plain.total_kmers
    expected = np.zeros((2, 10, 4, 4), dtype=np.uint64)
    np.add.at(expected, (slice(None), bin_map), plain.counts.reshape(2, 10, 4, 4))
    assert np.array_equal(merged.counts, expected.reshape(20, 4, 4))
    # What is merged away is not sparse; a joint cell that stays and has too little is.
    assert {i % 10 for i in merged.sparse_bins} <= set(learned)
    assert merged.sparse_bins.min() >= 10


def test_categories_make_bins_by_name_and_are_checked_when_sampling(tmp_path):
    bed = tmp_path / "states.bed"
    bed.write_text("x\t0\t10000\topen\nx\t10000\t30000\tclosed\ny\t0\t30000\tmixed\n")
    track = {"state": {"path": str(bed), "column": "name"}}
    model = gsynth.train({"expr": "state", "breaks": "categories"}, genome=GENOME, tracks=track, iterator=200, k=2)
    assert model.dims[0].categories == ("closed", "mixed", "open")
    assert [model.bin_label(i) for i in range(3)] == ["state closed", "state mixed", "state open"]
    # A window stands where it begins: the two that cross from open to closed are open's.
    assert (model.per_bin_kmers // 2).tolist() == [20_000 - 2, 30_000 - 2, 10_000]
    gsynth.save(model, tmp_path / "m.gsm")
    loaded = gsynth.load(tmp_path / "m.gsm")
    assert loaded == model
    same = [gsynth.sample(m, genome=GENOME, tracks=track, seed=1) for m in (model, loaded)]
    assert same[0] == same[1]
    bed.write_text("x\t0\t10000\topen\ny\t0\t30000\tmixed\n")
    with pytest.raises(ValueError, match="closed, mixed, open"):
        gsynth.sample(model, genome=GENOME, tracks=track, seed=1)


def test_sparse_bins_are_warned_about_once_with_their_place():
    with pytest.warns(UserWarning, match=r"gc 0\.\d-0\.\d.*merge") as warned:
        model = gsynth.train(
            {"expr": "gc", "breaks": np.linspace(0, 1, 11)}, genome=GENOME, iterator=100, k=1, min_obs=5000
        )
    assert len(warned) == 1
    assert np.isnan(model.cdf[model.sparse_bins]).all()
    assert model.sparse_bins.tolist() == np.flatnonzero(model.per_bin_kmers < 5000).tolist()
