"""Shuffles: exactly the words of each interval, uniformly, and the same bytes whatever computes them."""

import itertools
from collections import Counter
from typing import Any

import numpy as np
import pytest

import gsynth
from gsynth.blocks.plain_shuffler import PlainShuffler
from gsynth.plugins.registry import registry
from gsynth.plugins.roles import SAMPLER
from gsynth.testing import oracle_shuffle
from gsynth.testing.oracle import stream
from gsynth.testing.shuffles import check_shuffle, refused_words
from gsynth.testing.shuffling_blocks import random_shuffling_block

# Short ones, and repeats, on purpose.
pytestmark = pytest.mark.filterwarnings("ignore:.*shuffled sequences equal their input:UserWarning")

LETTERS = np.frombuffer(b"ACGT", dtype=np.uint8)


def contig(size, seed, n=0.0):
    """Bases with short repeats, lower case, and N."""
    rng = np.random.default_rng(seed)
    bases = LETTERS[rng.choice(4, size, p=[0.35, 0.15, 0.2, 0.3])]
    bases[size // 3 : size // 3 + 60] = np.resize(np.frombuffer(b"CA", dtype=np.uint8), 60)
    bases[size // 2 : size // 2 + 40] = ord("A")
    bases[rng.random(size) < n] = ord("N")
    bases[size // 5 : size // 4] |= 0x20
    return bases.tobytes().decode()


GENOME = {"chr1": contig(16_000, 1, 0.001), "chr2": contig(5_000, 2, 0.05), "tiny": "ACG", "none": "NNN"}
MASK = [("chr1", 1000, 5000), ("chr1", 9_003, 9_007), ("chr2", 0, 3), ("chr2", 4_000, 5_000)]


def words(sequence, k):
    return Counter(sequence[i : i + k] for i in range(len(sequence) - k + 1))


def shuffle(**options):
    return gsynth.shuffle(**({"genome": GENOME, "seed": 7} | options))


def runs_of(sequence, kept):
    """The stretches of a sequence that are not kept, as slices."""
    edges = [i for i in range(len(sequence) + 1) if (i > 0 and not kept[i - 1]) != (i < len(sequence) and not kept[i])]
    return [slice(*pair) for pair in zip(edges[::2], edges[1::2], strict=True)]


@pytest.mark.parametrize("k", range(1, 9))
def test_words_of_random_intervals_stay(k, large_backends):
    rng = np.random.default_rng(k)
    starts = rng.integers(0, 15_000, 300)
    ends = starts + rng.integers(1, 900, 300)
    where = [("chr1", int(start), int(end)) for start, end in zip(starts, ends, strict=True)]
    found = shuffle(k=k, intervals=where)
    for (_, start, end), made in zip(where, found, strict=True):
        # An N in lower case stays in lower case.
        before, after = GENOME["chr1"][start:end].upper(), made.upper()
        kept = [base == "N" for base in before]
        assert len(after) == len(before)
        assert [base == "N" for base in after] == kept
        for run in runs_of(before, kept):
            assert words(after[run], k) == words(before[run], k)
            assert after[run][: k - 1] == before[run][: k - 1]
            assert after[run][len(after[run]) - k + 1 :] == before[run][len(after[run]) - k + 1 :]


@pytest.mark.parametrize("k", [1, 2, 3, 8])
def test_backends_threads_and_batches(k, large_backends):
    expected = shuffle(k=k, mask_copy=MASK, backend="numpy", num_cores=1)
    for backend, threads, block in itertools.product(large_backends, (1, 2, 5), (640, 10_000_000)):
        if (backend == "numpy") <= (threads == 2):
            found = shuffle(k=k, mask_copy=MASK, backend=backend, num_cores=threads, max_chunk_size=block)
            assert found == expected, (backend, threads, block)


@pytest.mark.parametrize("window", [1, 50, 777])
def test_windows_on_backends_threads_and_batches(window, large_backends):
    options = {"k": 2, "window": window, "mask_copy": MASK, "n_samples": 2, "keep_case": True}
    expected = shuffle(**options, backend="numpy", num_cores=1)
    for backend, threads, block in itertools.product(large_backends, (1, 2), (1_000, 9_000)):
        if (backend == "numpy") <= (threads == 2):
            assert shuffle(**options, backend=backend, num_cores=threads, max_chunk_size=block) == expected


def test_each_run_is_what_the_oracle_says():
    where = [("chr2", 100, 400), ("chr2", 300, 700), ("chr2", 100, 400)]
    found = iter(shuffle(k=3, intervals=where, n_samples=2))
    for (name, start, end), repeat in zip(where, (0, 1, 2), strict=True):
        for sample in (0, 1):
            before, after = GENOME[name][start:end].upper(), next(found).upper()
            for run in runs_of(before, [base == "N" for base in before]):
                codes = ["ACGT".index(base) for base in before[run]]
                position = start + run.start
                expected = oracle_shuffle.shuffled(codes, stream(7, name, sample, repeat), position, 2)
                assert after[run] == "".join("ACGT"[code] for code in expected)


def test_an_interval_alone_equals_itself_among_others():
    where = [("chr1", 10_000, 11_000), ("chr2", 5, 900), ("chr1", 300, 700)]
    together = shuffle(intervals=where)
    assert [shuffle(intervals=[one])[0] for one in where] == together
    assert shuffle(intervals=where[::-1]) == together[::-1]


def test_samples_and_repeats_differ():
    found = shuffle(intervals=[("chr1", 10_000, 11_000)] * 3, n_samples=2)
    assert len(set(found)) == 6
    assert found[:2] == shuffle(intervals=[("chr1", 10_000, 11_000)], n_samples=2)


def few_arrangements(k, most=500):
    """Inputs with 2 to `most` arrangements, of every number that short sequences of two or three letters have."""
    found: dict = {}
    rng = np.random.default_rng(k)
    for _ in range(400):
        size = int(rng.integers(k + 2, k + 9))
        run = rng.integers(0, int(rng.integers(2, 5)), size).tolist()
        possible = oracle_shuffle.arrangements(run, k - 1)
        if 1 < len(possible) <= most:
            found.setdefault(len(possible), (run, possible))
    return list(found.values())


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_every_arrangement_is_as_probable(k):
    # Chi-square over all arrangements; the seed is fixed, so this passes always or never. With 5 standard deviations, a
    # right shuffle fails once in a million seeds.
    for run, possible in few_arrangements(k):
        expected = 40
        draws = expected * len(possible)
        sequence = "".join("ACGT"[code] for code in run)
        found = Counter(gsynth.shuffle(k=k, genome={"c": sequence}, n_samples=draws, seed=11))
        names = ["".join("ACGT"[code] for code in codes) for codes in possible]
        assert set(found) <= set(names)
        square = sum((found[name] - expected) ** 2 / expected for name in names)
        free = len(names) - 1
        assert (square - free) / np.sqrt(2 * free) < 5, (sequence, square, free)


def test_plain_python_for_samplers_without_the_ability():
    for order in range(8):
        check_shuffle(PlainShuffler(), random_shuffling_block(order, [0, order, 300, 40], gap=1))
    for work in refused_words():
        check_shuffle(PlainShuffler(), work)


def test_refused_words_are_refused():
    # If the keys were wrong, no test would see a word that is refused.
    calls: Counter = Counter()
    original = oracle_shuffle.below

    def counting(word, bound, gamma):
        calls[word * bound % 2**64 < 2**64 % bound] += 1
        return original(word, bound, gamma)

    for work in refused_words():
        calls.clear()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(oracle_shuffle, "below", counting)
            truth = work.truth()
            assert calls[True] == 1
            patch.setattr(oracle_shuffle, "below", lambda word, bound, gamma: word * bound // 2**64)
            assert not np.array_equal(work.truth(), truth)


def test_a_long_run_on_all_backends(large_backends):
    # Longer than a block, more bases than 16 bits count, with a stretch of one letter.
    rng = np.random.default_rng(3)
    codes = rng.integers(0, 4, 80_000).astype(np.uint8)
    codes[1_000:72_000] = 0
    columns = [np.array([0]), np.array([codes.size]), np.array([5], dtype=np.uint64), np.array([7], dtype=np.uint64)]
    for order in (1, 7):
        found = []
        for backend in large_backends:
            shuffled = codes.copy()
            sampler: Any = registry().load(SAMPLER, backend)
            sampler.shuffle(shuffled, *columns, np.array([3]), order=order)
            found.append(shuffled.tobytes())
        assert len(set(found)) == 1
        assert np.bincount(shuffled).tolist() == np.bincount(codes).tolist()
