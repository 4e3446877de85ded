"""A module answers one question and a function does one thing: what is large is split."""

from __future__ import annotations

import ast
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    path
    for folder in ("gsynth", "backends", "formats")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".py", ".pyx", ".pxi", ".h"} and not path.name.startswith("__init__")
)

TYPICAL_MODULE, LARGEST_MODULE = 120, 400
LARGE_FUNCTION = 25
"""Lines that nine functions of ten must not exceed, the docstring left out."""


def lines_of(path: Path) -> int:
    return len(path.read_text().splitlines())


def function_sizes(text: str) -> list[int]:
    """The lines of each function and method from its ``def`` on, without its docstring; nested ones too."""
    sizes = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            first = node.body[0]
            said = ast.get_docstring(node) is not None
            docstring = (first.end_lineno or first.lineno) - first.lineno + 1 if said else 0
            sizes.append(node.end_lineno - node.lineno + 1 - docstring)
    return sizes


def test_modules_are_small():
    sizes = {str(path.relative_to(ROOT)): lines_of(path) for path in MODULES}
    assert len(sizes) > 150
    assert median(sizes.values()) <= TYPICAL_MODULE
    assert not [name for name, size in sizes.items() if size > LARGEST_MODULE]


def test_functions_are_small():
    sizes = [size for path in MODULES if path.suffix == ".py" for size in function_sizes(path.read_text())]
    assert len(sizes) > 1000
    assert quantiles(sizes, n=10)[-1] <= LARGE_FUNCTION


def test_a_function_is_measured_without_its_docstring():
    nested = "class A:\n    def f(\n        self,\n    ):\n" + '        """One\n\n        two."""\n        return 1\n'
    text = f"{nested}\ndef g(): 0\n"
    assert sorted(function_sizes(text)) == [1, 4]
