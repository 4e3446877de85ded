"""What counters and samplers hand back is checked, whatever the backend: an error that names them, and no crash."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

import gsynth
from gsynth.errors import BrokenPluginError
from gsynth.plugins.registry import registry
from gsynth.plugins.roles import COUNTER, SAMPLER

# Without those that this environment is to lack: what they can do is asked before any test runs.
BACKENDS = [name for name in registry().names(COUNTER) if name not in os.environ.get("GSYNTH_TEST_WITHOUT", "").split()]
BASES = np.frombuffer(b"ACGTTGCAGG" * 3000, dtype=np.uint8)
GC = {"expr": "gc", "breaks": [0, 0.5, 1]}
MODEL = gsynth.GsynthModel(k=2, counts=np.ones((1, 16, 4), dtype=np.uint64))


def able(role, ability):
    return [name for name in BACKENDS if hasattr(registry().load(role, name), ability)]


def returning(value):
    def call(method, *args, **more):
        method(*args, **more)
        return value(args) if callable(value) else value

    return call


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("value", [None, -1, 1.5, "3", True, 10**9], ids=repr)
def test_a_counter_that_returns_something_else(use, backend, value):
    use(COUNTER, "count", returning(value), backend)
    message = (
        r"^counter 'spoiled' \(from elsewhere\): count of 29997 windows, order 3 gave .*, expected how .*c:0-29997\]$"
    )
    with pytest.raises(BrokenPluginError, match=message):
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
    with pytest.raises(
        BrokenPluginError, match=rf"^sampler 'spoiled' \(from elsewhere\): {name} .*{found}.*c:0-500\]$"
    ):
        gsynth.sample(MODEL, genome={"c": 500}, seed=1)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_sampler_that_hands_back_its_codes(use, backend):
    def returns(method, codes, *args, order, thresholds):
        filled = codes.copy()
        method(filled, *args, order=order, thresholds=thresholds)
        return filled

    use(SAMPLER, "sample", returns, backend)
    with pytest.raises(BrokenPluginError, match=r"sample of 500 bases, order 2 gave uint8\[502\], expected None"):
        gsynth.sample(MODEL, genome={"c": 500}, seed=1)


@pytest.mark.parametrize("backend", BACKENDS)
def test_errors_of_the_system_pass(use, backend):
    def full(method, *args, **more):
        raise MemoryError("no room")

    use(COUNTER, "count", full, backend)
    with pytest.raises(MemoryError, match=r"^no room$"):
        gsynth.train(genome={"c": BASES}, k=3)


ENCODERS = {
    "wild codes": (lambda out: out.fill(200), 0, "the code 200, expected codes from 0 to 4"),
    "one wild code": (lambda out: out.put(17, 9), 0, "the code 9, expected codes from 0 to 4"),
    "nothing": (lambda out: None, 0, "bases without a code"),
    "no number": (lambda out: out.fill(0), None, "NoneType None, expected how many"),
    "a float": (lambda out: out.fill(0), 0.0, r"float 0\.0, expected how many"),
    "too many": (lambda out: out.fill(4), 10**6, "int 1000000, expected how many"),
    "unknown ones untold": (lambda out: out.fill(4), 0, "codes up to 4 and said that 0 of them are 4"),
    "known ones as unknown": (lambda out: out.fill(1), 5, "codes up to 1 and said that 5 of them are 4"),
}


@pytest.mark.parametrize("kind", ENCODERS)
@pytest.mark.parametrize("backend", able(COUNTER, "encode"))
def test_an_encoder_that_hands_back_something_else(use, backend, kind):
    spoil, returned, message = ENCODERS[kind]

    def encode(method, bases, out):
        if kind != "nothing":
            method(bases, out)
        spoil(out)
        return returned

    use(COUNTER, "encode", encode, backend)
    with pytest.raises(BrokenPluginError, match=rf"'spoiled' .*encode of 30000 bases .*{message}"):
        gsynth.train(genome={"c": BASES}, k=3)


COMPOSERS = {
    "large": lambda out: out.fill(10**6),
    "negative": lambda out: out[7].fill(-1),
    "sums that wrap around": lambda out: out.fill(2**62),
    "one base too many": lambda out: np.add(out[9], [1, 0, 0, 0], out=out[9]),
}


@pytest.mark.parametrize("kind", COMPOSERS)
@pytest.mark.parametrize("backend", able(COUNTER, "compose"))
def test_a_composer_that_hands_back_something_else(use, backend, kind):
    def compose(method, bases, edges, out):
        method(bases, edges, out)
        COMPOSERS[kind](out)

    use(COUNTER, "compose", compose, backend)
    with pytest.raises(BrokenPluginError, match=r"compose of 300 windows gave \[.*\] for window \d of 100 bases"):
        gsynth.train(GC, genome={"c": BASES}, k=3, iterator=100)


@pytest.mark.parametrize("backend", able(COUNTER, "compose"))
def test_a_composer_that_writes_nothing(use, backend):
    use(COUNTER, "compose", lambda method, *args: None, backend)
    with pytest.raises(BrokenPluginError, match="compose of 300 windows gave"):
        gsynth.train(GC, genome={"c": BASES}, k=3, iterator=100)


@pytest.mark.parametrize("backend", able(SAMPLER, "decode"))
@pytest.mark.parametrize("left", [slice(0, 1), slice(-1, None), slice(None)])
def test_a_transcoder_that_writes_too_few_letters(use, backend, left):
    def decode(method, codes, out):
        method(codes, out)
        out[left] = 0

    use(SAMPLER, "decode", decode, backend)
    with pytest.raises(
        BrokenPluginError, match=r"decode of 500 codes gave byte 0 for the code \d at (0|499), expected the letter"
    ):
        gsynth.sample(MODEL, genome={"c": 500}, seed=1)


@pytest.mark.parametrize("backend", able(SAMPLER, "replace"))
def test_a_replacer_that_fails_is_named(use, backend):
    use(SAMPLER, "replace", lambda method, *args: 1 / 0, backend)
    with pytest.raises(BrokenPluginError, match=r"'spoiled' .*failed in replace in 30001 bases.*\[block: c:0-30000\]$"):
        gsynth.replace_kmer("CG", "GC", genome={"c": BASES})


CRASH = """
import numpy as np, gsynth
from gsynth.plugins import CounterPlugin, backends, hookimpl
from gsynth.plugins.registry import Registry, registry
from gsynth.plugins.roles import COUNTER
inner = registry().load(COUNTER, BACKEND)
class Wild:
    count = staticmethod(inner.count)
    def encode(self, bases, out):
        out[:] = 0
        out[12_345::7] = 255
        return 0
class Module:
    @staticmethod
    @hookimpl
    def gsynth_counters():
        yield CounterPlugin(name="wild", load=Wild, contract=2)
found = Registry()
found.add(Module(), "wild", "elsewhere")
backends.registry = lambda: found
try:
    gsynth.train(genome={"c": b"ACGT" * 100_000}, k=8, backend="wild")
except gsynth.GsynthError as error:
    print("refused:", error)
"""


@pytest.mark.parametrize("backend", BACKENDS)
def test_wild_codes_end_no_process(backend):
    """As an index of a table such a code would lie far outside."""
    ran = subprocess.run(
        [sys.executable, "-c", CRASH.replace("BACKEND", repr(backend))], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("refused: counter 'wild' (from elsewhere): encode of 400000 bases")


# What is looked at in some places.


def four(method, codes, *args, order, thresholds):
    method(codes, *args, order=order, thresholds=thresholds)
    codes[order + 40] = 4


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("genome", "kept"), [({"c": 500}, 0), ({"c": "N" * 30 + "A" * 470}, 30)], ids=["plain", "N"])
def test_a_sampler_that_draws_an_n(use, backend, genome, kept):
    name = "sample_stream" if hasattr(registry().load(SAMPLER, backend), "sample_stream") else "sample"
    use(SAMPLER, name, four, backend)
    with pytest.raises(
        BrokenPluginError, match=rf"{kept + 1} cells that hold a 4, expected the {kept} that were there"
    ):
        gsynth.sample(MODEL, genome=genome, seed=1)


DECODERS = {
    "nothing in the middle": lambda out: out[100:400].fill(0),
    "lower case": lambda out: out.put(range(out.size), np.frombuffer(out.tobytes().lower(), np.uint8)),
    "another letter everywhere": lambda out: out.fill(ord("C")),
}


@pytest.mark.parametrize("kind", DECODERS)
@pytest.mark.parametrize("backend", able(SAMPLER, "decode"))
def test_a_decoder_that_writes_something_else(use, backend, kind):
    def decode(method, codes, out):
        method(codes, out)
        DECODERS[kind](out)

    use(SAMPLER, "decode", decode, backend)
    with pytest.raises(
        BrokenPluginError, match=r"decode of 500 codes gave byte \d+ for the code \d at \d+, expected the"
    ):
        gsynth.sample(MODEL, genome={"c": 500}, seed=1)


REPLACERS = {
    "too few": (lambda bases: bases[-2:].put([0, 1], list(b"CG")), r"CG at \d+, expected none of it left"),
    "other bases": (lambda bases: bases[:9].fill(ord("T")), "bases 'T' in place of others, expected only those of GC"),
}


@pytest.mark.parametrize("kind", REPLACERS)
@pytest.mark.parametrize("backend", able(SAMPLER, "replace"))
def test_a_replacer_that_leaves_something_else(use, backend, kind):
    spoil, message = REPLACERS[kind]

    def replace(method, bases, target, replacement):
        method(bases, target, replacement)
        spoil(bases)

    use(SAMPLER, "replace", replace, backend)
    with pytest.raises(BrokenPluginError, match=message):
        gsynth.replace_kmer("CG", "GC", genome={"c": b"ACCGA" * 1000}, backend="spoiled")
