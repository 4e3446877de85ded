from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import click
import numpy as np
import pytest
from click.testing import Result

import gsynth
import gsynth.typing
from gsynth.cli import main
from gsynth.outputs.score_opening import SCORE_FORMATS

Run = Callable[..., Result]


@pytest.fixture
def other(run: Run, genome: Path, tmp_path: Path) -> Path:
    run("train", genome, "-k", 3, "-o", "other.gsm")
    return tmp_path / "other.gsm"


def test_score_is_the_api(run: Run, genome: Path, model: Path, other: Path, tmp_path: Path) -> None:
    result = run(
        "score", model, "--against", other, "-g", genome, "-o", "out.npz", "--resolution", 70, "--intervals", "chr2",
        "--intervals", "chr1:901-2,500", "--mask", "chr1:2,001-2,050", "--n-policy", "uniform", "--outside", "pooled",
        "--sparse-policy", "uniform", "--context", "interval", "--iterator", 25, "--no-parallel", "--json",
    )  # fmt: skip
    expected = gsynth.gsynth_score(
        gsynth.gsynth_load(model),
        against=gsynth.gsynth_load(other),
        genome=genome,
        resolution=70,
        intervals=["chr2", ("chr1", 900, 2500)],
        mask=("chr1", 2000, 2050),
        n_policy="uniform",
        outside="pooled",
        sparse_policy="uniform",
        context="interval",
        iterator=25,
    )
    with np.load(tmp_path / "out.npz") as archive:
        found = dict(archive)
    np.testing.assert_array_equal(found["score"], expected["score"])
    assert found["contigs"][found["contig"]].tolist() == expected["chrom"].tolist()
    assert json.loads(result.stdout) == {"output": "out.npz", "intervals": 2, "bases": 3000 + 1600}
    assert "out.npz: intervals 2, bases 4,600" in result.stderr


def test_streams(run: Run, genome: Path, model: Path, tmp_path: Path) -> None:
    run("score", model, "-g", genome, "-o", "a.bedGraph")
    expected = (tmp_path / "a.bedGraph").read_text()
    assert run("score", model, "-g", "-", "-o", "-", input=genome.read_bytes()).stdout == expected
    assert expected.startswith("chr")


def test_what_is_there_is_kept(run: Run, genome: Path, model: Path, tmp_path: Path) -> None:
    (tmp_path / "a.bw").write_text("mine")
    assert "--force" in run("score", model, "-g", genome, "-o", "a.bw", code=1).stderr
    assert (tmp_path / "a.bw").read_text() == "mine"
    run("score", model, "-g", genome, "-o", "a.bw", "--force")
    assert (tmp_path / "a.bw").read_bytes()[:4] == b"\x26\xfc\x8f\x88"


def test_choices_are_the_same() -> None:
    choices = {o.name: set(o.type.choices) for o in main.commands["score"].params if isinstance(o.type, click.Choice)}
    # In memory is no place for a command to write to.
    assert choices["output_format"] == {*SCORE_FORMATS} - {"frame", "arrays"}
    types = {
        "sparse_policy": gsynth.typing.ScorePolicy,
        "n_policy": gsynth.typing.ScorePolicy,
        "outside": gsynth.typing.ScoreOutside,
        "context": gsynth.typing.Reach,
    }
    for name, type_ in types.items():
        assert choices[name] == set(get_args(type_)), name
