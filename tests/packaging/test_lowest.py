"""The lowest versions that tox -e minimal installs are the ones that pyproject.toml declares."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_lowest_versions_are_the_declared_ones():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    lowest = {f"{name}=={version}" for name, version in (re.match(r"([\w-]+)>=([\w.]+)", d).groups() for d in declared)}
    pinned = (ROOT / "tests/packaging/lowest.txt").read_text().splitlines()
    assert {line for line in pinned if line and not line.startswith("#")} == lowest
