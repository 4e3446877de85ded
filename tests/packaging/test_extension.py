"""What the extension is built from: a change to any of its files must build it anew."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_file_that_is_compiled_is_named():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["ext-modules"]
    (extension,) = settings
    named = {*extension["sources"], *extension["depends"]}
    folder = ROOT / "backends/gsynth_cython"
    written = {str(path.relative_to(ROOT)) for kind in ("pyx", "pxi", "h") for path in folder.glob(f"*.{kind}")}
    assert named == written


def test_the_module_needs_no_gil():
    """Its kernels keep no state, and say so to a free-threaded Python; without the word it would get a lock back."""
    text = (ROOT / "backends/gsynth_cython/_kernels.pyx").read_text()
    assert "# cython: freethreading_compatible=True" in text
    for path in (ROOT / "backends/gsynth_cython").glob("*.h"):
        lines = [line for line in path.read_text().splitlines() if line.startswith("static ") and "(" not in line]
        assert not [line for line in lines if "const" not in line], f"{path.name} keeps state"
    for path in (ROOT / "backends/gsynth_cython").glob("*.pxi"):
        kept = [line for line in path.read_text().splitlines() if line.startswith("cdef ") and " = " in line]
        assert not kept, f"{path.name} keeps state"
