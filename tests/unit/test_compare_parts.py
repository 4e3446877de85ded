"""What comparing measures, against slow and obvious counts."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

import gsynth
from gsynth.alphabet import encode
from gsynth.blocks.compute import Compute
from gsynth.evaluation.autocorrelation import DISTANCES, identity
from gsynth.evaluation.matches import Chance, Leak, find_leak
from gsynth.evaluation.places import in_place
from gsynth.evaluation.reading import Reader
from gsynth.evaluation.seeds import rolling_words
from gsynth.evaluation.statistics import log_tail, normal_score, poisson_score, usual_largest
from gsynth.evaluation.windows import profile
from gsynth.evaluation.words import compare_words, expectation, expected_divergence, jensen_shannon
from gsynth.genomes import open_genome
from gsynth.intervals import Intervals
from gsynth.plugins.backends import load_counter

LETTERS = np.frombuffer(b"ACGT", np.uint8)


class Bar:
    def update(self, bases: int) -> None:
        pass


def letters(size: int, seed: int, weights: tuple[float, ...] = (0.3, 0.2, 0.2, 0.3)) -> str:
    return np.random.default_rng(seed).choice(LETTERS, size, p=weights).tobytes().decode()


def compute(block: int | None = None, cores: int = 2) -> Compute:
    return Compute.of(backend=None, num_cores=cores, progress=False, max_chunk_size=block)


def turned(sequence: str) -> str:
    return sequence[::-1].translate(str.maketrans("ACGT", "TGCA"))


def reader(genome: dict[str, str]) -> tuple[Reader, Intervals]:
    opened = open_genome(genome)
    return Reader(opened, None, load_counter(None)), Intervals.whole(opened)


# --- shared sequence ---


def leak(real: dict[str, str], synthetic: dict[str, str], block: int | None = None) -> Leak:
    words = np.full(4**8, 100.0)
    (one, where), (other, there) = reader(real), reader(synthetic)
    return find_leak(one, other, where, there, Chance.of(words, 5), compute(block), Bar())


def longest_shared(real: dict[str, str], synthetic: dict[str, str]) -> int:
    """By dynamic programming over all pairs of places, on both strands."""
    best = 0
    for one in real.values():
        codes = encode(np.frombuffer(one.encode(), np.uint8))
        for other in synthetic.values():
            for strand in (other, turned(other)):
                against = encode(np.frombuffer(strand.encode(), np.uint8))
                before = np.zeros(codes.size + 1, dtype=np.int64)
                for letter in against.tolist():
                    now = np.zeros_like(before)
                    if letter < 4:
                        now[1:] = np.where(codes == letter, before[:-1] + 1, 0)
                    best, before = max(best, int(now.max())), now
    return best


@pytest.mark.parametrize("block", [None, 97, 1000])
@pytest.mark.parametrize("strand", ["+", "-"])
def test_a_planted_stretch_is_found_with_its_places(block, strand):
    real = {"a": letters(3000, 1), "b": letters(2000, 2)}
    piece = real["b"][700:763]
    synthetic = {"x": letters(500, 3), "y": letters(2500, 4)}
    planted = piece if strand == "+" else turned(piece)
    synthetic["y"] = synthetic["y"][:1234] + planted + synthetic["y"][1234 + len(piece) :]
    match = leak(real, synthetic, block).matches[0]
    assert match.length == longest_shared(real, synthetic) >= 63
    assert (match.real_contig, match.contig, match.strand) == ("b", "y", strand)
    assert match.real_start <= 700 < 763 <= match.real_end
    assert match.start <= 1234 < 1297 <= match.end
    there = real["b"][match.real_start : match.real_end]
    here = synthetic["y"][match.start : match.end]
    assert there == (here if strand == "+" else turned(here))
    assert match.log_chance < -40


@pytest.mark.parametrize("seed", range(4))
def test_the_longest_match_is_the_longest(seed):
    rng = np.random.default_rng(seed)
    real = {"a": letters(1500, 10 + seed)[:1400] + "N" * 20 + letters(400, 20 + seed)}
    sample = letters(1800, 30 + seed)
    for _ in range(5):
        size, at, to = rng.integers(25, 80), rng.integers(0, 1300), rng.integers(0, 1700)
        sample = sample[:to] + real["a"][at : at + size] + sample[to + size :]
    synthetic = {"z": sample}
    assert leak(real, synthetic, 211).longest == longest_shared(real, synthetic)


def test_low_complexity_and_n_are_not_matches():
    both = "A" * 300 + "N" * 300 + "CA" * 150
    found = leak({"a": letters(2000, 1) + both}, {"b": letters(2000, 2) + both})
    assert found.longest < 30


def test_a_whole_genome_matches_itself_over_blocks_and_contigs():
    genome = {"a": letters(5000, 1), "b": letters(3000, 2)}
    found = leak(genome, genome, 300)
    assert [(match.real_contig, match.length) for match in found.matches[:2]] == [("a", 5000), ("b", 3000)]
    assert found.shared == 8000


def test_the_law_of_chance_is_a_probability():
    chance = Chance.of(np.random.default_rng(1).integers(50, 200, 4**8).astype(np.float64), 3)
    assert chance.order == 3
    total = sum(
        math.exp(chance.log_probability(np.array(word, dtype=np.uint8))) for word in product(range(4), repeat=5)
    )
    assert total == pytest.approx(1)


def test_rolling_words():
    codes = np.random.default_rng(1).integers(0, 5, 300).astype(np.uint8)
    for length in (1, 2, 3, 11, 20, 31):
        expected = [
            sum(int(code & 3) << 2 * (length - 1 - j) for j, code in enumerate(codes[i : i + length]))
            for i in range(codes.size - length + 1)
        ]
        assert rolling_words(codes, length).tolist() == expected


# --- windows ---


@pytest.mark.parametrize("block", [None, 64, 1025])
@pytest.mark.parametrize("backend", ["auto", "numpy"])
def test_windows_by_hand(block, backend):
    genome = {
        "a": letters(2500, 1) + "A" * 70 + letters(1000, 2).lower() + "NNN" + letters(300, 3) + "T" * 1200,
        "b": "CG" * 40,
        "c": "GGGG" + letters(50, 4) + "ccccc",
    }
    opened = open_genome(genome)
    counter = load_counter(backend)
    found = profile(Reader(opened, None, counter), counter, Intervals.whole(opened), compute(block), Bar())
    windows = [genome[name][i : i + 1024].upper() for name in genome for i in range(0, len(genome[name]), 1024)]
    assert found.counts.tolist() == [[window.count(base) for base in "ACGT"] for window in windows]
    runs = {base: [0] * 1001 for base in "ACGT"}
    low = short = 0
    for sequence in genome.values():
        upper, at = sequence.upper(), 0
        while at < len(upper):
            end = at
            while end < len(upper) and upper[end] == upper[at]:
                end += 1
            if upper[at] in runs and end - at >= 4:
                runs[upper[at]][min(end - at, 1000)] += 1
            at = end
        for first in range(0, len(upper) - 63, 64):
            window = upper[first : first + 64]
            if "N" not in window:
                triplets = [window[i : i + 3] for i in range(62)]
                short += 1
                pairs = sum(triplets.count(t) * (triplets.count(t) - 1) // 2 for t in set(triplets))
                low += pairs / 61 >= 2
    assert found.runs.tolist() == list(runs.values())
    assert (found.short, found.low) == (short, low)
    assert low > 15
    assert (found.lower, found.unknown, found.bases) == (1005, 3, sum(map(len, genome.values())))


# --- the same base at a distance ---


def test_identity_by_hand():
    genome = {"a": letters(700, 1) + "N" + letters(400, 2), "b": letters(150, 3)}
    one, where = reader(genome)
    found = identity(one, None, None, where, compute())
    for d in (1, 2, 77, DISTANCES):
        pairs = [(s[i - d], s[i]) for s in genome.values() for i in range(d, len(s)) if "N" not in (s[i - d], s[i])]
        assert found.pairs[d - 1] == len(pairs)
        assert found.same[d - 1] == sum(a == b for a, b in pairs)


def test_in_place_by_hand():
    real, synthetic = {"a": "ACGTNNacgtAC"}, {"a": "ACCTNAacGTNC"}
    found = in_place(
        open_genome(real), open_genome(synthetic), None, load_counter(None), Intervals.whole(open_genome(synthetic)),
        compute(), Bar(),
    )  # fmt: skip
    assert (found.both, found.identical) == (9, 8)
    assert (found.unknown, found.unknown_kept, found.unknown_new) == (2, 1, 1)
    assert (found.lower, found.lower_kept, found.lower_new) == (4, 2, 0)
    # A 3, C 3, G 2, T 2 of 10 bases, and A 4, C 3, G 1, T 2 of 10, in one window.
    assert found.expected == pytest.approx(9 * (3 * 4 + 3 * 3 + 2 * 1 + 2 * 2) / 100)


# --- words ---


def test_what_a_right_sampler_writes_is_a_sum_over_contexts():
    """Against the enumeration of all words; two strata with other probabilities."""
    rng = np.random.default_rng(1)
    table = rng.integers(0, 50, (2, 64, 4)).astype(np.uint64)
    chances = rng.dirichlet(np.ones(4), (2, 16))
    found = expectation(table, 2, lambda flat: chances[flat])
    for letters_, word in ((1, (2,)), (2, (1, 3)), (3, (0, 1, 2)), (4, (3, 1, 0, 2))):
        expected = variance = count = 0.0
        for flat, context, base in product(range(2), product(range(4), repeat=3), range(4)):
            if (*context, base)[-letters_:] != word:
                continue
            index = context[0] * 16 + context[1] * 4 + context[2]
            p = chances[flat, index % 16, base]
            expected += table[flat, index].sum() * p
            variance += table[flat, index].sum() * p * (1 - p)
            count += table[flat, index, base]
        own, number = found.of(letters_), int("".join(map(str, word)), 4)
        assert own.expected[number] == pytest.approx(expected)
        assert own.variance[number] == pytest.approx(variance)
        assert own.found[number] == count


def test_words_of_a_right_sampler_are_standard_normal():
    """Words that overlap with themselves, too: AAAA is no more variable than the theory says."""
    model = gsynth.GsynthModel(
        k=1, counts=np.array([[[60, 10, 10, 20], [25, 25, 5, 45], [25, 25, 25, 25], [9, 1, 1, 9]]])
    )
    probabilities = np.diff(model.cdf[0], prepend=0, axis=1)
    scores = []
    for seed in range(60):
        (drawn,) = gsynth.gsynth_sample(model, genome={"a": 4000}, seed=seed)
        counts = np.zeros(4**4, dtype=np.uint64)
        codes = encode(np.frombuffer(drawn.encode(), np.uint8)).astype(np.int64)
        np.add.at(counts, codes[:-3] * 64 + codes[1:-2] * 16 + codes[2:-1] * 4 + codes[3:], 1)
        law = expectation(counts.reshape(1, 64, 4), 1, lambda flat: probabilities)
        scores.append(poisson_score(law.found, law.expected, law.variance)[law.expected > 20])
    for word in (np.array([row[0] for row in scores]), np.array([row[-1] for row in scores])):
        assert abs(word.mean()) < 0.5
        assert 0.75 < word.std() < 1.3


def test_expected_divergence_is_that_of_samples():
    rng = np.random.default_rng(1)
    real = rng.dirichlet(np.full(256, 0.5))
    ideal = 0.9 * real + 0.1 / 256
    for windows in (100, 3000):
        mean, error = expected_divergence(real, ideal, windows)
        drawn = [jensen_shannon(real, rng.poisson(ideal * 2 * windows) / (2 * windows)) for _ in range(300)]
        assert mean == pytest.approx(np.mean(drawn), rel=0.03)
        assert error == pytest.approx(2 * np.std(drawn), rel=0.3)


def test_divergence_and_correlation_of_the_same_words():
    counts = np.arange(1, 17, dtype=np.uint64)
    law = expectation(counts.reshape(1, 4, 4), 0, lambda flat: np.full((1, 4), 0.25))
    found = compare_words(2, counts, counts, law, 1)
    assert found.divergence == 0
    assert found.correlation == pytest.approx(1)


# --- statistics ---


def test_tails():
    assert math.exp(log_tail(3.0)) == pytest.approx(0.0013499, rel=1e-4)
    assert log_tail(29.999) == pytest.approx(log_tail(30.001), rel=1e-3)
    assert usual_largest(65536) == pytest.approx(4.4, abs=0.1)
    rng = np.random.default_rng(1)
    scores = [normal_score(x, 12, 24) for x in rng.chisquare(12, 4000)]
    assert np.quantile(scores, [0.01, 0.5, 0.99]) == pytest.approx([-2.33, 0, 2.33], abs=0.15)
    assert normal_score(math.inf, 12, 24) == math.inf
    assert math.isnan(normal_score(1, 0, 0))


def test_poisson_scores_of_the_impossible():
    found, expected, variance = np.array([[0.0, 3.0, 0.0], [0.0, 0.0, 9.0], [0.0, 0.0, 8.0]])
    assert poisson_score(found, expected, variance)[:2].tolist() == [0, math.inf]
