"""Transcoding, replacing and independent bases where the compiled kernels go their own ways."""

from __future__ import annotations

import mmap

import numpy as np
import pytest

from gsynth import alphabet
from gsynth.plugins import FREE
from gsynth.plugins.registry import registry
from gsynth.plugins.roles import SAMPLER
from gsynth.randomness import uniforms

BACKENDS = ["cython", "numba"]


def sampler(backend):
    return registry().load(SAMPLER, backend)


def array(text):
    return np.frombuffer(text, dtype=np.uint8)


def replace_all(bases, target, replacement):
    """Every pass over everything."""
    cells = bytearray(bases)
    while target in cells:
        at = cells.find(target)
        while at >= 0:
            cells[at : at + len(target)] = replacement
            at = cells.find(target, at + 1)
    return bytes(cells)


@pytest.mark.parametrize("backend", BACKENDS)
def test_transcode_in_place(backend):
    bases = np.random.default_rng(1).integers(0, 256, 5_000).astype(np.uint8)
    codes = bases.copy()
    assert sampler(backend).encode(codes, codes) == (alphabet.encode(bases) == 4).sum()
    np.testing.assert_array_equal(codes, alphabet.encode(bases))
    letters = codes.copy()
    sampler(backend).decode(letters, letters)
    np.testing.assert_array_equal(letters, alphabet.decode(codes))


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("size", [2046, 2047, 2048, 2049, 4_500])
@pytest.mark.parametrize("words", ["CG GC", "CCG GCC", "CGCG GGCC", "ACACACA AAAACCC", "CG TG"])
def test_replace_across_what_is_looked_at_together(backend, size, words):
    target, replacement = (word.encode() for word in words.split())
    for seed in range(2):
        bases = array(b"CCGGA" if "G" in words else b"ACACT")[np.random.default_rng(seed).integers(0, 5, size)]
        expected = replace_all(bases.tobytes(), target, replacement)
        sampler(backend).replace(bases, array(target), array(replacement))
        assert bases.tobytes() == expected


def test_numba_makes_room_in_a_later_pass():
    kernels = pytest.importorskip("gsynth_numba.replace_kernels")
    bases = array(b"GCCNCCCCCG" + b"CCCCCCG" * 3).copy()
    target, replacement = array(b"CCG"), array(b"GCC")
    hits = np.empty((2, 4), dtype=np.int64)
    hits[0] = [7, 14, 21, 28]
    for hit in hits[0]:
        bases[hit : hit + 3] = replacement
    expected = replace_all(bases.tobytes(), b"CCG", b"GCC")
    state, rounds = np.array([0, 4, 0, 0, 0, 0]), 0
    while not kernels._later_passes(bases, target, replacement, hits, state):
        hits, rounds = kernels._grown(hits), rounds + 1
    assert rounds
    assert bases.tobytes() == expected


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("n", [0, 1, 3071, 3072, 3073, 7_001])
@pytest.mark.parametrize("share_fixed", [0, 0.4])
@pytest.mark.parametrize("row", [[7, 2**30, 2**31], [0, 0, 0], [2**31] * 3])
def test_independent_bases(backend, n, share_fixed, row):
    rng = np.random.default_rng(n)
    codes = np.full(n + 1, FREE, dtype=np.uint8)
    codes[0] = 4
    fixed = 1 + np.flatnonzero(rng.random(n) < share_fixed)
    codes[fixed] = rng.integers(0, 5, fixed.size)
    edges, strata = np.array([0, n // 3, n]), np.array([-1, 1], dtype=np.int32)
    keys, gammas = np.array([[5, 2**63 + 7], [3, 2**64 - 59]], dtype=np.uint64)
    positions, sizes = np.array([1, 2**40 + 2]), np.diff(edges)
    numbers = np.concatenate(
        [uniforms(keys[i], gammas[i], int(positions[i]), int(positions[i] + sizes[i])) for i in range(2)]
    )
    thresholds = np.full((3, 4, 3), row, dtype=np.uint32)
    expected = codes.copy()
    drawn = (numbers[:, None] >= np.array(row)).sum(axis=1)
    expected[1:] = np.where(codes[1:] == FREE, drawn, codes[1:])
    streamed = codes.copy()
    sampler(backend).sample_stream(
        streamed, edges, strata, edges, keys, gammas, positions, order=1, thresholds=thresholds
    )
    np.testing.assert_array_equal(streamed, expected)
    sampler(backend).sample(codes, edges, strata, numbers, order=1, thresholds=thresholds)
    np.testing.assert_array_equal(codes, expected)


@pytest.mark.parametrize("backend", BACKENDS)
def test_one_other_row_is_a_chain(backend):
    thresholds = np.zeros((2, 4, 3), dtype=np.uint32)
    thresholds[0, 3, 2] = 1  # after T a 0 draws G
    codes = np.array([0] + [FREE] * 4, dtype=np.uint8)
    whole = np.array([0, 4]), np.zeros(1, dtype=np.int32)
    sampler(backend).sample(codes, *whole, np.zeros(4, dtype=np.uint32), order=1, thresholds=thresholds)
    assert codes.tolist() == [0, 3, 2, 3, 2]


@pytest.mark.parametrize("backend", BACKENDS)
def test_tables_past_32_bits_of_rows_are_refused(backend):
    tables = 4**6 + 1
    try:
        # Promised, never touched.
        flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | getattr(mmap, "MAP_NORESERVE", 0x4000)  # as Linux has it
        room = mmap.mmap(-1, tables * 4**10 * 12, flags)
    except OSError as error:
        pytest.skip(f"no address room: {error}")
    thresholds = np.frombuffer(room, dtype=np.uint32).reshape(tables, 4**10, 3)
    codes = np.append(np.zeros(10, dtype=np.uint8), np.uint8(FREE))
    whole = np.array([0, 1]), np.zeros(1, dtype=np.int32)
    with pytest.raises(MemoryError, match="4097 tables of order 10"):
        sampler(backend).sample(codes, *whole, np.zeros(1, dtype=np.uint32), order=10, thresholds=thresholds)
