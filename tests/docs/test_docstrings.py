"""The examples in docstrings run and print what they say; public names have one."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil

import pytest

import gsynth

MODULES = sorted(
    module.name for module in pkgutil.walk_packages(gsynth.__path__, "gsynth.") if not module.name.endswith("__main__")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    if ".testing." in name:
        pytest.skip("the examples of the conformance suite are for a reader's own classes")
    found = doctest.testmod(importlib.import_module(name))
    assert found.failed == 0


@pytest.mark.parametrize("name", [name for name in gsynth.__all__ if name.startswith(("gsynth_", "use_"))])
def test_a_public_function_has_a_complete_docstring(name):
    public = getattr(gsynth, name)
    text = inspect.getdoc(public)
    assert text
    assert "Examples\n--------" in text
    listed = [parameter.lstrip("*") for parameter in inspect.signature(public).parameters]
    assert not [parameter for parameter in listed if parameter not in text]
