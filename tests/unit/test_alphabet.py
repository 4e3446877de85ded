import numpy as np
import pytest

from gsynth.alphabet import decode, encode


def test_every_byte():
    bases = np.arange(256, dtype=np.uint8)
    expected = ["ACGT".find(chr(b).upper()) for b in range(256)]
    assert encode(bases).tolist() == [4 if e < 0 else e for e in expected]


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 200_000])
def test_slices_join(size):
    bases = np.random.default_rng(size).choice(np.frombuffer(b"ACGTNacgtn", np.uint8), size)
    table = np.full(256, 4, np.uint8)
    for code, letters in enumerate(("Aa", "Cc", "Gg", "Tt")):
        table[[ord(letter) for letter in letters]] = code
    codes = encode(bases)
    assert np.array_equal(codes, table[bases])
    known = codes < 4
    assert np.array_equal(decode(codes)[known], bases[known] & 0xDF)
    assert (decode(codes)[~known] == ord("N")).all()
