"""Stretches of flags, rare and common, against a loop."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gsynth.blocks.reference import _lower_n
from gsynth.files.segments import runs_of
from gsynth.plugins.contracts import FREE


def _loop(flags: list[bool]) -> list[list[int]]:
    found: list[list[int]] = []
    for at, flag in enumerate(flags):
        if flag and found and found[-1][1] == at:
            found[-1][1] += 1
        elif flag:
            found.append([at, at + 1])
    return found


@given(st.integers(0, 2000), st.lists(st.tuples(st.integers(0, 1999), st.integers(1, 30)), max_size=6), st.booleans())
def testruns_of_flags(size: int, stretches: list[tuple[int, int]], turned: bool) -> None:
    flags = np.zeros(size, dtype=np.bool_)
    for start, length in stretches:
        flags[start : start + length] = True
    if turned:
        flags = ~flags
    assert runs_of(flags).tolist() == _loop(flags.tolist())


@pytest.mark.parametrize("share", [0, 1, 20, 700, 1000])
@pytest.mark.parametrize("letter", [b"N", b"n", b"r"])
def test_bases_kept_in_lower_case(share: int, letter: bytes) -> None:
    bases = np.frombuffer(b"ACGTacgtAG" * 100, dtype=np.uint8).copy()
    fixed = np.full(1000, FREE, dtype=np.uint8)
    bases[:share], fixed[:share] = ord(letter), 4
    found = _lower_n(bases, fixed)
    if letter == b"N" or share == 0:
        assert found is None
    else:
        assert found is not None
        assert found.tobytes() == b"n" * share + b"\0" * (1000 - share)
