"""Each rule at both sides of its thresholds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from attrs import evolve

from gsynth.evaluation import rules
from gsynth.evaluation.autocorrelation import DISTANCES, Identity
from gsynth.evaluation.checks import FAIL_CHANCE, WARN_CHANCE, by_chance, worst
from gsynth.evaluation.matches import Leak, Match
from gsynth.evaluation.places import InPlace
from gsynth.evaluation.spectra import Spectrum, StrataComparison, StratumComparison
from gsynth.evaluation.statistics import log_tail, log_tail_of_most
from gsynth.evaluation.surprise import Surprise
from gsynth.evaluation.windows import LONGEST_RUN, Profile
from gsynth.evaluation.words import WordComparison

BELOW, ABOVE = 0.999, 1.001


def z_of(chance: float, tests: int = 1) -> float:
    """The z at which the largest of so many tests has this chance."""
    low, high = 0.0, 40.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if log_tail_of_most(middle, tests) > math.log(chance) else (low, middle)
    return low


@pytest.mark.parametrize(("chance", "worse"), [(WARN_CHANCE, "warn"), (FAIL_CHANCE, "fail")])
def test_chance(chance, worse):
    better = {"warn": "pass", "fail": "warn"}[worse]
    assert by_chance(math.log(chance) + 0.001) == better
    assert by_chance(math.log(chance) - 0.001) == worse
    assert worst(["pass", better, worse]) == worse


@pytest.mark.parametrize(("chance", "worse"), [(WARN_CHANCE, "warn"), (FAIL_CHANCE, "fail")])
@pytest.mark.parametrize("sign", [1, -1])
def test_transitions(chance, worse, sign):
    better = {"warn": "pass", "fail": "warn"}[worse]
    none = Spectrum(np.zeros((4, 4), dtype=np.uint64))

    def verdict(overall: float, strata: list[float]) -> str:
        made = [StratumComparison("s", none, none, 1.0, z) for z in (*strata, overall)]
        return rules.transitions(StrataComparison(1, made[:-1], made[-1])).verdict

    one, four = z_of(chance), z_of(chance, 4)
    assert verdict(sign * one * BELOW, [0.0]) == better
    assert verdict(sign * one * ABOVE, [0.0]) == worse
    # Of four strata one is more often far out by chance.
    assert verdict(0.0, [sign * four * BELOW, 0, 0, 0]) == better
    assert verdict(0.0, [sign * four * ABOVE, 0, 0, 0]) == worse
    assert verdict(math.nan, [math.nan]) == "pass"


WORDS = WordComparison(3, 1.0, 1.0, 0.1, 0.1, 1e-6, 0.0, 2.0, "ACG", 64)


@pytest.mark.parametrize(("bound", "better", "worse"), [(0, "pass", "warn"), (1, "warn", "fail")])
@pytest.mark.parametrize("exact", [True, False])
def test_words_by_divergence(bound, better, worse, exact):
    limit = rules.DIVERGENCE[bound]
    below, above = (evolve(WORDS, divergence=0.1 + limit * factor) for factor in (BELOW, ABOVE))
    assert rules.words(below, 2, exact).verdict == better
    assert rules.words(above, 2, exact).verdict == worse
    # Longer than the order keeps, or no more than chance: no fault.
    assert rules.words(above, 1, exact).verdict == "pass"
    assert rules.words(evolve(above, divergence_error=1.0), 2, exact).verdict == "pass"


@pytest.mark.parametrize(("chance", "better", "worse"), [(WARN_CHANCE, "pass", "warn"), (FAIL_CHANCE, "warn", "fail")])
def test_words_by_the_law(chance, better, worse):
    z = z_of(chance, 64)
    assert rules.words(evolve(WORDS, largest_z=-z * BELOW), 1, True).verdict == better
    assert rules.words(evolve(WORDS, largest_z=-z * ABOVE), 1, True).verdict == worse
    assert rules.words(evolve(WORDS, largest_z=-z * ABOVE), 1, False).verdict == "pass"


def test_cpg():
    z = z_of(WARN_CHANCE)
    assert rules.cpg(0.2, 0.9, 0.2, z * BELOW, True).verdict == "pass"
    assert rules.cpg(0.2, 0.2, 0.2, z * ABOVE, True).verdict == "warn"
    assert rules.cpg(0.2, 0.2, 0.2, z_of(FAIL_CHANCE) * ABOVE, True).verdict == "fail"
    for bound, better, worse in ((0, "pass", "warn"), (1, "warn", "fail")):
        limit = rules.CPG[bound]
        assert rules.cpg(0.2, 0.2 + limit * BELOW, 0.0, 40.0, False).verdict == better
        assert rules.cpg(0.2, 0.2 - limit * ABOVE, 0.0, -40.0, False).verdict == worse
    assert rules.cpg(0.2, 0.9, 0.2, 1.0, False).verdict == "pass"
    assert rules.cpg(0.2, math.nan, math.nan, 0.0, True).verdict == "pass"


NO_WINDOW = Surprise(np.empty(0))


def spread(dispersion: float, shift: float = 0.0, n: int = 10_000) -> Surprise:
    z = np.random.default_rng(1).standard_normal(n)
    z = (z - z.mean()) / z.std()
    return Surprise(z * math.sqrt(dispersion) + shift)


def test_windows():
    error = math.sqrt(2 / 10_000)
    for chance, better, worse in ((WARN_CHANCE, "pass", "warn"), (FAIL_CHANCE, "warn", "fail")):
        z = z_of(chance)
        # The score is the cube root's, which differs a little from the plain one.
        assert rules.windows(spread(1 + z * error * 0.95), NO_WINDOW, True).verdict == better
        assert rules.windows(spread(1 + z * error * 1.05), NO_WINDOW, True).verdict == worse
        assert rules.windows(spread(1 - z * error * 1.05), NO_WINDOW, True).verdict == worse
        assert rules.windows(spread(1.0, z / 100 * 1.01), NO_WINDOW, True).verdict == worse
    for bound, better, worse in ((0, "pass", "warn"), (1, "warn", "fail")):
        limit = rules.DISPERSION[bound]
        assert rules.windows(spread(3 * limit * BELOW), spread(3.0), False).verdict == better
        assert rules.windows(spread(3 * limit * ABOVE), spread(3.0), False).verdict == worse
        assert rules.windows(spread(limit * ABOVE), spread(0.5), False).verdict == worse
    assert rules.windows(spread(3.0), spread(4.0), False).verdict == "pass"
    assert rules.windows(NO_WINDOW, NO_WINDOW, True).verdict == "pass"


def windows_of(gc: np.ndarray, low: int = 0, short: int = 100_000, longest: int = 9) -> Profile:
    strong = np.rint(gc * 1024).astype(np.int64)
    counts = np.stack([1024 - strong, strong, 0 * strong, 0 * strong], axis=1)
    runs = np.zeros((4, LONGEST_RUN + 1), dtype=np.int64)
    runs[0, longest] = 1
    at = np.arange(gc.size) * 1024
    return Profile(at * 0, at, counts, runs, short, low, 0, 0, int(counts.sum()))


def test_gc_windows():
    base = np.random.default_rng(1).standard_normal(5000)
    for bound, better, worse in ((0, "pass", "warn"), (1, "warn", "fail")):
        limit = rules.SPREAD[bound]
        real = windows_of(0.5 + 0.05 * base)
        assert rules.gc_windows(real, windows_of(0.5 + 0.05 * limit * 0.99 * base), 0.0, 0.01).verdict == better
        assert rules.gc_windows(real, windows_of(0.5 + 0.05 * limit * 1.01 * base), 0.0, 0.01).verdict == worse
    assert rules.gc_windows(real, windows_of(0.5 + 0.0 * base), 0.0, 0.01).verdict == "pass"
    few = base[:6]
    assert rules.gc_windows(windows_of(0.5 + 0.05 * few), windows_of(0.5 + 0.1 * few), 0.0, 0.01).verdict == "pass"


def test_low_complexity():
    gc = np.full(10, 0.5)
    for bound, better, worse in ((0, "pass", "warn"), (1, "warn", "fail")):
        limit = rules.LOW_COMPLEXITY[bound]
        real = windows_of(gc, low=10_000, short=1_000_000)
        below, above = (windows_of(gc, int(10_000 + limit * f * 1_000_000), 1_000_000) for f in (BELOW, ABOVE))
        assert rules.low_complexity(real, below).verdict == better
        assert rules.low_complexity(real, above).verdict == worse
    assert rules.low_complexity(windows_of(gc, 1, 100), windows_of(gc, 4, 100)).verdict == "pass"
    assert rules.low_complexity(windows_of(gc, 0, 0), windows_of(gc, 0, 0)).verdict == "pass"


def identities(share: float, expected: float, n: float = 1e6) -> Identity:
    pairs = np.full(DISTANCES, n)
    same = pairs * expected
    same[49] = n * share
    return Identity(pairs, same, pairs * expected, pairs * expected * (1 - expected))


def test_autocorrelation():
    real = identities(0.30, 0.30)
    error = math.sqrt(0.25 * 0.75 / 1e6)
    for chance, better, worse in ((WARN_CHANCE, "pass", "warn"), (FAIL_CHANCE, "warn", "fail")):
        z = z_of(chance, DISTANCES) * error
        assert rules.autocorrelation(real, identities(0.25 + z * BELOW, 0.25), True).verdict == better
        found = rules.autocorrelation(real, identities(0.25 - z * ABOVE, 0.25), True)
        assert (found.verdict, found.details["distance"]) == (worse, 50)
    for bound, better, worse in ((0, "pass", "warn"), (1, "warn", "fail")):
        limit = rules.IDENTITY[bound]
        # Without a model, anything from chance to the real genome is right.
        for end, sign in ((0.30, 1), (0.25, -1)):
            assert rules.autocorrelation(real, identities(end + sign * limit * BELOW, 0.25), False).verdict == better
            assert rules.autocorrelation(real, identities(end + sign * limit * ABOVE, 0.25), False).verdict == worse
    assert rules.autocorrelation(real, identities(0.28, 0.25), False).verdict == "pass"
    assert rules.autocorrelation(Identity.none(), Identity.none(), True).verdict == "pass"


def test_runs():
    gc = np.full(2, 0.5)
    real, sample = windows_of(gc, longest=30), windows_of(gc, longest=20)
    for chance, better, worse in ((WARN_CHANCE, "pass", "warn"), (FAIL_CHANCE, "warn", "fail")):
        log = math.log(chance / 4)
        assert rules.runs(real, sample, [log + 0.01, 0.0, 0.0, 0.0]).verdict == better
        assert rules.runs(real, sample, [log - 0.01, 0.0, 0.0, 0.0]).verdict == worse
    assert rules.runs(real, windows_of(gc, longest=LONGEST_RUN), [0.0] * 4).verdict == "fail"


def leak(log_chance: float) -> Leak:
    match = Match(50, "a", 10, 60, "b", 0, 50, "-", log_chance)
    return Leak([match], 31, 28.0, 50, match)


def test_leak():
    for chance, better, worse in ((WARN_CHANCE, "pass", "warn"), (FAIL_CHANCE, "warn", "fail")):
        log = math.log(chance) + rules.LEAK_SLACK
        assert rules.leak(leak(log + 0.01)).verdict == better
        found = rules.leak(leak(log - 0.01))
        assert (found.verdict, found.value) == (worse, 50)
        assert "a:10-60" in found.text
        assert "b:0-50, strand -" in found.text
    assert rules.leak(Leak([], 31, 28.0, 0, None)).verdict == "pass"


def test_copied():
    def verdicts(**changed: float) -> list[str]:
        return [check.verdict for check in rules.copied(evolve(InPlace(both=10**6, expected=250_000.0), **changed))]

    for bound, better, worse in ((0, "pass", "warn"), (1, "warn", "fail")):
        limit = rules.COPIED[bound] * 10**6
        assert verdicts(identical=int(250_000 + limit * BELOW)) == [better]
        assert verdicts(identical=int(250_000 + limit * ABOVE)) == [worse]
    assert verdicts(both=100, expected=25.0, identical=35) == ["pass"]
    assert verdicts(identical=250_000, masked=10, masked_identical=10) == ["pass", "pass"]
    assert verdicts(identical=250_000, masked=10, masked_identical=9) == ["pass", "fail"]
    assert verdicts(both=0, expected=0.0) == ["pass"]


def test_n_and_case():
    for kept, new, expected in ((5, 0, "pass"), (0, 0, "pass"), (4, 0, "warn"), (5, 1, "warn")):
        assert rules.n_kept(InPlace(unknown=5, unknown_kept=kept, unknown_new=new)).verdict == expected
    for kept, new, expected in ((5, 0, "pass"), (0, 0, "pass"), (4, 0, "pass"), (5, 1, "warn")):
        assert rules.case_kept(InPlace(lower=5, lower_kept=kept, lower_new=new)).verdict == expected


def test_a_tail_far_out_is_no_zero():
    assert log_tail(1000.0) < log_tail(100.0) < -4000
