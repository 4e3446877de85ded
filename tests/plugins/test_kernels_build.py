"""The compiled kernels are the build that was asked for: tox builds them without what a processor may lack."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

from gsynth.plugins.registry import registry
from gsynth.plugins.roles import COUNTER

NATIVE = "wider" if platform.machine() == "x86_64" and sys.platform != "win32" else "scalar"


def test_the_build_is_the_one_that_was_asked_for():
    """GSYNTH_TEST_BUILD names it, and says "sanitized" where AddressSanitizer must watch."""
    registry().load(COUNTER, "cython")
    from gsynth_cython import _kernels

    asked = os.environ.get("GSYNTH_TEST_BUILD", NATIVE).split()
    assert _kernels.build() == (asked[0], "sanitized" in asked)


BEYOND = """
import numpy as np
from gsynth_cython import _kernels
_kernels.decode(np.zeros(1000, dtype=np.uint8), np.empty(999, dtype=np.uint8))
"""


def test_a_write_behind_an_array_is_seen():
    """Where the sanitizer is meant to watch, it does: a kernel is handed an array that is one byte short."""
    if "sanitized" not in os.environ.get("GSYNTH_TEST_BUILD", "").split():
        pytest.skip("the kernels are not built with a sanitizer: tox -e sanitize")
    ran = subprocess.run([sys.executable, "-c", BEYOND], check=False, capture_output=True, text=True)
    assert ran.returncode != 0
    assert "heap-buffer-overflow" in ran.stderr
    assert "gsynth_decode" in ran.stderr
