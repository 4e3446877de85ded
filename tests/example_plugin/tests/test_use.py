"""The plugin in the hands of a user: named, chosen by suffix, and listed."""

from __future__ import annotations

import json
import random
import subprocess
import sys

import numpy as np
import pytest

import gsynth

pytest.importorskip("gsynth_example", reason="gsynth-example is not installed: tox -e thirdparty")


def genome():
    letters = random.Random(1)
    return {"chr1": "".join(letters.choices("ACGTN", [30, 20, 20, 30, 1], k=6000)), "chr2": "ACGTTGCA" * 100}


def trained(backend):
    gc = {"expr": "gc", "breaks": [0, 0.4, 0.5, 1]}
    return gsynth.gsynth_train(gc, genome=genome(), k=3, iterator=100, backend=backend)


def test_it_trains_and_samples_as_the_built_in_backends_do():
    assert trained("example") == trained("numpy")
    one, other = (
        gsynth.gsynth_sample(trained("numpy"), genome=genome(), seed=7, backend=name) for name in ("example", "numpy")
    )
    assert one == other


def test_the_suffix_saves_and_the_content_loads(tmp_path):
    model = trained("example")
    path = tmp_path / "model.npz"
    gsynth.gsynth_save(model, path)
    assert np.load(path)["counts"].sum() == model.total_kmers
    path.rename(tmp_path / "model.any")
    assert gsynth.gsynth_load(tmp_path / "model.any") == model


def test_it_is_listed_with_its_distribution():
    command = [sys.executable, "-m", "gsynth.cli", "plugins", "--json"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    listed = {(entry["role"], entry["name"]): entry for entry in json.loads(output)["plugins"]}
    for key in (("counter", "example"), ("sampler", "example"), ("scorer", "example"), ("serializer", "npz")):
        assert listed[key]["distribution"] == "gsynth-example"
        assert listed[key]["usable"] is True


def test_auto_never_chooses_it():
    from gsynth.plugins.registry import registry
    from gsynth.plugins.roles import COUNTER

    assert registry().auto(COUNTER)[0] != "example"
