import numpy as np
import pytest

from gsynth.randomness import seed_sequence, streams, uniforms, uniforms_at
from gsynth.testing import oracle


def one(seed, contig, sample=0, repeat=0):
    """The stream of one contig, sample and repeat."""
    found = streams(seed, [contig], np.zeros(1, dtype=np.int64), np.array([sample]), np.array([repeat]))
    return found.keys[0], found.gammas[0]


@pytest.mark.parametrize(("start", "end"), [(0, 9), (1, 9), (3, 3), (4, 5), (5, 6), (2**40 + 1, 2**40 + 8)])
def test_numbers_follow_their_definition(start, end):
    numbers = uniforms(*one(seed_sequence(7), "chr1", 2, 1), start, end)
    assert numbers.dtype == np.uint32
    assert numbers.tolist() == oracle.uniforms(oracle.stream(7, "chr1", 2, 1), start, end).tolist()


@pytest.mark.parametrize("seed", [7, 2**100, np.random.SeedSequence(7, spawn_key=(3, 1))])
def test_streams_follow_their_definition(seed):
    contigs, rng = ["chr1", "chrX", ""], np.random.default_rng(1)
    ids, samples, repeats = rng.integers(0, 3, 300), rng.integers(0, 2**40, 300), rng.integers(0, 5, 300)
    found = streams(seed_sequence(seed), contigs, ids, samples, repeats)
    expected = [
        oracle.stream(seed, contigs[i], s, r)
        for i, s, r in zip(ids.tolist(), samples.tolist(), repeats.tolist(), strict=True)
    ]
    assert list(zip(found.keys.tolist(), found.gammas.tolist(), strict=True)) == expected
    at = rng.integers(0, 2**40, 300)
    numbers = [oracle.uniform(stream, position) for stream, position in zip(expected, at.tolist(), strict=True)]
    assert uniforms_at(found, at).tolist() == numbers


def test_streams_differ_by_seed_contig_sample_and_repeat():
    seed = seed_sequence(1)
    found = {one(seed, c, s, r) for c in ("1", "2") for s in range(3) for r in range(3)}
    assert len({key for key, _ in found}) == len({gamma for _, gamma in found}) == 18
    assert one(seed_sequence(2), "1") not in found


def test_gammas_are_well_mixed():
    count = np.arange(100_000)
    gammas = streams(seed_sequence(5), ["a"], np.zeros_like(count), count, np.zeros_like(count)).gammas
    assert (gammas % 2 == 1).all()
    assert min((int(gamma) ^ int(gamma) >> 1).bit_count() for gamma in gammas) >= 24
    assert np.unique(gammas).size == count.size


def test_numbers_are_uniform():
    numbers = uniforms(np.uint64(99), np.uint64(2**64 - 59), 0, 1 << 20)
    assert numbers.max() < 2**31
    observed = np.bincount(numbers >> 23, minlength=256)
    chi_square = float(((observed - 4096) ** 2 / 4096).sum())
    assert 170 < chi_square < 350  # 255 degrees of freedom: 1e-5 to 1 - 1e-4


def test_seeds():
    assert seed_sequence(5).entropy == 5
    assert seed_sequence(np.random.SeedSequence(5)).entropy == 5
    generator = np.random.default_rng(3)
    assert seed_sequence(generator).entropy != seed_sequence(generator).entropy
    assert seed_sequence(None).entropy != seed_sequence(None).entropy
    with pytest.raises(ValueError, match="negative"):
        seed_sequence(-1)
    for bad in (1.5, "7", True):
        with pytest.raises(TypeError, match="seed must be"):
            seed_sequence(bad)
