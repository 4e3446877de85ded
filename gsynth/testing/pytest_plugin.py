"""Options of the conformance suite, for any pytest run; imports nothing heavy, because every pytest loads it."""

from __future__ import annotations

from typing import Any, Final

import pytest

ROLES: Final = {
    "counter": "NAME of a registered counter",
    "sampler": "NAME of a registered sampler",
    "scorer": "NAME of a registered scorer",
    "serializer": "NAME of a registered model file format",
    "genome": "SOURCE of a genome: a path that a registered genome plugin accepts",
    "track": "SOURCE of a track: a path or name that a registered track plugin accepts; tested on the first "
    "--gsynth-genome",
}
"""Role -> what its option takes."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--gsynth-counter`` and the others."""
    group = parser.getgroup("gsynth", "gsynth conformance suite (pytest --pyargs gsynth.testing.suite)")
    for role, takes in ROLES.items():
        metavar, _, meaning = takes.partition(" ")
        group.addoption(
            f"--gsynth-{role}",
            action="append",
            default=[],
            metavar=metavar,
            help=f"test this {role} ({metavar} {meaning}); may be given several times; without any of these options "
            "every registered plugin is tested",
        )


def asked(config: pytest.Config) -> dict[str, list[str]]:
    """The names given by the options, role by role; empty if none was given."""
    given = {role: list(config.getoption(f"--gsynth-{role}", default=[])) for role in ROLES}
    return given if any(given.values()) else {}


def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: Any) -> list[pytest.Item] | None:
    """Leave out the suite's classes for roles that no option names."""
    role = getattr(obj, "gsynth_suite_role", None)
    wanted = asked(collector.config)
    if role is None or not wanted or role == "any" or wanted[role]:
        # None leaves the collecting to pytest, an empty list collects nothing.
        return None
    return []
