"""The starters of plugins: complete, lint-free, and green."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from gsynth.plugins.roles import ROLES

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_is_written(run: Run, folder: Path) -> None:
    done = run("new-plugin", "track", "my-own")
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert set(done.stdout.split()) == files == {
        f"gsynth-my-own/{place}"
        for place in (
            "pyproject.toml", "README.md", ".github/workflows/tests.yml", "src/gsynth_my_own/__init__.py",
            "src/gsynth_my_own/py.typed", "src/gsynth_my_own/plugin.py", "src/gsynth_my_own/track.py",
            "tests/test_conformance.py",
        )
    }  # fmt: skip
    project = tomllib.loads((folder / "gsynth-my-own/pyproject.toml").read_text())
    assert project["project"]["entry-points"]["gsynth"] == {"my-own": "gsynth_my_own.plugin"}
    assert "cd gsynth-my-own && python -m pip install -e '.[test]' && gsynth plugins && pytest" in done.stderr


def test_as_json_and_elsewhere(run: Run, folder: Path) -> None:
    found = json.loads(run("new-plugin", "genome", "g", "-o", "there", "--json").stdout)
    assert found["folder"] == "there"
    assert all((folder / "there" / name).is_file() for name in found["files"])


@pytest.mark.parametrize(
    ("role", "name", "message"),
    [
        ("backend", "x", "ROLE must be one of counter, sampler, scorer, serializer, genome, track, found 'backend'"),
        ("track", "My Track", "NAME must be lower-case letters, digits and hyphens, such as my-format"),
        ("track", "../x", "NAME must be lower-case"),
        ("counter", "auto", "not 'auto'; found 'auto'"),
        ("counter", "numpy", "a counter named 'numpy' is installed already"),
    ],
)
def test_refusals(run: Run, folder: Path, role: str, name: str, message: str) -> None:
    done = run("new-plugin", role, name, code=1)
    assert message in done.stderr
    assert not list(folder.iterdir())


def test_what_exists_is_left_alone(run: Run, folder: Path) -> None:
    (folder / "gsynth-x").mkdir()
    done = run("new-plugin", "track", "x", code=1)
    assert "gsynth-x exists: give another folder with -o" in done.stderr
    assert not list((folder / "gsynth-x").iterdir())


def test_starters_of_all_roles_pass_the_suite(run: Run, folder: Path) -> None:
    for role in ROLES:
        run("new-plugin", role, f"my-{role}")
    left = [path for path in folder.rglob("*") if path.is_file() and "@" in path.read_text().replace("@v", "")
            and path.suffix != ".py"]  # fmt: skip
    assert not left
    sources = os.pathsep.join(str(path) for path in folder.glob("*/src"))
    # Some tests of each class; the starters' own commands run all of them.
    some = "TestRegistered or golden or empty_block or three_dimensions or test_bases or expected or umask"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib", "-W", "error",
               "-k", some, *map(str, folder.glob("*/tests"))]  # fmt: skip
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": sources}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
