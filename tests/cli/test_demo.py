from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

import gsynth

Run = Callable[..., Result]


def test_demo_compares_every_bin(run: Run, tmp_path: Path) -> None:
    found = json.loads(run("demo", "out", "--json", "-q").stdout)
    model = gsynth.gsynth_load(tmp_path / "out" / "fly.gsm")
    assert (model.k, model.total_bins, model.iterator) == (5, 5, 200)
    assert len(found["strata"]) == 5
    for stratum in (*found["strata"], found["overall"]):
        assert stratum["real"]["windows"] == stratum["synthetic"]["windows"] > 50_000
        assert stratum["correlation"] > 0.9
        assert abs(stratum["z"]) < 5
        assert stratum["synthetic"]["cpg"] == pytest.approx(stratum["real"]["cpg"], abs=0.1)
        for base in "ACGT":
            assert stratum["synthetic"]["composition"][base] == pytest.approx(
                stratum["real"]["composition"][base], abs=0.02
            )
    index = (tmp_path / "out" / "synthetic.fa.fai").read_text()
    assert [line.split("\t")[:2] for line in index.splitlines()] == [["flyA", "200000"], ["flyB", "100000"]]


def test_demo_prints_a_table_and_respects_the_folder(run: Run, tmp_path: Path) -> None:
    lines = run("demo", "out").stdout.splitlines()
    assert lines[0].startswith("pass: ")
    at = next(i for i, line in enumerate(lines) if line.startswith("stratum"))
    rows = lines[at + 1 : at + 13]
    assert [line.split()[-9 if i % 2 else -7] for i, line in enumerate(rows)] == ["real", "synthetic"] * 6
    assert any(line.startswith("What to look at: ") for line in lines)
    (tmp_path / "out" / "notes.txt").write_text("mine")
    assert "--force" in run("demo", "out", code=1).stderr
    again = run("demo", "out", "--force").stdout.splitlines()
    assert again == lines
    assert (tmp_path / "out" / "notes.txt").read_text() == "mine"
