"""Blocks long enough for lanes, pages and streams, against plain code."""

from __future__ import annotations

import ctypes
import importlib.util
import mmap
from typing import Any

import numpy as np
import pytest

from gsynth.plugins import FREE
from gsynth.plugins.registry import registry
from gsynth.plugins.roles import COUNTER, SAMPLER
from gsynth.randomness import uniforms

BACKENDS = ["cython", "numba"]
U31 = 2**31
N = 12 * 4 * 256 + 12 * 60 + 5
"""Windows: four tiles in each of twelve lanes, and some left over."""


def chain(codes, edges, strata, numbers, order, thresholds):
    """What the sampler must give, one window after the other."""
    filled, contexts = codes.tolist(), 4**order
    tables = np.repeat(strata, np.diff(edges)).tolist()
    for i, (table, number) in enumerate(zip(tables, numbers.tolist(), strict=True)):
        if filled[i + order] == FREE:
            window = filled[i : i + order]
            context = sum((code & 3) * 4 ** (order - 1 - j) for j, code in enumerate(window)) % contexts
            row = thresholds[-1 if table < 0 or 4 in window else table, context].tolist()
            filled[i + order] = sum(number >= threshold for threshold in row)
    return np.array(filled, dtype=np.uint8)


def always(bases):
    """The thresholds (contexts, 3) of a chain that is certain: `bases` by context."""
    return np.where(np.arange(3) < np.asarray(bases)[:, None], 0, U31).astype(np.uint32)


def with_uniform(*tables):
    quarters = np.broadcast_to(np.array([1, 2, 3]) * (U31 // 4), tables[0].shape)
    return np.stack([*tables, quarters]).astype(np.uint32)


def model(kind, order, rng):
    """Two tables and the uniform one; `kind` says how soon two chains meet."""
    contexts = np.arange(4**order)
    oldest = contexts >> (2 * order - 2)
    if kind == "cycle":  # what was k bases ago returns: two chains never meet
        return with_uniform(always(oldest), always(oldest))
    if kind == "permuted cycle":
        return with_uniform(always((oldest + 1) % 4), always((oldest + 3) % 4))
    if kind == "slow":  # a cycle, with one chance in 4096 to forget
        tables = [always(oldest).astype(np.int64) for _ in range(2)]
        return with_uniform(*(np.clip(table, U31 >> 12, U31 - (U31 >> 12)) for table in tables))
    if kind == "forbidden":  # each context lacks two bases
        steps = rng.integers(1, 2**20, size=(2, 4**order, 4)) * rng.permuted(
            np.broadcast_to([0, 0, 1, 1], (2, 4**order, 4)), axis=2
        )
        return with_uniform(*(np.cumsum(steps, axis=2)[..., :3] * U31 // steps.sum(axis=2, keepdims=True)))
    steps = rng.dirichlet([1, 1, 1, 1], size=(2, 4**order))
    return with_uniform(*np.floor(np.cumsum(steps, axis=2)[..., :3] * U31))


def block(rng, order, fixed, n=N):
    codes = np.full(n + order, FREE, dtype=np.uint8)
    codes[:order] = rng.integers(0, 4, size=order)
    if fixed == "first N":
        codes[0] = 4
    if fixed == "runs":
        for start in rng.integers(0, n + order, size=12):
            size = int(rng.integers(1, 300))
            run = codes[start : start + size]
            run[:] = rng.integers(0, 5, size=1 if start % 2 else run.size)
    if fixed == "single":
        places = order + np.flatnonzero(rng.random(n) < 0.05)
        codes[places] = rng.integers(0, 5, size=places.size)
    return codes


def runs(rng, n=N, width=None):
    edges = np.arange(0, n, width) if width else np.concatenate([[0], np.sort(rng.integers(0, n, size=30))])
    edges = np.append(edges, n).astype(np.int64)
    return edges, rng.choice(np.array([0, 1, 0, 1, -1, -2], dtype=np.int32), size=edges.size - 1)


def streams(rng, n=N):
    edges = np.sort(rng.choice(n, size=5, replace=False))
    edges = np.concatenate([[0], edges, edges[2:3], [n]]).astype(np.int64)
    edges.sort()
    keys, gammas = rng.integers(0, 2**64, size=(2, edges.size - 1), dtype=np.uint64)
    positions = rng.integers(0, 2**40, size=edges.size - 1)
    numbers = [
        uniforms(key, gamma, int(at), int(at + size))
        for key, gamma, at, size in zip(keys, gammas, positions, np.diff(edges), strict=True)
    ]
    return (edges, keys, gammas, positions), np.concatenate(numbers)


def sampler_of(backend) -> Any:
    """With all its abilities."""
    return registry().load(SAMPLER, backend)


KINDS = ["cycle", "permuted cycle", "slow", "forbidden", "random"]
CASES = [
    *((kind, order, "none") for kind in KINDS for order in (1, 3, 10)),
    *((kind, 5, fixed) for kind in KINDS for fixed in ("none", "first N", "runs", "single")),
]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("kind", "order", "fixed"), CASES)
def test_lanes_give_the_bytes_of_one_chain(backend, kind, order, fixed):
    rng = np.random.default_rng([order, KINDS.index(kind)])
    sampler = sampler_of(backend)
    thresholds = model(kind, order, rng)
    codes = block(rng, order, fixed)
    edges, strata = runs(rng)
    stream, numbers = streams(rng)
    expected = chain(codes, edges, strata, numbers, order, thresholds)
    given = codes.copy()
    sampler.sample(given, edges, strata, numbers, order=order, thresholds=thresholds)
    np.testing.assert_array_equal(given, expected)
    drawn = codes.copy()
    sampler.sample_stream(drawn, edges, strata, *stream, order=order, thresholds=thresholds)
    np.testing.assert_array_equal(drawn, expected)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("order", "fixed"), [(8, "none"), (8, "runs"), (10, "runs")])
def test_many_lanes_where_tables_outgrow_the_cache(backend, kind, order, fixed, jit):
    if backend == "numba" and not jit:
        pytest.skip("too slow without the compiler")
    rng = np.random.default_rng(KINDS.index(kind))
    n = 48 * 512 + 48 * 64 + 11
    thresholds = model(kind, order, rng)
    codes, (edges, strata), (stream, numbers) = block(rng, order, fixed, n), runs(rng, n, 200), streams(rng, n)
    expected = chain(codes, edges, strata, numbers, order, thresholds)
    sampler_of(backend).sample_stream(codes, edges, strata, *stream, order=order, thresholds=thresholds)
    np.testing.assert_array_equal(codes, expected)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("kind", ["cycle", "random"])
@pytest.mark.parametrize(("order", "n"), [(1, N), (5, N), (5, 3 * N), (8, 2 * N), (10, N), (10, 2 * N)])
@pytest.mark.parametrize("stratum", [-1, 0, 1])
def test_one_stratum_without_runs_of_others(backend, kind, order, n, stratum):
    # Strata that never change leave a cycle unbroken from end to end.
    rng = np.random.default_rng(9)
    thresholds = model(kind, order, rng)
    codes = block(rng, order, "none", n)
    whole = np.array([0, n], dtype=np.int64), np.full(1, stratum, dtype=np.int32)
    stream, numbers = streams(rng, n)
    expected = chain(codes, *whole, numbers, order, thresholds)
    if kind == "cycle" and stratum >= 0:
        np.testing.assert_array_equal(expected, np.resize(codes[:order], n + order))
    sampler_of(backend).sample_stream(codes, *whole, *stream, order=order, thresholds=thresholds)
    np.testing.assert_array_equal(codes, expected)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("n", [0, 1, 2, 3, 255, 256, 257, 4095, 4096, 4097])
@pytest.mark.parametrize("position", [0, 1, 2**33 + 1])
def test_stream_numbers_equal_the_public_stream(backend, n, position):
    # Uniform everywhere: the base is the number's highest two bits.
    codes = np.append(np.zeros(1, dtype=np.uint8), np.full(n, FREE, dtype=np.uint8))
    whole = np.array([0, n], dtype=np.int64), np.full(1, -1, dtype=np.int32)
    key, gamma = np.array([[2**64 - 5], [2**64 - 59]], dtype=np.uint64)
    stream = np.array([0, n], dtype=np.int64), key, gamma, np.array([position])
    thresholds = with_uniform(np.zeros((4, 3)))
    sampler_of(backend).sample_stream(codes, *whole, *stream, order=1, thresholds=thresholds)
    np.testing.assert_array_equal(codes[1:], uniforms(key[0], gamma[0], position, position + n) >> 29)


def plain_count(codes, edges, strata, order, out):
    """Counts by NumPy, window by window at once."""
    windows = np.lib.stride_tricks.sliding_window_view(codes, order + 1)
    bad = (windows == 4).any(axis=1)
    words = (windows.astype(np.int64) & 3) @ (4 ** np.arange(order, -1, -1))
    stratum = np.repeat(strata.astype(np.int64), np.diff(edges))
    good = ~bad & (stratum >= 0)
    np.add.at(out.reshape(-1), stratum[good] * 4 ** (order + 1) + words[good], np.uint64(1))
    return int((bad & (stratum >= -1)).sum())


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("order", "bins", "n"),
    [
        (5, 3, 30_000),
        (9, 4, 600_000),
        (10, 1, 300_000),
        (10, 1, 2_000_000),
        (10, 2, 600_000),
        # Small tables, yet so many that a kernel sorts what it counts; not all fill whole parts of what it sorts into.
        (1, 140_000, 300_000),
        (5, 600, 300_000),
        (6, 129, 300_000),
        (7, 33, 300_000),
        (8, 9, 300_000),
    ],
)
@pytest.mark.parametrize("sequence", ["random", "poly-A", "microsatellite", "skewed"])
def test_count_of_long_blocks(backend, order, bins, n, sequence, jit):
    if backend == "numba" and not jit and (n > 300_000 or (n > 50_000 and sequence != "random")):
        pytest.skip("too slow without the compiler")
    rng = np.random.default_rng(n)
    codes = rng.choice(4, p=[0.97, 0.01, 0.01, 0.01] if sequence == "skewed" else None, size=n + order).astype(np.uint8)
    if sequence in ("poly-A", "microsatellite"):
        codes = np.resize(np.array([0] if sequence == "poly-A" else [1, 0], dtype=np.uint8), n + order)
    for start in rng.integers(0, n, size=5):
        codes[start : start + int(rng.integers(1, 700))] = 4
    edges = np.append(np.arange(0, n, 200), n).astype(np.int64)
    strata = rng.integers(-2, bins, size=edges.size - 1).astype(np.int32)
    found = np.zeros((bins, 4**order, 4), dtype=np.uint64)
    expected = found.copy()
    with_n = registry().load(COUNTER, backend).count(codes, edges, strata, order=order, out=found)
    assert with_n == plain_count(codes, edges, strata, order, expected)
    np.testing.assert_array_equal(found, expected)


@pytest.fixture
def jit():
    """Whether Numba compiles; where it is missing, only tests of its own backend mind, and those are skipped."""
    if importlib.util.find_spec("numba") is None:
        return True
    numba = importlib.import_module("numba")
    return not numba.config.DISABLE_JIT


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("order", [5, 9])
def test_nothing_behind_the_thresholds_is_read(backend, order):
    """The tables end where their page ends and the one behind cannot be read: reading on would end the process."""
    rng = np.random.default_rng(order)
    plain = model("random", order, rng)
    page = mmap.PAGESIZE
    size = plain.nbytes + -plain.nbytes % page
    room = mmap.mmap(-1, size + page)
    address = np.frombuffer(room, dtype=np.uint8).ctypes.data
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.mprotect(ctypes.c_void_p(address + size), ctypes.c_size_t(page), 0) == 0
    guarded = np.frombuffer(room, dtype=np.uint32, count=plain.size, offset=size - plain.nbytes).reshape(plain.shape)
    guarded[:] = plain
    edges, strata = np.array([0, N // 2, N]), np.array([1, -1], dtype=np.int32)
    numbers = uniforms(np.uint64(order), np.uint64(1), 0, N)
    filled = []
    for thresholds in (plain, guarded):
        codes = np.full(N + order, FREE, dtype=np.uint8)
        # Ends in the last row of the last table again and again.
        codes[:order] = 3
        registry().load(SAMPLER, backend).sample(codes, edges, strata, numbers, order=order, thresholds=thresholds)
        filled.append(codes)
    np.testing.assert_array_equal(filled[0], filled[1])
