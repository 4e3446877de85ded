"""The backends that can be used here: all that parity is asked of."""

import os

import pytest

from gsynth.plugins.registry import registry

USABLE = {(status.role, status.name) for status in registry().statuses() if status.usable}
BUILT_IN = [
    name
    for name in ("numpy", "numba", "cython")
    if {(role, name) for role in ("counter", "sampler", "scorer")} <= USABLE
]
"""Ours, here; that none is missing where it should not be is for the continuous integration script to see."""

# Numba's kernels as plain Python are held against the oracle, and are too slow for whole contigs.
LARGE = [name for name in BUILT_IN if name != "numba" or os.environ.get("NUMBA_DISABLE_JIT") != "1"]


def pytest_generate_tests(metafunc):
    if "backend" in metafunc.fixturenames:
        metafunc.parametrize("backend", BUILT_IN)


@pytest.fixture(scope="session")
def large_backends():
    return LARGE
