"""What the sdist and the wheel hold; ``tox -e wheel`` builds them and names their folder in GSYNTH_DIST."""

from __future__ import annotations

import os
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DIST = os.environ.get("GSYNTH_DIST")
built = pytest.mark.skipif(DIST is None, reason="GSYNTH_DIST names no folder with an sdist and a wheel: tox -e wheel")


def only(pattern: str) -> Path:
    (path,) = Path(str(DIST)).glob(pattern)
    return path


@pytest.fixture(scope="module")
def wheel() -> set[str]:
    with zipfile.ZipFile(only("*.whl")) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def sdist() -> set[str]:
    with tarfile.open(only("*.tar.gz")) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def sources(*folders: str) -> set[str]:
    return {str(path.relative_to(ROOT / root)) for root in folders for path in (ROOT / root).glob("gsynth*/**/*.py")}


@built
def test_wheel_has_every_module_and_nothing_else(wheel):
    modules = {name for name in wheel if name.endswith(".py")}
    assert modules == sources(".", "backends", "formats")
    tops = {name.split("/")[0] for name in wheel}
    assert {top for top in tops if not top.startswith("gsynth")} == set()


@built
def test_wheel_has_the_data(wheel):
    packages = {name.split("/")[0] for name in wheel if name.endswith("__init__.py")}
    assert {f"{package}/py.typed" for package in packages} <= wheel
    golden = {f"gsynth/testing/golden/{path.name}" for path in (ROOT / "gsynth/testing/golden").glob("*.yaml")}
    starters = {f"gsynth/testing/starters/{path.name}" for path in (ROOT / "gsynth/testing/starters").glob("*.in")}
    assert golden
    assert starters
    assert golden | starters <= wheel
    assert {"gsynth/data/fly300k.fa.gz", "gsynth/data/fly300k.repeats.bed", "gsynth/data/README.md"} <= wheel
    assert "gsynth/evaluation/report.html" in wheel
    assert [name for name in wheel if name.startswith("gsynth_cython/_kernels.") and name.endswith(".so")]
    assert "gsynth_cython/_kernels.pyi" in wheel
    assert not [name for name in wheel if name.endswith((".pyx", ".pxi", ".c"))]


@built
def test_sdist_can_be_built_and_tested(sdist):
    compiled = {str(path.relative_to(ROOT)) for path in (ROOT / "backends").rglob("_*.*")}
    compiled = {name for name in compiled if name.endswith((".pyx", ".pxi", ".h", ".pyi"))}
    assert compiled
    assert compiled <= sdist
    assert {"LICENSE", "README.md", "tox.ini", "pyproject.toml", "tests/architecture/test_imports.py"} <= sdist
    assert not [name for name in sdist if name.endswith((".so", ".pyc", "_kernels.c"))]
