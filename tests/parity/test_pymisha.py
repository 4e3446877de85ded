"""Counts and cdf against pymisha on its example database's sequences."""

import numpy as np
import pytest

import gsynth

pm = pytest.importorskip("pymisha")
pd = pytest.importorskip("pandas")


@pytest.fixture(scope="module")
def genome():
    pm.gdb_init_examples()
    contigs = pm.gintervals_all()
    return dict(zip(contigs["chrom"].astype(str), pm.gseq_extract(contigs), strict=True))


def assert_same_counts(ours, theirs):
    for i in range(ours.total_bins):
        assert np.array_equal(ours.model_data["counts"][i], theirs.model_data["counts"][i])
    assert ours.per_bin_kmers.tolist() == list(theirs.per_bin_kmers)
    assert (ours.total_kmers, ours.total_masked, ours.total_n) == (
        theirs.total_kmers, theirs.total_masked, theirs.total_n,
    )  # fmt: skip


def frame(genome, rows):
    names = list(genome)
    return pd.DataFrame([(names[i], start, end) for i, start, end in rows], columns=["chrom", "start", "end"])


# Unaligned, on several contigs, in an odd order.
INTERVALS = [(1, 777, 123_456), (0, 333_333, 444_441), (0, 13, 200_001), (1, 200_002, 200_007)]
MASK = [(0, 50, 7000), (0, 190_000, 350_000), (1, 100_000, 100_001), (1, 123_000, 200_005)]


@pytest.mark.parametrize("k", [1, 3, 5, 8])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("parts", [False, True])
def test_counts(genome, k, masked, parts):
    mask = frame(genome, MASK) if masked else None
    intervals = frame(genome, INTERVALS) if parts else None
    # Without an iterator pymisha 0.14.0 counts nothing in an interval that begins after 0 (its "no limit" overflows).
    theirs = pm.gsynth_train(k=k, mask=mask, intervals=intervals, iterator=10**9)
    ours = gsynth.gsynth_train(k=k, mask=mask, intervals=intervals, genome=genome, max_chunk_size=100_000)
    assert theirs.total_kmers > 0
    assert_same_counts(ours, theirs)


@pytest.mark.parametrize("prior", ["uniform", "marginal", "global"])
@pytest.mark.parametrize("pseudocount", [1.0, 7.5])
def test_cdf(genome, prior, pseudocount):
    ours = gsynth.gsynth_train(k=4, prior=prior, pseudocount=pseudocount, genome=genome)
    theirs = pm.gsynth_train(k=4, prior=prior, pseudocount=pseudocount)
    assert ours.cdf[0] == pytest.approx(theirs.model_data["cdf"][0], abs=1e-6)
    assert ours.prior_matrix == pytest.approx(np.asarray(theirs.prior_matrix), abs=1e-9)
    assert ours.prior_mode == theirs.prior_mode


def test_default_smoothing(genome):
    model = gsynth.gsynth_train(k=3, pseudocount=2.5, genome=genome)
    counts = model.counts[0].astype(float)
    expected = np.cumsum((counts + 2.5) / (counts.sum(axis=1, keepdims=True) + 10), axis=1)
    assert model.cdf[0] == pytest.approx(expected, abs=1e-15)


def test_replacing_gives_the_same_sequence(genome):
    ours, theirs = gsynth.replace_kmer("CG", "GC", genome=genome), pm.gsynth_replace_kmer("CG", "GC")
    assert all(one == other for one, other in zip(ours, theirs, strict=True))


def test_bin_map():
    merges = [{"from": (0.4, 0.5), "to": (0.3, 0.4)}, {"from": 0.25, "to": (0.0, 0.1)}]
    breaks = [0, 0.1, 0.2, 0.3, 0.4, 0.5]
    assert gsynth.bin_map(breaks, merges).tolist() == pm.gsynth_bin_map(breaks, merges).tolist()


@pytest.mark.parametrize(("k", "word"), [(1, "A"), (2, "CG"), (3, "CG"), (5, "GATC"), (5, "AAAAAA"), (8, "CG")])
@pytest.mark.parametrize("pseudocount", [0.1, 1.0])
def test_forbidden_words(genome, k, word, pseudocount):
    ours = gsynth.gsynth_train(k=k, prior="marginal", pseudocount=pseudocount, genome=genome)
    theirs = pm.gsynth_train(k=k, prior="marginal", pseudocount=pseudocount)
    ours, theirs = (room.gsynth_forbid_kmer(model, word, check=False) for room, model in ((gsynth, ours), (pm, theirs)))
    assert ours.cdf[0] == pytest.approx(np.asarray(theirs.model_data["cdf"][0]), abs=1e-6)


def test_forbidden_words_in_files(genome, tmp_path):
    ours = gsynth.gsynth_forbid_kmer(gsynth.gsynth_train(k=3, prior="marginal", genome=genome), "CG", check=False)
    gsynth.gsynth_save(ours, tmp_path / "ours.gsm")
    assert pm.gsynth_load(tmp_path / "ours.gsm").model_data["cdf"][0] == pytest.approx(ours.cdf[0], abs=1e-6)
    theirs = pm.gsynth_forbid_kmer(pm.gsynth_train(k=3), "CG", check=False)
    pm.gsynth_save(theirs, str(tmp_path / "theirs.gsm"))
    # Its totals are those of before, which the counts overrule.
    loaded = gsynth.gsynth_load(tmp_path / "theirs.gsm")
    assert loaded.total_kmers < theirs.total_kmers
    assert loaded.cdf == pytest.approx(ours.cdf, abs=1e-6)
    text = gsynth.gsynth_sample(loaded, genome={"a": 1_000_000}, seed=1)[0]
    assert "CG" not in text
