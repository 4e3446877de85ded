"""What three new users do in their first ten minutes, as scripts in `first_hour/`; each in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
SCRIPTS = HERE / "first_hour"
EXAMPLE = HERE.parent / "example_plugin"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A genome, its repeats and two peaks."""
    for name, source in (("genome.fa.gz", "fly300k.fa.gz"), ("repeats.bed", "fly300k.repeats.bed")):
        (tmp_path / name).write_bytes((files("gsynth") / "data" / source).read_bytes())
    (tmp_path / "peaks.bed").write_text("flyA\t1000\t1500\tpeak1\nflyB\t2000\t2600\tpeak2\n")
    return tmp_path


def typed(folder: Path, *words: object) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [*map(str, words)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_genomicist(folder: Path) -> None:
    typed(folder, "bash", SCRIPTS / "genomicist.sh")


def test_a_notebook_user(folder: Path) -> None:
    typed(folder, sys.executable, SCRIPTS / "notebook_user.py")


def test_a_plugin_author(tmp_path: Path) -> None:
    typed(tmp_path, "bash", SCRIPTS / "plugin_author.sh", EXAMPLE)
