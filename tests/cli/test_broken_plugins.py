"""`gsynth plugins` names a broken plugin of every kind, and its distribution, and says what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import EntryPoint
from typing import Any

import pytest
from click.testing import Result

from gsynth.plugins import CONTRACT, CounterPlugin, GenomePlugin, SerializerPlugin, TrackPlugin, hookimpl
from gsynth.plugins.registry import Registry

Run = Callable[..., Result]


class Whole:
    """As much of every role as the registry looks at."""

    def count(self) -> None: ...
    def open(self) -> None: ...
    def save(self) -> None: ...
    def load(self) -> None: ...


def fails(error: BaseException) -> Callable[..., Any]:
    def call(*arguments: object) -> Any:
        raise error

    return call


def module(**hooks: Any) -> object:
    def hook(name: str, yielded: Any) -> Any:
        def function() -> Any:
            yield yielded() if callable(yielded) else yielded

        function.__name__ = name
        return staticmethod(hookimpl(function))

    return type("Module", (), {name: hook(name, yielded) for name, yielded in hooks.items()})()


def counter(load: Callable[[], Any], **more: Any) -> object:
    return module(gsynth_counters=CounterPlugin(**{"name": "abacus", "contract": CONTRACT, "load": load, **more}))


LEFT_OUT = "or leave it out: GSYNTH_BLOCK_PLUGINS=odd"
BROKEN: dict[str, tuple[object, str, str]] = {
    "no hook": (type("Empty", (), {})(), "it has no gsynth hook", LEFT_OUT),
    "misspelled hook": (module(gsynth_counter=None), "unknown hook", LEFT_OUT),
    "hook that raises": (module(gsynth_tracks=fails(KeyError("x"))), "gsynth_tracks() failed: KeyError: 'x'", LEFT_OUT),
    "no descriptor": (module(gsynth_genomes="g"), "yielded 'g', expected a GenomePlugin", LEFT_OUT),
    "wrong field": (
        module(gsynth_counters=lambda: CounterPlugin(name="", contract=2, load=Whole)), "name must be a str", LEFT_OUT,
    ),
    "import of the load": (
        counter(fails(ImportError("no abacus")), install_hint="buy one"), "no abacus; buy one", "buy",
    ),
    "import without a hint": (counter(fails(ImportError("no abacus"))), "no abacus", LEFT_OUT),
    "load that raises": (counter(fails(KeyError("x"))), "failed to load: KeyError: 'x'", LEFT_OUT),
    "load of a class": (counter(lambda: Whole), "expected a Counter", LEFT_OUT),
    "load of something else": (counter(object), "which lacks count; expected a Counter", LEFT_OUT),
    "older contract": (counter(Whole, contract=1), "was written for contract 1", "upgrade the plugin"),
    "newer contract": (counter(Whole, contract=CONTRACT + 1), "this gsynth has contract", "upgrade gsynth"),
    "genome's accepts": (
        module(gsynth_genomes=GenomePlugin(name="g", load=Whole, accepts=fails(KeyError("x")))),
        "accepts of genome 'g' (from odd-distribution) failed: KeyError: 'x'", LEFT_OUT,
    ),
    "track's accepts": (
        module(gsynth_tracks=TrackPlugin(name="t", load=Whole, accepts=lambda source: "yes")),
        "accepts of track 't' (from odd-distribution) gave str 'yes', expected True or False", LEFT_OUT,
    ),
    "sniff": (
        module(gsynth_serializers=SerializerPlugin(name="s", load=Whole, sniff=fails(ValueError("x")))),
        "sniff of serializer 's' (from odd-distribution) failed: ValueError: x", LEFT_OUT,
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_plugin_is_named_with_what_to_do(run: Run, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    odd, reason, remedy = BROKEN[kind]
    found = Registry()
    found.add(odd, "odd", "odd-distribution")
    monkeypatch.setattr("gsynth.plugins.registry.registry", lambda: found)
    (line,) = run("plugins").stdout.splitlines()[1:]
    assert line.split()[2] == "odd-distribution" or line.split()[:3] == ["?", "odd", "odd-distribution"]
    assert reason in line
    assert remedy in line
    said = json.loads(run("plugins", "--json").stdout)
    assert len(said["plugins"]) + len(said["broken"]) == 1
    assert not any(plugin["usable"] for plugin in said["plugins"])


def test_what_cannot_be_imported(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Registry.from_entry_points([EntryPoint("lost", "no_such_module_at_all", "gsynth")])
    monkeypatch.setattr("gsynth.plugins.registry.registry", lambda: found)
    (line,) = run("plugins").stdout.splitlines()[1:]
    assert "No module named 'no_such_module_at_all'; upgrade or uninstall" in line


def test_two_of_one_name(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Registry()
    for place in ("one", "two"):
        found.add(counter(Whole), place, f"{place}-distribution")
    monkeypatch.setattr("gsynth.plugins.registry.registry", lambda: found)
    lines = run("plugins").stdout.splitlines()[1:]
    assert len(lines) == 2
    assert all("from one-distribution and two-distribution: uninstall one of them" in line for line in lines)


def test_what_is_blocked(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GSYNTH_BLOCK_PLUGINS", "odd")
    found = Registry()
    found.add(counter(Whole), "odd", "odd-distribution")
    monkeypatch.setattr("gsynth.plugins.registry.registry", lambda: found)
    (line,) = run("plugins").stdout.splitlines()[1:]
    assert "take it out of GSYNTH_BLOCK_PLUGINS to use it" in line
