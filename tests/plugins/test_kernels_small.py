"""The compiled kernels against a naive loop, on many small blocks of every awkward kind."""

from __future__ import annotations

import numpy as np
import pytest

from gsynth.plugins import FREE
from gsynth.plugins.registry import registry
from gsynth.plugins.roles import COUNTER, SAMPLER

BACKENDS = ["cython", "numba"]
U31 = 2**31


def naive_count(codes, edges, strata, order, out):
    with_n = 0
    for run, stratum in enumerate(strata.tolist()):
        for i in range(int(edges[run]), int(edges[run + 1])):
            window = codes[i : i + order + 1].tolist()
            if 4 in window:
                with_n += stratum >= -1
            elif stratum >= 0:
                context = sum(code * 4 ** (order - 1 - j) for j, code in enumerate(window[:-1]))
                out[stratum, context, window[-1]] += np.uint64(1)
    return with_n


def naive_sample(codes, edges, strata, uniforms, order, thresholds):
    for run, stratum in enumerate(strata.tolist()):
        for i in range(int(edges[run]), int(edges[run + 1])):
            if codes[i + order] != FREE:
                continue
            window = codes[i : i + order].tolist()
            context = sum((code & 3) * 4 ** (order - 1 - j) for j, code in enumerate(window))
            table = -1 if stratum < 0 or 4 in window else stratum
            codes[i + order] = sum(int(uniforms[i]) >= int(t) for t in thresholds[table, context])


def random_runs(rng, n, bins):
    cuts = np.sort(rng.integers(0, n + 1, size=int(rng.integers(0, 12))))
    edges = np.concatenate(([0], cuts, [n])).astype(np.int64)
    return edges, rng.integers(-2, bins, size=edges.size - 1).astype(np.int32)


def random_thresholds(rng, bins, order):
    # Zero and whole steps give certain and impossible bases.
    steps = rng.choice([0, 0, 1, U31 // 3, U31 // 2, U31], size=(bins + 1, 4**order, 3))
    thresholds = np.minimum(np.cumsum(steps, axis=2), U31).astype(np.uint32)
    thresholds[bins] = np.array([1, 2, 3]) * (U31 // 4)
    return thresholds


def read_only(*arrays):
    for array in arrays:
        array.flags.writeable = False


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("order", range(1, 11))
def test_count_equals_a_naive_loop(backend, order):
    rng = np.random.default_rng(order)
    counter = registry().load(COUNTER, backend)
    bins = 3 if order < 9 else 1
    found = np.zeros((bins, 4**order, 4), dtype=np.uint64)
    expected = found.copy()
    for n in (0, 0, 1, 2, 7, 8, 9, 63, 64, 65, 200, 400):
        codes = rng.choice(5, p=[0.3, 0.2, 0.2, 0.2, 0.1], size=n + order).astype(np.uint8)
        if n == 200:
            codes[:] = 0
        edges, strata = random_runs(rng, n, bins)
        read_only(codes, edges, strata)
        with_n = counter.count(codes, edges, strata, order=order, out=found)
        assert with_n == naive_count(codes, edges, strata, order, expected)
        assert type(with_n) is int
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("backend", BACKENDS)
def test_count_adds_to_what_is_there(backend):
    out = np.full((1, 4, 4), 2**40, dtype=np.uint64)
    codes = np.array([0, 1, 2, 3, 0], dtype=np.uint8)
    runs = np.array([0, 4], dtype=np.int64), np.zeros(1, dtype=np.int32)
    assert registry().load(COUNTER, backend).count(codes, *runs, order=1, out=out) == 0
    assert out.sum() == 16 * 2**40 + 4


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("order", range(1, 11))
def test_sample_equals_a_naive_loop(backend, order):
    rng = np.random.default_rng(100 + order)
    sampler = registry().load(SAMPLER, backend)
    bins = 2
    thresholds = random_thresholds(rng, bins, order)
    for n in (0, 1, 2, 7, 8, 9, 63, 64, 65, 200, 400):
        codes = np.full(n + order, FREE, dtype=np.uint8)
        codes[:order] = rng.choice(5, p=[0.24, 0.24, 0.24, 0.24, 0.04], size=order)
        fixed = np.flatnonzero(rng.random(n) < rng.choice([0, 0.1, 0.9])) + order
        codes[fixed] = rng.choice(5, size=fixed.size)
        edges, strata = random_runs(rng, n, bins)
        uniforms = rng.integers(0, U31, size=n, dtype=np.uint32)
        read_only(edges, strata, uniforms, thresholds)
        expected = codes.copy()
        naive_sample(expected, edges, strata, uniforms, order, thresholds)
        assert sampler.sample(codes, edges, strata, uniforms, order=order, thresholds=thresholds) is None
        np.testing.assert_array_equal(codes, expected)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("first", "base"), [(0, 3), (U31, 0)])
@pytest.mark.parametrize("uniform", [0, U31 - 1])
def test_certain_and_impossible_are_exact(backend, first, base, uniform):
    thresholds = np.full((2, 4, 3), first, dtype=np.uint32)
    codes = np.array([1] + [FREE] * 5, dtype=np.uint8)
    runs = np.array([0, 5], dtype=np.int64), np.zeros(1, dtype=np.int32)
    uniforms = np.full(5, uniform, dtype=np.uint32)
    registry().load(SAMPLER, backend).sample(codes, *runs, uniforms, order=1, thresholds=thresholds)
    assert codes.tolist() == [1] + [base] * 5
