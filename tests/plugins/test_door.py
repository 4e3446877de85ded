"""What plugins and the objects of users hand back is checked: an error that names them, never a wild read."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import warnings

import numpy as np
import pytest

import gsynth
from gsynth.errors import BrokenPluginError
from gsynth.genomes import open_genome
from gsynth.plugins import CounterPlugin, GenomePlugin, SamplerPlugin, TrackPlugin, hookimpl
from gsynth.plugins import backends as choice
from gsynth.plugins.registry import Registry, registry
from gsynth.plugins.roles import COUNTER, SAMPLER

# Without those that this environment is to lack: what they can do is asked before any test runs.
BACKENDS = [name for name in registry().names(COUNTER) if name not in os.environ.get("GSYNTH_TEST_WITHOUT", "").split()]
BASES = np.frombuffer(b"ACGTTGCAGG" * 3000, dtype=np.uint8)
GC = {"expr": "gc", "breaks": [0, 0.5, 1]}


class Mine:
    """A genome whose `fetch` hands back what `spoil` makes of the right answer."""

    def __init__(self, spoil, contigs=None):
        self.name, self.has_sequence = "mine", True
        self.contigs = {"c": BASES.size} if contigs is None else contigs
        self._spoil = spoil

    def fetch(self, contig, start, end):
        return self._spoil(BASES[start:end])


SPOILED = {
    "one too few": lambda bases: bases[:-1],
    "one too many": lambda bases: np.append(bases, np.uint8(65)),
    "nothing": lambda bases: bases[:0],
    "int8": lambda bases: bases.view(np.int8),
    "int64": lambda bases: bases.astype(np.int64),
    "strided": lambda bases: np.repeat(bases, 2)[::2],
    "two-dimensional": lambda bases: bases.reshape(1, -1),
    "bytes": lambda bases: bases.tobytes(),
    "list": lambda bases: bases.tolist(),
    "None": lambda bases: None,
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("dims", [[], [GC]], ids=["plain", "strata"])
@pytest.mark.parametrize("kind", SPOILED)
def test_a_genome_that_hands_back_something_else(backend, dims, kind):
    genome = Mine(SPOILED[kind])
    with pytest.raises(BrokenPluginError, match=r"Mine .*: fetch of c:\d+-\d+ gave .*, expected a contiguous uint8"):
        gsynth.train(*dims, genome=genome, k=3, iterator=100 if dims else None, backend=backend)
    model = gsynth.GsynthModel(k=1, counts=np.ones((1, 4, 4), dtype=np.uint64))
    with pytest.raises(BrokenPluginError, match="fetch of c"):
        gsynth.sample(model, genome=genome, seed=1, backend=backend)
    with pytest.raises(BrokenPluginError, match="fetch of c"):
        gsynth.replace_kmer("CG", "GC", genome=genome, backend=backend)


@pytest.mark.parametrize(
    "contigs", [[("c", 9)], {"c": "9"}, {"c": -1}, {"c": 2.0}, {7: 9}, {"c": True}, {"c": 2**63}], ids=repr
)
def test_a_genome_of_impossible_contigs(contigs):
    with pytest.raises(BrokenPluginError, match=r"genome of class .*Mine \(not from an installed distribution\)"):
        open_genome(Mine(lambda bases: bases, contigs))


def test_a_genome_that_raises_is_named():
    with pytest.raises(BrokenPluginError, match=r"Mine .* failed in fetch of c:0-\d+: ZeroDivisionError") as error:
        gsynth.train(genome=Mine(lambda bases: 1 / 0), k=2)
    assert isinstance(error.value.__cause__, ZeroDivisionError)
    with pytest.raises(OSError, match="the disk"):
        gsynth.train(genome=Mine(raising(OSError("the disk"))), k=2)


def raising(error):
    def spoil(bases):
        raise error

    return spoil


class MyTrack:
    """A track whose values are what `spoil` makes of zeros."""

    def __init__(self, spoil, flank=0):
        self.uses_sequence, self.flank, self._spoil = False, flank, spoil

    def window_values(self, contig, edges, sequence):
        return self._spoil(np.zeros(edges.size - 1))


TRACKS = {
    "one value": lambda values: values[:1],
    "a number": lambda values: 0.5,
    "too many": lambda values: np.append(values, 0.0),
    "float32": lambda values: values.astype(np.float32),
    "integers": lambda values: values.astype(np.int64),
    "list": lambda values: values.tolist(),
    "None": lambda values: None,
    "column": lambda values: values[:, None],
}


@pytest.mark.parametrize("kind", TRACKS)
@pytest.mark.parametrize("expr", ["mine", "mine + 1"])
@pytest.mark.parametrize("intervals", [None, [("c", 0, 300), ("c", 900, 1000)]], ids=["one", "many"])
def test_a_track_that_hands_back_something_else(kind, expr, intervals):
    with pytest.raises(
        BrokenPluginError, match=r"track of class .*MyTrack .*: window_values of c:\d+-\d+ gave .* float64"
    ):
        gsynth.train(
            {"expr": expr, "breaks": [0, 1, 2]}, genome={"c": BASES}, tracks={"mine": MyTrack(TRACKS[kind])},
            iterator=100, k=2, intervals=intervals,
        )  # fmt: skip


@pytest.mark.parametrize("flank", [-1, 0.5, None, True])
def test_a_track_of_an_impossible_flank(flank):
    with pytest.raises(BrokenPluginError, match="flank of track 'mine'"):
        gsynth.train(
            {"expr": "mine", "breaks": [0, 1]}, genome={"c": BASES}, k=2, iterator=100,
            tracks={"mine": MyTrack(lambda values: values, flank)},
        )  # fmt: skip


def test_a_track_function_that_raises_is_named_with_its_windows():
    def slope(contig, starts, ends):
        raise KeyError("c")

    with pytest.raises(ValueError, match=r"track function slope failed for the 300 windows of c:0-30000 .*KeyError"):
        gsynth.train({"expr": "mine", "breaks": [0, 1]}, genome={"c": BASES}, tracks={"mine": slope}, iterator=100, k=2)


# Backends: a healthy one, spoiled in one place.


class Spoiled:
    """A registered backend with one method replaced."""

    def __init__(self, inner, name, method):
        self._inner = inner
        for ability in ("count", "sample", "sample_stream", "encode", "decode", "compose", "replace"):
            if hasattr(inner, ability):
                setattr(self, ability, getattr(inner, ability))
        if name != "sample_stream" and hasattr(self, "sample_stream") and name == "sample":
            del self.sample_stream
        setattr(self, name, lambda *args, **more: method(getattr(inner, name), *args, **more))


@pytest.fixture
def use(monkeypatch):
    """Makes a spoiled counter or sampler the only one there is."""
    # Which may ask for one that is not there then.
    monkeypatch.delenv("GSYNTH_BACKEND", raising=False)

    def install(role, name, method, backend):
        spoiled = Spoiled(registry().load(role, backend), name, method)
        plugin = {COUNTER: CounterPlugin, SAMPLER: SamplerPlugin}[role]

        def hook():
            yield plugin(name="spoiled", load=lambda: spoiled, contract=2)

        hook.__name__ = role.hook
        found = Registry()
        found.add(type("Module", (), {role.hook: staticmethod(hookimpl(hook))})(), "spoiled", "strangers")
        monkeypatch.setattr(choice, "registry", lambda: found)

    return install


def returning(value):
    def call(method, *args, **more):
        method(*args, **more)
        return value(args) if callable(value) else value

    return call


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("value", [None, -1, 1.5, "3", True, 10**9], ids=repr)
def test_a_counter_that_returns_something_else(use, backend, value):
    use(COUNTER, "count", returning(value), backend)
    with pytest.raises(BrokenPluginError, match=r"count of \d+ windows, order 3 gave .*, expected how many windows"):
        gsynth.train(genome={"c": BASES}, k=3)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_counter_that_raises_is_named(use, backend):
    use(COUNTER, "count", lambda method, *args, **more: 1 / 0, backend)
    with pytest.raises(BrokenPluginError, match="failed in count of"):
        gsynth.train(genome={"c": BASES}, k=3)


def free_one(method, codes, *args, order, thresholds):
    method(codes, *args, order=order, thresholds=thresholds)
    codes[order + 7] = 255


def five(method, codes, *args, order, thresholds):
    method(codes, *args, order=order, thresholds=thresholds)
    codes[-1] = 5


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("method", "found"), [(free_one, "left a cell free .cell 7"), (five, "wrote the code 5")])
def test_a_sampler_that_leaves_something_else(use, backend, method, found):
    name = "sample_stream" if hasattr(registry().load(SAMPLER, backend), "sample_stream") else "sample"
    use(SAMPLER, name, method, backend)
    model = gsynth.GsynthModel(k=2, counts=np.ones((1, 16, 4), dtype=np.uint64))
    with pytest.raises(BrokenPluginError, match=found):
        gsynth.sample(model, genome={"c": 500}, seed=1)


@pytest.mark.parametrize("backend", [name for name in BACKENDS if hasattr(registry().load(COUNTER, name), "encode")])
def test_an_encoder_that_hands_back_something_else(use, backend):
    def wild(method, bases, out):
        out[:] = 200
        return 0

    use(COUNTER, "encode", wild, backend)
    with pytest.raises(BrokenPluginError, match=r"encode of \d+ bases gave the code 200, expected codes from 0 to 4"):
        gsynth.train(genome={"c": BASES}, k=3)


@pytest.mark.parametrize("backend", [name for name in BACKENDS if hasattr(registry().load(COUNTER, name), "compose")])
def test_a_composer_that_hands_back_something_else(use, backend):
    def wild(method, bases, edges, out):
        out[:] = 10**6

    use(COUNTER, "compose", wild, backend)
    with pytest.raises(BrokenPluginError, match=r"compose of \d+ windows"):
        gsynth.train(GC, genome={"c": BASES}, k=3, iterator=100)


# Choosing by the source.


def test_a_genome_plugin_whose_accepts_raises_stops_nobody(monkeypatch, caplog):
    def bad(source):
        raise RuntimeError("no idea")

    @hookimpl
    def gsynth_genomes():
        yield GenomePlugin(name="bad", load=lambda: None, priority=99, accepts=bad)

    @hookimpl
    def gsynth_tracks():
        yield TrackPlugin(name="bad", load=lambda: None, priority=99, accepts=bad)

    module = type(
        "Module", (), {"gsynth_genomes": staticmethod(gsynth_genomes), "gsynth_tracks": staticmethod(gsynth_tracks)}
    )
    found = Registry.from_entry_points(registry_entry_points())
    found.add(module(), "bad", "strangers")
    for place in ("gsynth.genomes.opening.registry", "gsynth.tracks.resolution.registry"):
        monkeypatch.setattr(place, lambda: found)
    with caplog.at_level(logging.WARNING, logger="gsynth.plugins"):
        model = gsynth.train(GC, genome={"c": BASES}, k=2, iterator=100)
    assert model.total_kmers
    assert "accepts of genome 'bad' (from strangers) failed: RuntimeError: no idea" in caplog.text
    with pytest.raises(ValueError, match=r"problem: accepts of genome 'bad' \(from strangers\)"):
        open_genome(__file__)


def registry_entry_points():
    from importlib.metadata import entry_points

    return entry_points(group="gsynth")


def test_a_fall_of_auto_is_told(monkeypatch):
    def missing():
        raise ImportError("no compiler")

    @hookimpl
    def gsynth_counters():
        yield CounterPlugin(name="fast", load=missing, priority=1000, contract=2)

    found = Registry.from_entry_points(registry_entry_points())
    found.add(type("Module", (), {"gsynth_counters": staticmethod(gsynth_counters)})(), "fast", "strangers")
    monkeypatch.setattr(choice, "registry", lambda: found)
    choice._warn.cache_clear()
    with pytest.warns(UserWarning, match="'auto' takes the counter .*\\n.*no compiler"):
        choice.load_counter("auto")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        choice.load_counter(None)
    choice._warn.cache_clear()


CRASH = """
import numpy as np, gsynth
class Short:
    name, contigs, has_sequence = "short", {"c": 300_000}, True
    def fetch(self, contig, start, end):
        return np.full(max(0, end - start - 100_000), 67, dtype=np.uint8)
try:
    gsynth.train({"expr": "gc", "breaks": [0, 0.5, 1]}, genome=Short(), k=5, iterator=200, backend=BACKEND)
except gsynth.GsynthError as error:
    print("refused:", error)
"""


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_short_fetch_ends_no_process(backend):
    code = CRASH.replace("BACKEND", repr(backend))
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("refused: genome of class __main__.Short")
