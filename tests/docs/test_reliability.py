"""The page on files: each row names a test that exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = (
    "acceptance/test_reported_cases.py", "acceptance/test_hostile_files.py", "formats/test_metadata.py",
    "formats/test_hostile_gsm.py", "unit/test_bars_apart.py", "unit/test_atomic.py", "fuzz/test_findings.py",
)  # fmt: skip


def test_every_row_names_a_test_that_exists() -> None:
    rows = [line for line in (ROOT / "docs" / "reliability.md").read_text().splitlines() if line.startswith("| ")]
    named = [set(re.findall(r"`(test_\w+)`", line)) for line in rows if not line.endswith("| test |")]
    assert len(named) > 30
    assert all(named)
    trees = [ast.parse((ROOT / "tests" / module).read_text()) for module in MODULES]
    known = {node.name for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert set().union(*named) <= known
