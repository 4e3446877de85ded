"""Quantiles of values that are counted block by block: those of NumPy, to the last bit, in bounded memory."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gsynth.strata import quantiles
from gsynth.strata.quantiles import keys_of, spread_of, values_of

EDGES = np.linspace(0, 1, 11)


def measured(values, block=97):
    """What hands out `values` block by block, and how often it did."""
    passes = []

    def measure(take):
        passes.append(1)
        for start in range(0, len(values), block):
            take(values[start : start + block])

    return measure, passes


def found(values, fractions=EDGES):
    measure, passes = measured(values)
    return quantiles.quantiles(spread_of(measure), measure, fractions), len(passes)


def kinds() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(8)
    normal = rng.normal(size=5000)
    odd = normal.copy()
    odd[::7], odd[::11], odd[::13] = np.nan, np.inf, -np.inf
    return {
        "continuous": normal,
        "ties": rng.integers(-3, 4, 5000) / 7.0,
        "half of it one value": np.where(rng.random(5000) < 0.5, 0.25, normal),
        "not finite": odd,
        "huge and tiny": normal * 10.0 ** rng.integers(-300, 300, 5000),
        "close together": 1 + np.arange(5000) * 2.0**-52,
        "denormal": rng.integers(-50, 50, 5000) * 5e-324,
        "zeros of both signs": np.where(rng.random(5000) < 0.5, 0.0, -0.0),
        "one": np.array([3.5]),
        "two": np.array([-1e308, 1e308]),
    }


@pytest.mark.parametrize("room", [4, 64, 1000, quantiles._ROOM])
@pytest.mark.parametrize("kind", kinds())
def test_as_numpy_does_it(monkeypatch, kind, room):
    monkeypatch.setattr(quantiles, "_ROOM", room)
    values = kinds()[kind]
    with np.errstate(all="ignore"):
        expected = np.quantile(values[np.isfinite(values)], EDGES)
        result, passes = found(values)
    np.testing.assert_array_equal(result, expected)
    assert passes == 1 if room > 5000 or (kind == "ties" and room >= 64) else passes < 20


@settings(deadline=None, max_examples=200)
@given(
    values=st.lists(st.floats(), min_size=1, max_size=60).filter(lambda values: bool(np.isfinite(values).any())),
    room=st.integers(1, 80),
    bins=st.integers(1, 12),
)
def test_any_values(values, room, bins):
    values, fractions = np.array(values), np.linspace(0, 1, bins + 1)
    with pytest.MonkeyPatch.context() as patched, np.errstate(all="ignore"):
        patched.setattr(quantiles, "_ROOM", room)
        result, _ = found(values, fractions)
        np.testing.assert_array_equal(result, np.quantile(values[np.isfinite(values)], fractions))


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False)))
def test_keys_have_the_order_of_values(values):
    values = np.array(values)
    np.testing.assert_array_equal(values_of(keys_of(values)), values)
    np.testing.assert_array_equal(np.sort(keys_of(values)), keys_of(np.sort(values)))


def test_memory_does_not_grow_with_the_number_of_values(monkeypatch):
    monkeypatch.setattr(quantiles, "_ROOM", 20_000)

    def measure(take):
        rng = np.random.default_rng(4)
        for _ in range(200):
            take(rng.normal(size=10_000))

    tracemalloc.start()
    quantiles.quantiles(spread_of(measure), measure, EDGES)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # Two million values alone would take 16 MB.
    assert peak < 6_000_000
