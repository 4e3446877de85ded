"""The core asks plugins for nothing that their contracts do not name."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gsynth
import gsynth.plugins
from gsynth.plugins import contracts
from gsynth.plugins.contracts import genomes, kernels, serializers, tracks
from gsynth.plugins.registry import registry
from gsynth.plugins.roles import COUNTER, SAMPLER, SCORER

ROOT = Path(__file__).parents[2]
CORE = sorted((ROOT / "gsynth").rglob("*.py"))
CONTRACTS = ROOT / "gsynth/plugins/contracts"
PROTOCOLS = {name: getattr(contracts, name) for name in contracts.__all__ if isinstance(getattr(contracts, name), type)}


def parts(module):
    """The names of all methods and attributes in the protocols of a module."""
    own = [kind for kind in vars(module).values() if isinstance(kind, type) and kind.__module__ == module.__name__]
    return {name for kind in own for name in vars(kind) if not name.startswith("_")}


def test_the_whole_contract_is_public():
    assert set(contracts.__all__) <= set(gsynth.plugins.__all__)
    defined = {
        node.name for path in CONTRACTS.glob("*.py") for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef)
    }  # fmt: skip
    assert defined == set(PROTOCOLS)


def test_what_is_looked_for_in_objects_is_in_the_contracts():
    """A protocol that is asked of objects at run time, anywhere else in the core, would be a hidden contract."""
    found = []
    # The rooms that meet plugins' objects; blocks and outputs have protocols of their own objects, and of executors.
    rooms = {ROOT / "gsynth" / name for name in ("plugins", "genomes", "intervals", "tracks", "strata")}
    for path in CORE:
        if CONTRACTS in path.parents or not rooms & set(path.parents):
            continue
        classes = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ClassDef)]
        found += [
            f"{path.relative_to(ROOT)}: {node.name}"
            for node in classes
            if "runtime_checkable" in map(ast.unparse, node.decorator_list)
        ]
    assert not found


class Asked:
    """An object that notes which of its public attributes it is asked for, those that it lacks among them."""

    def __init__(self):
        self._asked = set()

    def __getattribute__(self, name):
        if not name.startswith("_"):
            object.__getattribute__(self, "__dict__").setdefault("_asked", set()).add(name)
        return object.__getattribute__(self, name)


class Genome(Asked):
    name, has_sequence = "mine", True

    def __init__(self):
        super().__init__()
        self.contigs = {"c": 4000, "d": 900}
        self._bases = np.frombuffer(b"ACGTTGCAGGNacgt" * 300, dtype=np.uint8)

    def fetch(self, contig, start, end):
        return self._bases[start:end]

    def fetch_many(self, ids, starts, ends, out):
        stretches = zip(starts.tolist(), ends.tolist(), strict=True)
        out[:] = np.concatenate([self._bases[start:end] for start, end in stretches])


class Track(Asked):
    uses_sequence, flank, elsewhere = False, 0, 0.0

    def __init__(self):
        super().__init__()
        self.contigs = {"c": 4000}

    def window_values(self, contig, edges, sequence):
        return edges[:-1] % 3 + 0.0


class Names(Track):
    categories = ("a", "b", "c")


class Looks(Track):
    """One that looks at the sequence, and beyond its windows."""

    uses_sequence, flank = True, 2

    def window_values(self, contig, edges, sequence):
        return np.add.reduceat(sequence == ord("A"), edges[:-1] - edges[0]).astype(np.float64)


class Backend(Asked):
    """A backend that passes everything on."""

    def __init__(self):
        super().__init__()
        self._inner: list[Any] = [registry().load(role, "numpy") for role in (COUNTER, SAMPLER, SCORER)]

    def count(self, *arguments, **more):
        return self._inner[0].count(*arguments, **more)

    def sample(self, *arguments, **more):
        return self._inner[1].sample(*arguments, **more)

    def score(self, *arguments, **more):
        return self._inner[2].score(*arguments, **more)


MANY = [("c", i, i + 90) for i in range(5, 3900, 130)] + [("d", 0, 500)]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("intervals", [None, MANY], ids=["contigs", "many"])
def test_nothing_else_is_asked_for(monkeypatch, intervals):
    genome, track, names, looks, backend = Genome(), Track(), Names(), Looks(), Backend()
    monkeypatch.setattr("gsynth.plugins.backends.load_backend", lambda role, name: backend)
    given = {"tracks": {"t": track, "n": names, "l": looks}, "genome": genome, "intervals": intervals}
    dims = [
        {"expr": "t", "breaks": "q2"},
        {"expr": "n", "breaks": "categories"},
        {"expr": "l + t", "breaks": [0, 5, 99]},
    ]
    for chosen in (dims[:1], dims[1:]):
        model = gsynth.gsynth_train(*chosen, **given, iterator=50, k=2, mask="soft")
        gsynth.gsynth_sample(model, **given, seed=1)
        gsynth.gsynth_score(model, **given)
    gsynth.gsynth_replace_kmer("CG", "GC", genome=genome, intervals=intervals)
    gsynth.gsynth_random(genome=genome, seed=1, intervals=intervals)
    for thing, module in ((genome, genomes), (track, tracks), (names, tracks), (looks, tracks), (backend, kernels)):
        assert len(thing._asked) > 3
        assert thing._asked <= parts(module), type(thing).__name__


def test_nothing_else_is_asked_of_a_format(monkeypatch, tmp_path):
    class Format(Asked):
        def save(self, model, path):
            path.write_text(str(model.k))

        def load(self, path):
            return gsynth.GsynthModel(k=int(path.read_text()), counts=np.ones((1, 4, 4)))

    serializer = Format()
    from gsynth.plugins import checking

    model = gsynth.GsynthModel(k=1, counts=np.ones((1, 4, 4)))
    checking.save_model(serializer, model, tmp_path / "m")
    assert checking.load_model(serializer, tmp_path / "m") == model
    assert serializer._asked <= parts(serializers)
