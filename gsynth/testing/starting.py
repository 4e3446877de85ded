"""Starters of plugins: a distribution with one plugin of a role, its tests and its workflow, green from nothing."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Final

from gsynth.errors import ArgumentError, OutputExistsError
from gsynth.plugins.contracts import CONTRACT
from gsynth.plugins.descriptors import AUTO
from gsynth.plugins.registry import registry
from gsynth.plugins.roles import ROLES

STARTERS: Final = tuple(ROLES)
"""The roles for which there is a starter: all of them."""

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST: Final = 40
_CLASSES: Final = {"counter": "MyCounter", "sampler": "MySampler", "scorer": "MyScorer"}


def start_plugin(role: str, name: str, folder: Path | None = None) -> list[Path]:
    """Write a starter, and return its files.

    Parameters
    ----------
    role : str
        One of `STARTERS`.
    name : str
        What a user types to choose the plugin: lower-case letters, digits and hyphens. The distribution is
        ``gsynth-NAME``.
    folder : Path, optional
        Where to write; it must not exist. By default ``gsynth-NAME`` in the working folder.

    Raises
    ------
    ArgumentError
        No such role, a name that cannot be used, or one that an installed plugin of the role has.
    OutputExistsError
        The folder exists.
    """
    if role not in STARTERS:
        raise ArgumentError(f"ROLE must be one of {', '.join(STARTERS)}, found {role!r}")
    _check_name(role, name)
    target = Path(f"gsynth-{name}") if folder is None else folder
    if target.exists() or target.is_symlink():
        raise OutputExistsError(f"{target} exists: give another folder with -o, or another NAME")
    texts = {place: _filled(_template(template), role, name) for place, template in _places(role, name).items()}
    for place, text in texts.items():
        (target / place).parent.mkdir(parents=True, exist_ok=True)
        (target / place).write_text(text, encoding="utf-8")
    return [target / place for place in texts]


def _check_name(role: str, name: str) -> None:
    if not _NAME.fullmatch(name) or len(name) > _LONGEST or name == AUTO:
        raise ArgumentError(
            f"NAME must be lower-case letters, digits and hyphens, such as my-format, not {AUTO!r}; found {name!r}"
        )
    if name in registry().names(ROLES[role]):
        raise ArgumentError(f"a {role} named {name!r} is installed already: two of one name could not be used")


def _places(role: str, name: str) -> dict[str, str]:
    """File of the starter -> its template; one without a template is empty."""
    package, kind = f"src/{_package(name)}", "kernel" if role in _CLASSES else role
    return {
        "pyproject.toml": "pyproject.toml",
        "README.md": "README.md",
        ".github/workflows/tests.yml": "tests.yml",
        f"{package}/__init__.py": "",
        f"{package}/py.typed": "",
        f"{package}/plugin.py": f"{kind}_plugin.py",
        f"{package}/{role}.py": f"{role}.py",
        "tests/test_conformance.py": f"{kind}_test.py",
    }


def _package(name: str) -> str:
    return f"gsynth_{name.replace('-', '_')}"


def _template(name: str) -> str:
    return files("gsynth.testing").joinpath("starters", f"{name}.in").read_text(encoding="utf-8") if name else ""


def _filled(template: str, role: str, name: str) -> str:
    words = {
        "NAME": name,
        "DIST": f"gsynth-{name}",
        "PACKAGE": _package(name),
        "ROLE": role,
        "CLASS": _CLASSES.get(role, ""),
        "DESCRIPTOR": ROLES[role].descriptor.__name__,
        "SUITE": f"{role.capitalize()}Conformance",
        "CONTRACT": str(CONTRACT),
    }
    for word, value in words.items():
        template = template.replace(f"@{word}@", value)
    return template
