"""The plugin in the hands of a user: by its content, by its name, with an alias, on the command line."""

from __future__ import annotations

import json
import pickle
import random
import subprocess
import sys

import pytest

import gsynth

pytest.importorskip("gsynth_seqtab", reason="gsynth-example-genome is not installed: tox -e thirdparty")


def bases():
    letters = random.Random(1)
    return {"1": "".join(letters.choices("ACGTacgtN", k=6000)), "X": "ACGTTGCA" * 100}


@pytest.fixture
def table(tmp_path):
    (tmp_path / "genome.tab").write_text("".join(f"{name}\t{own}\n" for name, own in bases().items()))
    return tmp_path / "genome.tab"


def test_it_trains_and_samples_as_the_same_bases_do(table):
    one, other = (gsynth.gsynth_train(genome=genome, k=3) for genome in (table, bases()))
    assert one == other
    assert gsynth.gsynth_sample(one, genome=str(table), seed=3) == gsynth.gsynth_sample(one, genome=bases(), seed=3)


def test_a_dict_names_the_format_and_its_columns(tmp_path):
    (tmp_path / "g.txt").write_text("".join(f"x\t{own}\t{name}\n" for name, own in bases().items()))
    source = {"path": tmp_path / "g.txt", "format": "seqtab", "name": 3}
    assert gsynth.gsynth_train(genome=source, k=2) == gsynth.gsynth_train(genome=bases(), k=2)
    with pytest.raises(ValueError, match=r"unknown option.* columns; this kind of source knows: name, sequence"):
        gsynth.gsynth_train(genome={**source, "columns": 3}, k=2)
    with pytest.raises(LookupError, match=r"no genome is named 'seqtap'.*did you mean 'seqtab'"):
        gsynth.gsynth_train(genome={**source, "format": "seqtap"}, k=2)


def test_intervals_and_masks_match_it_by_an_alias(table, tmp_path):
    (tmp_path / "mask.bed").write_text("chr1\t100\t900\n")
    one = gsynth.gsynth_train(
        genome=table, k=2, intervals=[("chr1", 0, 5000)], mask=tmp_path / "mask.bed", chrom_alias="ucsc-ensembl"
    )
    other = gsynth.gsynth_train(genome=bases(), k=2, intervals=[("1", 0, 5000)], mask=[("1", 100, 900)])
    assert one == other
    with pytest.raises(LookupError, match="chrom_alias='ucsc-ensembl'"):
        gsynth.gsynth_train(genome=table, k=2, intervals=[("chr1", 0, 5000)])


def test_many_intervals_and_another_process(table):
    intervals = [("1", i, i + 40) for i in range(0, 5900, 50)]
    one, other = (gsynth.gsynth_train(genome=genome, k=2, intervals=intervals) for genome in (table, bases()))
    assert one == other
    from gsynth.genomes import open_genome

    again = pickle.loads(pickle.dumps(open_genome(table)))
    assert again.fetch("X", 2, 6).tobytes() == b"GTTG"


def test_a_damaged_table_is_refused_with_its_line(tmp_path):
    (tmp_path / "bad.tab").write_text("a\tACGT\nb\n")
    with pytest.raises(ValueError, match=r"bad\.tab, line 2: 1 columns, expected 2 or more"):
        gsynth.gsynth_train(genome=tmp_path / "bad.tab", k=1)


def test_on_the_command_line(table, tmp_path):
    command = [sys.executable, "-m", "gsynth.cli", "train", str(table), "-k", "2", "-o", str(tmp_path / "m.gsm")]
    subprocess.run(command, check=True, capture_output=True)
    assert gsynth.gsynth_load(tmp_path / "m.gsm") == gsynth.gsynth_train(genome=bases(), k=2)
    listed = subprocess.run([*command[:3], "plugins", "--json"], check=True, capture_output=True, text=True).stdout
    (own,) = [entry for entry in json.loads(listed)["plugins"] if entry["name"] == "seqtab"]
    assert own["distribution"] == "gsynth-example-genome"
    assert own["usable"] is True
