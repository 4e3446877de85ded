"""What fuzzing found stays found, and every parser has seeds that it reads; see run.py for looking further."""

from __future__ import annotations

import importlib.util
import random
import sys
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent


def module(name: str) -> ModuleType:
    """A module of this folder, which is no package."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


TARGETS = module("targets")


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[bytes]]:
    return dict(TARGETS.seeds(tmp_path_factory.mktemp("seeds")))


def needs(target: str) -> None:
    if target == "rds":
        pytest.importorskip("rdata", reason="rdata reads .rds files")


@pytest.mark.parametrize("target", TARGETS.READERS)
def test_seeds_are_read(target: str, seeds: dict[str, list[bytes]], tmp_path: Path) -> None:
    needs(target)
    (tmp_path / "one").mkdir()
    assert seeds[target]
    assert TARGETS.try_bytes(target, seeds[target][0], tmp_path / "one")


@pytest.mark.parametrize("target", TARGETS.READERS)
def test_changed_seeds_end_in_our_own_errors(target: str, seeds: dict[str, list[bytes]], tmp_path: Path) -> None:
    needs(target)
    mutated = module("run").mutated
    rng = random.Random(3)
    for number in range(15):
        folder = tmp_path / str(number)
        folder.mkdir()
        TARGETS.try_bytes(target, mutated(rng.choice(seeds[target]), rng), folder)


@pytest.mark.parametrize("path", sorted(HERE.glob("findings/*/*")), ids=lambda path: f"{path.parent.name}-{path.name}")
def test_findings_stay_fixed(path: Path, tmp_path: Path) -> None:
    needs(path.parent.name)
    TARGETS.try_bytes(path.parent.name, path.read_bytes(), tmp_path)
