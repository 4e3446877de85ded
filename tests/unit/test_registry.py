import importlib.metadata
import re
import sys

import pytest

from gsynth.errors import (
    BrokenPluginError,
    PluginConflictError,
    UnavailablePluginError,
    UnknownPluginError,
)
from gsynth.plugins import CONTRACT, CounterPlugin, GenomePlugin, SerializerPlugin, TrackPlugin, hookimpl
from gsynth.plugins.registry import Registry
from gsynth.plugins.roles import COUNTER, ROLES


class Dist:
    def __init__(self, name):
        self.name = name


class EntryPoint:
    """An entry point whose module is given, not imported."""

    def __init__(self, name, module, dist="one"):
        self.name, self.value, self.dist, self._module = name, f"{name}.plugin", Dist(dist), module

    def load(self):
        if isinstance(self._module, Exception):
            raise self._module
        return self._module


class Module:
    def __init__(self, **hooks):
        for name, function in hooks.items():
            setattr(self, name, hookimpl(function))


def fails(error):
    def load():
        raise error

    return load


def counters(*descriptors):
    def gsynth_counters():
        yield from descriptors

    return Module(gsynth_counters=gsynth_counters)


def counter_plugin(name, load, contract=CONTRACT, **fields):
    return CounterPlugin(name=name, load=load, contract=contract, **fields)


class Abacus:
    """As much of a counter as the registry looks at."""

    def count(self, codes, edges, strata, *, order, out):
        return 0


THE_GOOD_ONE = Abacus()
GOOD = counter_plugin("good", load=lambda: THE_GOOD_ONE, priority=1)


def registry(*entry_points):
    return Registry.from_entry_points(entry_points)


def test_loads_once_what_is_named():
    calls = []
    r = registry(EntryPoint("a", counters(counter_plugin("once", load=lambda: calls.append(1) or THE_GOOD_ONE))))
    assert r.load(COUNTER, "once") is r.load(COUNTER, "once") is THE_GOOD_ONE
    assert calls == [1]


def test_unknown_lists_names_suggests_and_tells_of_broken_ones():
    r = registry(EntryPoint("a", counters(GOOD)), EntryPoint("b", ImportError("no module named zzz")))
    with pytest.raises(UnknownPluginError) as error:
        r.load(COUNTER, "goood")
    assert isinstance(error.value, LookupError)
    message = str(error.value)
    assert "installed: good" in message
    assert "did you mean 'good'?" in message
    assert "no module named zzz" in message


def test_unavailable_says_why_and_what_to_install():
    missing = counter_plugin("missing", load=fails(ImportError("no numba")), install_hint="pip install numba")
    r = registry(EntryPoint("a", counters(missing, GOOD)))
    with pytest.raises(UnavailablePluginError, match=r"no numba.*pip install numba") as error:
        r.load(COUNTER, "missing")
    assert isinstance(error.value, ImportError)
    assert r.auto(COUNTER)[0] == "good"


def test_conflict_names_both_distributions_and_leaves_the_rest():
    twin = counter_plugin("twin", load=lambda: 1, priority=99)
    r = registry(EntryPoint("a", counters(twin, GOOD), "left"), EntryPoint("b", counters(twin), "right"))
    with pytest.raises(PluginConflictError, match="left and right") as error:
        r.load(COUNTER, "twin")
    assert isinstance(error.value, ValueError)
    assert r.auto(COUNTER)[0] == "good"


def test_broken_load_is_not_an_import_problem():
    r = registry(EntryPoint("a", counters(counter_plugin("bad", load=fails(ZeroDivisionError("oops"))), GOOD)))
    with pytest.raises(BrokenPluginError, match="ZeroDivisionError: oops") as error:
        r.load(COUNTER, "bad")
    assert isinstance(error.value, RuntimeError)
    assert r.auto(COUNTER)[0] == "good"


def test_an_older_contract_is_refused_with_what_to_change():
    older = counter_plugin("older", load=Abacus, contract=CONTRACT - 1)
    r = registry(EntryPoint("a", counters(older, GOOD)))
    with pytest.raises(UnavailablePluginError, match=rf"contract {CONTRACT - 1}, this gsynth needs .*contract\.md"):
        r.load(COUNTER, "older")


@pytest.mark.parametrize(
    ("load", "found"),
    [(lambda: 7, "7, which lacks count"), (lambda: Abacus, "the class .*Abacus"), (lambda: None, "None, which lacks")],
)
def test_what_lacks_the_methods_of_its_role_is_not_usable(load, found):
    r = registry(EntryPoint("a", counters(counter_plugin("odd", load=load)), "strangers"))
    with pytest.raises(BrokenPluginError, match=f"'odd' \\(from strangers\\): its load gave {found}"):
        r.load(COUNTER, "odd")
    (status,) = r.statuses()
    assert not status.usable
    assert "expected a Counter" in status.reason


def test_a_module_without_a_hook_is_listed():
    class Unmarked:
        def gsynth_counters(self):
            return []

    r = registry(EntryPoint("a", Unmarked(), "strangers"))
    assert "has no gsynth hook; it has gsynth_counters, not marked" in r.broken[0].reason
    assert "has no gsynth hook" in registry(EntryPoint("b", Module())).broken[0].reason


def test_a_kernel_plugin_must_say_its_contract():
    def unsaid():
        yield CounterPlugin(name="old", load=Abacus)

    r = registry(EntryPoint("a", Module(gsynth_counters=unsaid)))
    assert "contract" in r.broken[0].reason


def test_blocked_plugins_stay_out_and_are_listed(monkeypatch):
    monkeypatch.setenv("GSYNTH_BLOCK_PLUGINS", "a, other")
    r = registry(EntryPoint("a", counters(GOOD)), EntryPoint("b", counters(counter_plugin("fine", load=Abacus))))
    assert r.names(COUNTER) == ["fine"]
    assert r.broken[0].entry_point == "a"
    assert "blocked" in r.broken[0].reason


def test_hook_calls_can_be_traced(monkeypatch, caplog):
    monkeypatch.setenv("GSYNTH_TRACE_PLUGINS", "1")
    with caplog.at_level("DEBUG", logger="gsynth.plugins"):
        registry(EntryPoint("a", counters(GOOD)))
    assert "gsynth_counters [hook]" in caplog.text


def test_plugins_are_blocked_by_their_distribution(monkeypatch):
    monkeypatch.setenv("GSYNTH_BLOCK_PLUGINS", "left")
    twin = counters(counter_plugin("twin", load=lambda: THE_GOOD_ONE))
    r = registry(EntryPoint("a", twin, "left"), EntryPoint("a", counters(counter_plugin("twin", load=Abacus)), "right"))
    assert isinstance(r.load(COUNTER, "twin"), Abacus)
    assert [(plugin.entry_point, plugin.distribution) for plugin in r.broken] == [("a", "left")]


def test_a_misspelled_block_is_warned_about(monkeypatch, caplog):
    monkeypatch.setenv("GSYNTH_BLOCK_PLUGINS", "abacsu")
    registry(EntryPoint("abacus", counters(GOOD)))
    assert "GSYNTH_BLOCK_PLUGINS names 'abacsu', but no plugin has that name; did you mean 'abacus'?" in caplog.text


@pytest.mark.parametrize("block", ["unregister", "set_blocked"])
def test_what_pluggy_takes_out_is_gone_at_once(block):
    module = counters(GOOD)
    r = registry(EntryPoint("a", module), EntryPoint("b", counters(counter_plugin("fine", load=Abacus))))
    assert r.load(COUNTER, "good") is THE_GOOD_ONE
    assert r.manager.get_plugin("a") is module
    getattr(r.manager, block)(name="a")
    assert r.names(COUNTER) == ["fine"]
    with pytest.raises(UnknownPluginError, match="installed: fine"):
        r.load(COUNTER, "good")
    assert [status.name for status in r.statuses()] == ["fine"]


def test_another_module_may_have_the_name_of_one_that_was_unregistered():
    r = registry(EntryPoint("a", counters(GOOD)))
    assert r.load(COUNTER, "good") is THE_GOOD_ONE
    r.manager.unregister(name="a")
    other = Abacus()
    r.add(counters(counter_plugin("good", load=lambda: other)), "a", "two")
    assert r.load(COUNTER, "good") is other
    assert [entry.distribution for entry in r.ranked(COUNTER)] == ["two"]


def test_one_module_under_two_names_is_taken_once():
    module = counters(GOOD)
    r = registry(EntryPoint("a", module), EntryPoint("b", module))
    assert r.names(COUNTER) == ["good"]
    assert [plugin.entry_point for plugin in r.broken] == ["b"]
    assert r.load(COUNTER, "good") is THE_GOOD_ONE


def test_a_plugin_that_ends_the_process_does_not(monkeypatch):
    def leaves():
        sys.exit(3)

    class Leaving(EntryPoint):
        def load(self):
            sys.exit(3)

    r = registry(
        EntryPoint("a", Module(gsynth_counters=leaves)),
        Leaving("b", None),
        EntryPoint("c", counters(counter_plugin("leaves", load=leaves), GOOD)),
    )
    assert sorted(plugin.entry_point for plugin in r.broken) == ["a", "b"]
    with pytest.raises(BrokenPluginError, match=r"'leaves' .* failed to load: SystemExit: 3"):
        r.load(COUNTER, "leaves")
    assert r.auto(COUNTER)[0] == "good"


def test_what_is_left_out_is_logged(caplog):
    registry(EntryPoint("a", ImportError("no module named zzz"), "elsewhere"))
    assert "skipped a plugin: a (from elsewhere): ImportError: no module named zzz" in caplog.text


class Fussy:
    """Its attributes raise."""

    @property
    def count(self):
        raise RuntimeError("not now")

    def __repr__(self):
        raise RuntimeError("not even this")


def test_what_cannot_be_looked_at_is_broken():
    r = registry(EntryPoint("a", counters(counter_plugin("fussy", load=Fussy), counter_plugin("none", load=object))))
    with pytest.raises(BrokenPluginError, match=r"'fussy' .*attributes fail: RuntimeError: not now"):
        r.load(COUNTER, "fussy")


FIELDS = [
    (CounterPlugin, {"name": 7}, r"name=7\): name must be a str"),
    (CounterPlugin, {"name": ""}, r"name must be a str, not empty"),
    (CounterPlugin, {"name": "auto"}, r"not 'auto', found 'auto'"),
    (CounterPlugin, {"load": None}, r"CounterPlugin\(name='x'\): load must be callable, found None"),
    (CounterPlugin, {"priority": "high"}, r"priority must be a whole number, found 'high'"),
    (CounterPlugin, {"priority": True}, r"priority must be a whole number, found True"),
    (CounterPlugin, {"contract": 2.0}, r"contract must be a whole number, found 2\.0"),
    (CounterPlugin, {"summary": None}, r"summary must be a str, found None"),
    (SerializerPlugin, {"sniff": None}, r"sniff must be callable"),
    (SerializerPlugin, {"suffixes": ".x"}, r"suffixes must be a tuple of lower-case suffixes"),
    (SerializerPlugin, {"suffixes": [".x"]}, r"suffixes must be a tuple"),
    (SerializerPlugin, {"suffixes": ("x",)}, r"suffixes must be .* each with its dot, found \('x',\)"),
    (SerializerPlugin, {"can_save": "no"}, r"can_save must be True or False, found 'no'"),
    (GenomePlugin, {"accepts": None}, r"accepts must be callable"),
    (TrackPlugin, {"accepts": "x"}, r"accepts must be callable"),
]


@pytest.mark.parametrize(("kind", "wrong", "message"), FIELDS)
def test_a_wrong_field_of_a_descriptor_is_named(kind, wrong, message):
    fields = {"name": "x", "load": Abacus}
    if kind is CounterPlugin:
        fields["contract"] = CONTRACT
    elif kind is SerializerPlugin:
        fields["sniff"] = bool
    (hook,) = [role.hook for role in ROLES.values() if role.descriptor is kind]
    assert not registry(EntryPoint("a", Module(**{hook: lambda: [kind(**fields)]}))).broken
    r = registry(EntryPoint("a", Module(**{hook: lambda: [kind(**(fields | wrong))]}), "elsewhere"))
    assert re.search(message, r.broken[0].reason)
    assert r.broken[0].distribution == "elsewhere"


def test_two_entry_points_of_one_name_are_both_there():
    r = registry(
        EntryPoint("a", counters(GOOD), "left"), EntryPoint("a", counters(counter_plugin("fine", load=Abacus)), "right")
    )
    assert sorted(r.names(COUNTER)) == ["fine", "good"]
    assert not r.broken


def test_a_newer_contract_is_refused():
    newer = counter_plugin("newer", load=lambda: 1, contract=CONTRACT + 1)
    r = registry(EntryPoint("a", counters(newer, GOOD)))
    with pytest.raises(UnavailablePluginError, match=rf"contract {CONTRACT + 1}.*upgrade gsynth"):
        r.load(COUNTER, "newer")


@pytest.mark.parametrize(
    ("module", "reason"),
    [
        (ImportError("cannot import"), "cannot import"),
        (SyntaxError("bad syntax"), "bad syntax"),
        (Module(gsynth_countres=lambda: []), "gsynth_countres"),  # noqa: PIE807  # a hook is a function
        (Module(gsynth_counters=lambda: 1 / 0), "ZeroDivisionError"),
        (Module(gsynth_counters=lambda: ["cython"]), "expected a CounterPlugin"),
    ],
)
def test_a_broken_plugin_breaks_nothing_and_does_not_hide(module, reason):
    r = registry(EntryPoint("a", module, "strangers"), EntryPoint("b", counters(GOOD)))
    assert [b.distribution for b in r.broken] == ["strangers"]
    assert reason in r.broken[0].reason
    assert r.load(COUNTER, "good") is THE_GOOD_ONE


def test_no_usable_plugin_lists_every_reason():
    missing = counter_plugin("missing", load=fails(ImportError("no numba")))
    with pytest.raises(UnavailablePluginError, match="no numba"):
        registry(EntryPoint("a", counters(missing))).auto(COUNTER)
    with pytest.raises(UnavailablePluginError, match="none is installed"):
        registry().auto(COUNTER)


def test_statuses_tell_role_distribution_and_reason():
    missing = counter_plugin("missing", load=fails(ImportError("no numba")))
    r = registry(EntryPoint("a", counters(missing, GOOD), "d"))
    statuses = {s.name: s for s in r.statuses()}
    assert statuses["good"].usable
    assert statuses["good"].distribution == "d"
    assert not statuses["missing"].usable
    assert "no numba" in statuses["missing"].reason


def test_our_own_plugins_come_in_through_entry_points():
    ours = {ep.name for ep in importlib.metadata.entry_points(group="gsynth")}
    assert {"numpy", "numba", "cython", "gsm", "pickle", "genomes", "tracks"} <= ours
