import numpy as np
import pytest

from gsynth.randomness import seed_sequence, stream_key, uniforms
from gsynth.testing import oracle


@pytest.mark.parametrize(("start", "end"), [(0, 9), (1, 9), (3, 3), (4, 5), (5, 6), (2**40 + 1, 2**40 + 8)])
def test_numbers_follow_their_definition(start, end):
    key = stream_key(seed_sequence(7), "chr1", 2, 1)
    numbers = uniforms(key, start, end)
    assert numbers.dtype == np.uint32
    assert numbers.tolist() == oracle.uniforms(int(key), start, end).tolist()


def test_key_follows_its_definition():
    assert int(stream_key(seed_sequence(7), "chrX", 3, 2)) == oracle.stream_key(7, "chrX", 3, 2)


def test_keys_differ_by_seed_contig_sample_and_repeat():
    seed = seed_sequence(1)
    keys = {int(stream_key(seed, c, s, r)) for c in ("1", "2") for s in range(3) for r in range(3)}
    assert len(keys) == 18
    assert int(stream_key(seed_sequence(2), "1", 0, 0)) not in keys


def test_numbers_are_uniform():
    numbers = uniforms(np.uint64(99), 0, 1 << 20)
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
