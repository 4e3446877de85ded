"""What the repository as a whole promises."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import tomllib
from importlib.metadata import distribution, version
from pathlib import Path
from typing import Any

import pytest

import gsynth
from gsynth.plugins import hookspecs
from gsynth.plugins.roles import ROLES

ROOT = Path(__file__).parents[2]
# Written in pieces, so that this file does not find itself.
MACHINE_PATHS = re.compile("|".join(f"/{folder}/" + "[A-Za-z0-9_.-]" for folder in ("work", "root", "home", "Users")))
TEXT = {
    ".py",
    ".pyx",
    ".pxi",
    ".pyi",
    ".md",
    ".toml",
    ".ini",
    ".yaml",
    ".yml",
    ".cff",
    ".cfg",
    ".txt",
    ".in",
    ".json",
    "",
}


def tracked() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def test_no_path_of_one_machine():
    found = []
    for path in tracked():
        if path.suffix in TEXT:
            text = path.read_text(encoding="utf-8")
            found += [f"{path.relative_to(ROOT)}: {match.group()}" for match in MACHINE_PATHS.finditer(text)]
    assert not found


def test_no_generated_file_is_tracked():
    names = {str(path.relative_to(ROOT)) for path in tracked()}
    assert not {name for name in names if name.endswith((".so", ".pyc", "_kernels.c", ".egg-info"))}


def test_the_package_under_test_is_the_installed_one():
    """From the checkout the folder gsynth/ lies near; without the built extension it would pass for the package."""
    direct = distribution("gsynth").read_text("direct_url.json")
    if direct and json.loads(direct).get("dir_info", {}).get("editable"):
        pytest.skip("an editable install: the source tree is the package")
    assert Path(gsynth.__file__).resolve() != ROOT / "gsynth/__init__.py"
    assert "site-packages" in gsynth.__file__


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_one_version():
    assert version("gsynth") == gsynth.__version__
    assert "version" in pyproject()["project"]["dynamic"]
    assert f"version: {gsynth.__version__}\n" in (ROOT / "CITATION.cff").read_text()
    assert f"## {gsynth.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def hooks() -> list[str]:
    return [name for name, _ in inspect.getmembers(hookspecs, inspect.isfunction) if name.startswith("gsynth_")]


def test_every_role_has_its_hook():
    assert sorted(hooks()) == sorted(f"gsynth_{role}s" for role in ROLES)


@pytest.mark.parametrize("hook", hooks())
def test_every_hook_is_documented(hook):
    assert inspect.getdoc(getattr(hookspecs, hook))
    pages = "".join(path.read_text() for path in (ROOT / "docs").rglob("*.md"))
    assert f"`{hook}`" in pages, f"no page in docs/ speaks of {hook}"
    assert f"`{hook}`" in (ROOT / "ARCHITECTURE.md").read_text()


def test_changelog_fragments_have_a_kind():
    kinds = {kind["directory"] for kind in pyproject()["tool"]["towncrier"]["type"]}
    for path in (ROOT / "changes").iterdir():
        assert path.name == "README.md" or path.suffixes[-2].lstrip(".") in kinds, path.name
