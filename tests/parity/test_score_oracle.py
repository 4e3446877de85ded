"""Scores against the slow oracle, in the same whole numbers; and against plain floating-point arithmetic."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

import gsynth
from gsynth.model.logs import log_tables
from gsynth.testing import oracle, oracle_score

# The breaks leave out some windows, on purpose.
pytestmark = pytest.mark.filterwarnings("ignore:.*(outside of the strata|observations).*:UserWarning")

RNG = np.random.default_rng(8)


def letters(size, n=0.004):
    return "".join(RNG.choice(list("ACGTacgtN"), size, p=[0.2, 0.15, 0.15, 0.2, 0.1, 0.06, 0.04, 0.1 - n, n]))


GENOME = {"a": letters(5_003), "empty": "", "b": letters(1_777, n=0), "short": "ACG", "c": letters(640, n=0.1)}
BREAKS = [0.36, 0.44, 0.48, 0.56]
MASK = [("a", 700, 705), ("a", 1_000, 1_500), ("b", 1_776, 1_777), ("c", 1, 2)]
INTERVALS = [("b", 13, 1_700), ("a", 777, 2_222), ("a", 0, 3), ("c", 3, 640), ("a", 2_000, 2_001), ("short", 0, 3)]
WHOLE = [(name, 0, len(bases)) for name, bases in GENOME.items()]


def gc_bin(contig, start, end):
    window = GENOME[contig][start:end].upper()
    known = sum(window.count(base) for base in "ACGT")
    gc = (window.count("G") + window.count("C")) / known if known else math.nan
    bins = [i for i in range(3) if BREAKS[i] <= gc < BREAKS[i + 1] or (i == 2 and gc == BREAKS[3])]
    return bins[0] if bins else -1


def stratum_at(k, iterator, inside):
    """The bin of the window of a position, as scoring cuts the windows at an interval that begins at `start`."""

    def found(contig, start, position):
        first = start if inside else max(0, start - max(k, iterator))
        low = max(first, position // iterator * iterator)
        high = next(end for name, begin, end in ENDS if name == contig and begin == start)
        return gc_bin(contig, low, min(high, (position // iterator + 1) * iterator))

    return found


ENDS = WHOLE + INTERVALS


def model(k, iterator=None, **settings):
    dims = [{"expr": "gc", "breaks": BREAKS}] if iterator else []
    return gsynth.gsynth_train(*dims, genome=GENOME, k=k, iterator=iterator, **settings)


def rows(table):
    return list(zip(table["chrom"], table["start"], table["end"], table["score"], strict=True))


def assert_equal(found, expected):
    """To the last bit."""
    assert [row[:3] for row in found] == [row[:3] for row in expected]
    np.testing.assert_array_equal([row[3] for row in found], [row[3] for row in expected])
    assert any(not math.isnan(row[3]) for row in found) or max(row[2] - row[1] for row in found) > 1_000


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("resolution", [1, 7, 100, 10_000])
@pytest.mark.parametrize("parts", [False, True])
def test_scores_are_the_oracles(backend, parts, resolution, inside):
    k, iterator = 3, 50
    trained = model(k, iterator, pseudocount=0.5)
    where, mask = (INTERVALS, MASK) if parts else (WHOLE, [])
    logs, _ = log_tables(trained, None)
    expected = oracle_score.score_intervals(
        GENOME, where, k, logs, resolution,
        stratum_at=stratum_at(k, iterator, inside), mask=mask, n_uniform=parts, inside=inside,
    )  # fmt: skip
    found = gsynth.gsynth_score(
        trained, genome=GENOME, intervals=where if parts else None, mask=mask or None, resolution=resolution,
        n_policy="uniform" if parts else "NA", context="interval" if inside else "contig", backend=backend,
    )  # fmt: skip
    assert_equal(rows(found), expected)


@pytest.mark.parametrize("k", [1, 2, 6])
def test_a_base_is_its_logarithm(k):
    trained = model(k, pseudocount=0.01)
    found = gsynth.gsynth_score(trained, genome=GENOME, resolution=1)
    sequence = {name: bases.upper() for name, bases in GENOME.items()}
    for contig, start, _, score in rows(found):
        word = sequence[contig][max(start - k, 0) : start + 1]
        if start < k or "N" in word:
            assert math.isnan(score)
            continue
        context, base = oracle.context_index(["ACGT".index(c) for c in word[:-1]]), "ACGT".index(word[-1])
        cdf = oracle.cumulative(trained.counts[0, context].tolist(), 0.01)
        probability = cdf[base] - (cdf[base - 1] if base else 0)
        assert score == pytest.approx(math.log(probability), abs=1e-7)


def test_logarithms_are_the_oracles():
    trained = model(2, 50, pseudocount=0.25)
    logs, _ = log_tables(trained, None)
    for place in np.ndindex(*trained.counts.shape[:2]):
        cdf: list[Fraction] = [Fraction(0), *oracle.cumulative(trained.counts[place].tolist(), 0.25)]
        assert logs[place].tolist() == [oracle_score.logarithm(high - low) for low, high in itertools.pairwise(cdf)]


def test_what_cannot_be_is_infinite():
    never = gsynth.GsynthModel(k=1, counts=[[[1, 1, 0, 1]] * 4], pseudocount=0, iterator=3)
    with pytest.warns(UserWarning, match="1 windows hold a base that is impossible under a model"):
        found = gsynth.gsynth_score(never, genome={"c": "AACATGACN"})
    assert np.isnan(found["score"].iloc[0])
    assert found["score"].tolist()[1] == -math.inf
    assert np.isnan(found["score"].iloc[2])


def test_log_bayes_factors_are_differences():
    one, other = model(2, 50), model(4)
    settings = {"genome": GENOME, "intervals": INTERVALS, "mask": MASK, "resolution": 100}
    factors = gsynth.gsynth_score(one, against=other, **settings)
    scores = [gsynth.gsynth_score(each, **settings) for each in (one, other)]
    np.testing.assert_array_equal(factors["score"], scores[0]["score"] - scores[1]["score"])
    swapped = gsynth.gsynth_score(other, against=one, **settings)
    np.testing.assert_array_equal(factors["score"], -swapped["score"])
    same = gsynth.gsynth_score(one, against=one, **settings)["score"]
    assert set(same[~np.isnan(same)]) == {0.0}


@pytest.mark.parametrize("outside", ["uniform", "learned", "pooled"])
def test_bases_without_a_stratum(outside):
    trained = model(2, 50)
    logs, _ = log_tables(trained, outside)
    found = rows(gsynth.gsynth_score(trained, genome=GENOME, outside=outside, resolution=30, n_policy="uniform"))
    own = stratum_at(2, 50, False)
    expected = oracle_score.score_intervals(
        GENOME, WHOLE, 2, logs, 30, stratum_at=lambda *place: own(*place) % 4, n_uniform=True
    )
    assert_equal(found, expected)
    without = rows(gsynth.gsynth_score(trained, genome=GENOME, resolution=30, n_policy="uniform"))
    assert sum(math.isnan(row[3]) for row in without) > sum(math.isnan(row[3]) for row in found)


@pytest.mark.parametrize("policy", ["NA", "uniform"])
def test_sparse_bins(policy):
    trained = model(2, 50)
    few = int(np.argmin(trained.per_bin_kmers))
    sparse = model(2, 50, min_obs=int(trained.per_bin_kmers[few]) + 1)
    logs, found = log_tables(sparse, None)
    assert found.tolist() == [i == few for i in range(3)]
    own = stratum_at(2, 50, False)
    expected = oracle_score.score_intervals(
        GENOME, WHOLE, 2, logs, 50,
        stratum_at=lambda *place: -1 if policy == "NA" and own(*place) == few else own(*place),
    )  # fmt: skip
    assert (logs[few] == oracle_score.logarithm(0.25)).all()
    assert_equal(rows(gsynth.gsynth_score(sparse, genome=GENOME, resolution=50, sparse_policy=policy)), expected)


@pytest.mark.parametrize("resolution", [1, 50, 999, 100_000])
def test_nothing_depends_on_backends_threads_and_blocks(large_backends, resolution):
    bases = {name: letters(size, n=1e-4) for name, size in (("one", 300_001), ("two", 123_456), ("three", 77))}
    trained = gsynth.gsynth_train({"expr": "gc", "breaks": [0, 0.45, 0.5, 1]}, genome=bases, k=5, iterator=200)
    mask = "soft" if resolution == 1 else [("one", 5_000, 5_010)]
    settings = {"genome": bases, "mask": mask, "resolution": resolution}
    expected = gsynth.gsynth_score(trained, backend="numpy", num_cores=1, **settings)
    for backend in large_backends:
        for cores in (1, 2, 5):
            for block in (None, 64, 12_345) if backend == large_backends[-1] and cores == 2 else (None,):
                found = gsynth.gsynth_score(trained, backend=backend, num_cores=cores, max_chunk_size=block, **settings)
                assert found.equals(expected)


def test_an_interval_alone_is_itself_among_others():
    trained = model(3, 50)
    settings = {"genome": GENOME, "resolution": 40, "n_policy": "uniform"}
    together = gsynth.gsynth_score(trained, intervals=INTERVALS, **settings)
    alone = [rows(gsynth.gsynth_score(trained, intervals=[interval], **settings)) for interval in INTERVALS]
    assert_equal(rows(together), [row for part in alone for row in part])


def test_many_short_intervals():
    starts = RNG.integers(0, 4_900, 3_000)
    where = [("a", start, start + i % 89 + 1) for i, start in enumerate(starts.tolist())]
    trained = model(4)
    found = gsynth.gsynth_score(trained, genome=GENOME, intervals=where, resolution=60, max_chunk_size=1_000)
    expected = oracle_score.score_intervals(GENOME, where, 4, log_tables(trained, None)[0], 60)
    assert_equal(rows(found), expected)
