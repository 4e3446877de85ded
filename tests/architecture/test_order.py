"""The order of the rooms (ARCHITECTURE.md, "Order"): a module imports only what stands left of its own room."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE = ROOT / "gsynth"

ORDER = (
    {"errors"},
    {"alphabet", "randomness", "files"},
    {"plugins.contracts"},
    {"model"},
    {"plugins"},
    {"genomes"},
    {"intervals"},
    {"tracks"},
    {"strata"},
    {"outputs"},
    {"blocks"},
    {"typing"},
    {"training", "sampling", "randomising", "shuffling", "replacement", "scoring", "merging", "forbidding", "storage"},
    {"evaluation"},
    {"comparison", "selection"},
    {"demo", "plot"},
    {"testing"},
    {"cli"},
)
"""From left to right; the members of one set do not import one another."""

DOORS = {"gsynth", "gsynth.__main__"}
"""Outside the order: the package itself, which is imported before all, and names its public objects lazily."""

MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(CORE.rglob("*.py"))
}


def room_of(module: str) -> str:
    inner = module.removeprefix("gsynth.")
    return "plugins.contracts" if inner.startswith("plugins.contracts") else inner.split(".")[0]


def rank(module: str) -> int:
    ranks = [i for i, rooms in enumerate(ORDER) if room_of(module) in rooms]
    assert ranks, f"{module} is in no room of the order: add its room to ORDER and to ARCHITECTURE.md"
    return ranks[0]


def imports(path: Path) -> Iterator[str]:
    """The modules of gsynth that a file imports at run time, at any depth; not those for the type checker alone."""

    def visit(node: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: imports are absolute"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else str(node.module)
        for child in ast.iter_child_nodes(node):
            yield from visit(child)

    yield from (name for name in visit(ast.parse(path.read_text())) if name in MODULES and name not in DOORS)


INNER = sorted(set(MODULES) - DOORS)


def wrong_imports(module: str, path: Path) -> set[str]:
    """What a module, whose text is at `path`, imports and may not."""
    others = {other for other in imports(path) if room_of(other) != room_of(module)}
    return {other for other in others if rank(other) >= rank(module)}


@pytest.mark.parametrize("module", INNER)
def test_a_module_imports_only_what_stands_left_of_its_room(module):
    assert not wrong_imports(module, MODULES[module])


def test_every_room_of_the_order_exists():
    assert {room for rooms in ORDER for room in rooms} == {room_of(module) for module in INNER}


def circle(arrows: dict[str, set[str]]) -> list[str]:
    """The modules that import one another, and those that import them; none where all can be put in a line."""
    while leaves := {module for module, others in arrows.items() if not others}:
        arrows = {module: others - leaves for module, others in arrows.items() if module not in leaves}
    return sorted(arrows)


def test_no_circle_of_files():
    """Not within a room either. A package stands for its ``__init__``, which its own modules do not import."""
    assert not circle({module: set(imports(MODULES[module])) - {module} for module in INNER})


def test_an_import_to_the_right_is_seen(tmp_path):
    """What is looked for would be found: at the top, in a function, of a package's name; not for type checkers."""
    path = tmp_path / "made_up.py"
    path.write_text(
        "from typing import TYPE_CHECKING\n"
        "import numpy, gsynth.errors\n"
        "from gsynth.model import DimSpec\n"
        "if TYPE_CHECKING:\n"
        "    from gsynth.cli import main\n"
        "def late():\n"
        "    from gsynth import sampling\n"
        "    from gsynth.blocks.cores import usable_cores\n"
    )
    found = set(imports(path))
    assert found == {"gsynth.errors", "gsynth.model", "gsynth.sampling", "gsynth.blocks.cores"}
    # As a module of the room `intervals`: what stands right of it is seen, what stands left of it is allowed.
    assert wrong_imports("gsynth.intervals.made_up", path) == {"gsynth.sampling", "gsynth.blocks.cores"}
    assert not wrong_imports("gsynth.cli.made_up", path)
    # The members of one set do not import one another.
    assert wrong_imports("gsynth.replacement", path) == {"gsynth.sampling"}


def test_a_relative_import_is_refused(tmp_path):
    path = tmp_path / "made_up.py"
    path.write_text("from . import rows\n")
    with pytest.raises(AssertionError, match="imports are absolute"):
        list(imports(path))


def test_a_module_in_no_room_is_refused():
    with pytest.raises(AssertionError, match=r"gsynth\.utils is in no room"):
        rank("gsynth.utils")


def test_a_circle_is_seen():
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == ["a", "b", "c", "d"]
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []
