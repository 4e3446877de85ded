"""The golden files: found, whole, and what the oracle and the core say."""

from __future__ import annotations

import hashlib
from importlib.resources import files

import numpy as np
import pytest

from gsynth import randomness
from gsynth.plugins import CONTRACT
from gsynth.testing import golden, oracle
from gsynth.testing.clauses import CLAUSES

FEWEST = {"counting": 11, "sampling": 12, "scoring": 12, "shuffling": 18, "random_stream": 10, "training": 6}


def cases(*names):
    found = [(name, case) for name in names for case in golden.read(name)["cases"]]
    return pytest.mark.parametrize(("name", "case"), found, ids=[f"{name}-{case['name']}" for name, case in found])


def test_files_were_found():
    folder = files("gsynth.testing").joinpath("golden")
    found = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    assert found == sorted(f"{name}.yaml" for name in golden.FILES)


@pytest.mark.parametrize("name", golden.FILES)
def test_files_are_whole(name):
    content = golden.read(name)
    assert len(content["cases"]) >= FEWEST[name]
    assert content["contract"] == CONTRACT
    assert "oracle" in content["provenance"]
    names = [case["name"] for case in content["cases"]]
    assert len(set(names)) == len(names)
    assert all(case["why"] and case["expected"] is not None for case in content["cases"])
    assert {case["clause"] for case in content["cases"] if "clause" in case} <= set(CLAUSES)


@cases(*golden.FILES)
def test_oracle_still_says_so(name, case):
    assert golden.expected(name, case) == case["expected"]


@cases("random_stream")
def test_core_draws_the_same_numbers(name, case):
    if "key" in case:
        start = case["start"]
        key, gamma = (np.uint64(int(case[word], 16)) for word in ("key", "gamma"))
        found = randomness.uniforms(key, gamma, start, start + case["length"])
        assert found.tolist() == case["expected"]
    else:
        seed = randomness.seed_sequence(case["seed"])
        which = (np.array([case[name]]) for name in ("sample", "repeat"))
        stream = randomness.streams(seed, [case["contig"]], np.zeros(1, dtype=np.int64), *which)
        assert [f"{int(word):#018x}" for word in (stream.keys[0], stream.gammas[0])] == case["expected"]


def test_stream_version():
    assert golden.read("random_stream")["stream_version"] == randomness.STREAM_VERSION


def test_first_word_is_splitmix64s_own():
    # The first output of splitmix64 seeded with 0, as its authors publish it.
    word = 0xE220A8397B1DCDAF
    splitmix = oracle.Stream(0, 0x9E3779B97F4A7C15)
    assert oracle.uniforms(splitmix, 0, 2).tolist() == [
        (word & 0xFFFFFFFF) >> 1,
        word >> 33,
    ]


def test_contig_hash_is_little_endian():
    digest = hashlib.blake2b(b"chr1", digest_size=8).digest()
    assert randomness.contig_hash("chr1") == sum(byte << (8 * i) for i, byte in enumerate(digest))
