"""Whole jobs on real genome files; what they need is looked for in GSYNTH_TEST_DATA, or in shared/data beside."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

DATA = Path(os.environ.get("GSYNTH_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def data() -> Callable[[str], Path]:
    """Gives the path of a file of the test data, or skips."""

    def find(name: str) -> Path:
        if not (DATA / name).exists():
            pytest.skip(f"needs {name} of the test data (GSYNTH_TEST_DATA)")
        return DATA / name

    return find


@pytest.fixture(scope="session")
def linked(data: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Gives a link to a file of the test data, in a folder where indexes may be written."""
    folder = tmp_path_factory.mktemp("linked")

    def link(name: str) -> Path:
        path = folder / name
        if not path.exists():
            path.symlink_to(data(name))
        return path

    return link


@pytest.fixture(scope="session")
def command() -> Command:
    """Runs the command line in a process of its own."""

    def call(*args: object, folder: Path) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-m", "gsynth", *map(str, args)]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done

    return call
