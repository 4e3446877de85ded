"""The docstrings of the public functions say of every parameter what it means, in order, and what comes back."""

from __future__ import annotations

import inspect

import pytest

import gsynth

validation = pytest.importorskip("numpydoc.validate", reason="numpydoc comes with the extra docs: tox -e docs")

CHECKS = {
    # The text: summary first and of one line, no tabs, no double blank lines, sections known and in order.
    "GL03", "GL05", "GL06", "GL07", "GL08", "GL09", "SS01", "SS02", "SS03", "SS04", "SS05", "SS06",
    # Parameters: all of them, none that is not there, in the order of the signature, each with its meaning.
    "PR01", "PR02", "PR03", "PR05", "PR07", "PR10",
    # What comes back.
    "RT01", "RT02", "RT03", "YD01",
    # An example that PEP 8 would not mind; what it prints is checked elsewhere.
    "EX01", "EX04",
}  # fmt: skip

PUBLIC = [name for name in gsynth.__all__ if inspect.isroutine(getattr(gsynth, name)) or name == "use_genome"]


def test_there_are_public_functions():
    assert {"gsynth_train", "gsynth_sample", "gsynth_load"} <= set(PUBLIC)


@pytest.mark.parametrize("name", PUBLIC)
def test_numpydoc_finds_nothing(name):
    found = validation.validate(f"gsynth.{name}")["errors"]
    assert not [(code, problem) for code, problem in found if code in CHECKS]
