from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import EntryPoint
from typing import Any

import pytest
from click.testing import Result

from gsynth.plugins import CONTRACT, CounterPlugin, hookimpl
from gsynth.plugins.registry import Registry, registry
from gsynth.plugins.roles import ROLES

Run = Callable[..., Result]


def _unavailable() -> Any:
    raise ImportError("no abacus here")


@hookimpl
def _counters() -> list[CounterPlugin]:
    return [CounterPlugin(name="abacus", contract=CONTRACT, load=_unavailable, install_hint="buy one")]


class Odd:
    """A plugin module."""

    gsynth_counters = staticmethod(_counters)


@pytest.fixture
def odd(monkeypatch: pytest.MonkeyPatch) -> None:
    """A registry of one plugin that cannot be used here, and one that cannot be imported."""
    found = Registry.from_entry_points([EntryPoint("lost", "no_such_module_at_all", "gsynth")])
    found.add(Odd(), "odd", "odd-distribution")
    monkeypatch.setattr("gsynth.plugins.registry.registry", lambda: found)


def test_every_plugin_is_listed(run: Run) -> None:
    found = json.loads(run("plugins", "--json").stdout)
    for role in ROLES:
        assert [p["name"] for p in found["plugins"] if p["role"] == role] == registry().names(ROLES[role])
    assert {p["name"] for p in found["plugins"] if p["usable"]} >= {"numpy", "gsm", "fasta", "gc"}
    text = run("plugins").stdout
    assert text.splitlines()[0].split()[:4] == ["role", "name", "distribution", "usable"]
    assert len(text.splitlines()) == 1 + len(found["plugins"]) + len(found["broken"])


@pytest.mark.usefixtures("odd")
def test_what_cannot_be_used_says_why(run: Run) -> None:
    first, second = run("plugins").stdout.splitlines()[1:]
    assert first.split()[:4] == ["counter", "abacus", "odd-distribution", "no"]
    assert "no abacus here; buy one" in first
    assert "lost" in second
    assert "no_such_module_at_all" in second
    found = json.loads(run("plugins", "--json").stdout)
    assert not found["plugins"][0]["usable"]
    assert found["broken"][0]["entry_point"] == "lost"
