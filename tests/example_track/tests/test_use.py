"""The plugin in the hands of a user: numbers, categories, dicts, aliases, on the command line."""

from __future__ import annotations

import json
import random
import subprocess
import sys

import numpy as np
import pytest

import gsynth

pytest.importorskip("gsynth_tsv", reason="gsynth-example-track is not installed: tox -e thirdparty")

STATES = {"path": "states.tsv", "format": "tsv", "column": "state"}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = [f"{c}\t{i}\t{i + 100}\t{i % 700 / 100}\t{('on', 'off', 'poised')[i // 100 % 3]}\n"
             for c, size in (("chr1", 6000), ("chrM", 600)) for i in range(0, size, 100)]  # fmt: skip
    (tmp_path / "states.tsv").write_text("chrom\tstart\tend\tlevel\tstate\n" + "".join(lines))
    text = random.Random(1)
    (tmp_path / "g.fa").write_text(
        "".join(f">{n}\n{''.join(text.choices('ACGT', k=size))}\n" for n, size in SIZES.items())
    )


SIZES = {"1": 6000, "MT": 600, "X": 400}


def trained(dim, source, **more):
    return gsynth.gsynth_train(
        dim, tracks={"t": source}, genome="g.fa", iterator=100, k=2, chrom_alias="ucsc-ensembl", **more
    )


# The X that the table lacks has no value, which is more than a hundredth of the windows.
pytestmark = pytest.mark.filterwarnings("ignore:.*no stratum", "ignore:.*outside")


def test_numbers_are_those_of_the_same_arrays():
    one = trained({"expr": "t", "breaks": [0, 2, 4, 7]}, "states.tsv")
    arrays = {name: np.repeat(np.arange(0, size, 100) % 700 / 100, 1) for name, size in (("chr1", 6000), ("chrM", 600))}
    assert one == trained({"expr": "t", "breaks": [0, 2, 4, 7]}, {"arrays": arrays, "width": 100})
    assert one.outside is not None


def test_categories_become_bins_and_are_kept(tmp_path):
    model = trained({"expr": "t", "breaks": "categories"}, STATES)
    assert model.dims[0].categories == ("off", "on", "poised")
    gsynth.gsynth_save(model, tmp_path / "m.gsm")
    again = gsynth.gsynth_load(tmp_path / "m.gsm")
    sampled = [
        gsynth.gsynth_sample(one, tracks={"t": STATES}, genome="g.fa", chrom_alias="ucsc-ensembl", seed=1)
        for one in (model, again)
    ]
    assert sampled[0] == sampled[1]
    with pytest.raises(ValueError, match="the model's categories of 't' are off, on, poised"):
        gsynth.gsynth_sample(model, tracks={"t": "states.tsv"}, genome="g.fa", chrom_alias="ucsc-ensembl", seed=1)


def test_many_intervals_at_once():
    intervals = [("1", i, i + 70) for i in range(30, 5900, 90)]
    one = trained({"expr": "t", "breaks": "categories"}, STATES, intervals=intervals)
    parts = [trained({"expr": "t", "breaks": "categories"}, STATES, intervals=[part]) for part in intervals]
    assert np.array_equal(one.counts, sum(part.counts for part in parts))


def test_without_the_alias_the_error_says_what_to_type():
    with pytest.raises(LookupError, match="chrom_alias='ucsc-ensembl'"):
        gsynth.gsynth_train(
            {"expr": "t", "breaks": [0, 9]}, tracks={"t": "states.tsv"}, genome="g.fa", iterator=100, k=2
        )


def test_refusals_name_the_file_and_the_line(tmp_path):
    (tmp_path / "bad.tsv").write_text("chrom\tstart\tend\tlevel\n1\t5\t5\t1\n")
    with pytest.raises(ValueError, match=r"bad\.tsv, line 2: '5' to '5', expected whole start < end"):
        trained({"expr": "t", "breaks": [0, 9]}, "bad.tsv")
    with pytest.raises(ValueError, match="column must be one of level, state, found 'stat'"):
        trained({"expr": "t", "breaks": [0, 9]}, {**STATES, "column": "stat"})
    with pytest.raises(ValueError, match=r"unknown option.* colum; this kind of source knows: column"):
        trained({"expr": "t", "breaks": [0, 9]}, {"path": "states.tsv", "format": "tsv", "colum": "state"})


def test_on_the_command_line(tmp_path):
    command = [sys.executable, "-m", "gsynth.cli", "train", "g.fa", "--track", "t=states.tsv:column=state,format=tsv",
               "--dim", "t=categories", "--iterator", "100", "-k", "2", "-o", "m.gsm", "--chrom-alias",
               "ucsc-ensembl"]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    assert gsynth.gsynth_load("m.gsm") == trained({"expr": "t", "breaks": "categories"}, STATES)
    listed = subprocess.run([*command[:3], "plugins", "--json"], check=True, capture_output=True, text=True).stdout
    (own,) = [entry for entry in json.loads(listed)["plugins"] if entry["name"] == "tsv"]
    assert own["distribution"] == "gsynth-example-track"
    assert own["usable"] is True
