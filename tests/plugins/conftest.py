"""Plugins and objects that are healthy, spoiled in one place."""

from __future__ import annotations

import pytest

from gsynth.plugins import CounterPlugin, SamplerPlugin, ScorerPlugin, hookimpl
from gsynth.plugins import backends as choice
from gsynth.plugins.registry import Registry, registry
from gsynth.plugins.roles import COUNTER, SAMPLER, SCORER

ABILITIES = ("count", "sample", "sample_stream", "score", "encode", "decode", "compose", "replace")


class Spoiled:
    """A registered backend with one method replaced."""

    def __init__(self, inner, name, method):
        for ability in ABILITIES:
            if hasattr(inner, ability):
                setattr(self, ability, getattr(inner, ability))
        if name == "sample" and hasattr(self, "sample_stream"):
            del self.sample_stream
        setattr(self, name, lambda *args, **more: method(getattr(inner, name), *args, **more))


def module(**hooks):
    """A plugin module with these hooks, each yielding one descriptor."""

    def hook(name, descriptor):
        def function():
            yield descriptor

        function.__name__ = name
        return staticmethod(hookimpl(function))

    return type("Module", (), {name: hook(name, descriptor) for name, descriptor in hooks.items()})()


@pytest.fixture
def use(monkeypatch):
    """Makes a spoiled counter, sampler or scorer the only one there is."""
    # Which may ask for one that is not there then.
    monkeypatch.delenv("GSYNTH_BACKEND", raising=False)

    def install(role, name, method, backend):
        spoiled = Spoiled(registry().load(role, backend), name, method)
        plugin = {COUNTER: CounterPlugin, SAMPLER: SamplerPlugin, SCORER: ScorerPlugin}[role]
        found = Registry()
        found.add(
            module(**{role.hook: plugin(name="spoiled", load=lambda: spoiled, contract=2)}), "spoiled", "elsewhere"
        )
        monkeypatch.setattr(choice, "registry", lambda: found)

    return install


@pytest.fixture
def beside():
    """Puts plugins beside the installed ones, for one test."""
    installed = registry()
    broken, added = list(installed.broken), []

    def add(name="added", **hooks):
        installed.add(module(**hooks), name, "elsewhere")
        added.append(name)
        return installed

    yield add
    for name in added:
        installed.manager.unregister(name=name)
    installed.broken[:] = broken
