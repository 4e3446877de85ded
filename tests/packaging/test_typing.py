"""What a type checker sees of the package: every public name, short names too, and none that does not exist."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import gsynth

pytest.importorskip("mypy")


def checked(tmp_path: Path, code: str) -> str:
    (tmp_path / "code.py").write_text(code)
    root = Path(gsynth.__file__).parents[1]
    # mypy does not follow the hooks of an editable install; what is installed otherwise it finds by itself.
    where = {} if root.name == "site-packages" else {"MYPYPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "code.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **where},
    )
    return done.stdout


def test_a_type_checker_knows_the_public_names_and_no_others(tmp_path: Path) -> None:
    names = [*gsynth.__all__, *(name.removeprefix("gsynth_") for name in gsynth.__all__ if name.startswith("gsynth_"))]
    for name in names:
        assert hasattr(gsynth, name)
    uses = "\n".join(f"reveal_type(gsynth.{name})" for name in names)
    found = checked(tmp_path, f"import gsynth\n{uses}\ngsynth.trian\ngsynth.train(k='5')\n")
    assert sum(line.startswith("code.py") and " error: " in line for line in found.splitlines()) == 2, found
    assert 'has no attribute "trian"' in found
    assert '"k"' in found
    assert 'Revealed type is "Any"' not in found
