from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

import gsynth

Run = Callable[..., Result]


def test_train_is_the_api(run: Run, genome: Path, tmp_path: Path) -> None:
    (tmp_path / "mask.bed").write_text("chr1\t100\t300\n")
    result = run(
        "train", genome, "-o", "model.gsm", "-k", 3, "--dim", "gc=0:1:0.25", "--dim", "(cpg >= 1) + 0=0,0.5,1",
        "--bin-merge", "gc=0.75 into 0.6", "--iterator", 50, "--mask", "mask.bed", "--mask", "soft",
        "--intervals", "chr2", "--intervals", "chr1:101-5,000",
        "--pseudocount", 0.5, "--prior", "marginal", "-t", 2, "--max-chunk-size", 500,
        "--backend", "numpy", "--json", "-q",
    )  # fmt: skip
    expected = gsynth.gsynth_train(
        {"expr": "gc", "breaks": [0, 0.25, 0.5, 0.75, 1], "bin_merge": [{"from": 0.75, "to": 0.6}]},
        {"expr": "(cpg >= 1) + 0", "breaks": [0, 0.5, 1]},
        genome=genome,
        k=3,
        iterator=50,
        mask=["mask.bed", "soft"],
        intervals=["chr2", ("chr1", 100, 5000)],
        pseudocount=0.5,
        prior="marginal",
    )
    assert gsynth.gsynth_load(tmp_path / "model.gsm") == expected
    found = json.loads(result.stdout)
    assert result.stderr == ""
    assert found["model"] == "model.gsm"
    assert found["total_kmers"] == expected.total_kmers > 0
    assert found["per_bin_kmers"] == expected.per_bin_kmers.tolist()
    assert found["total_masked"] == expected.total_masked > 0
    assert found["total_n"] == expected.total_n > 0


def test_measured_breaks_categories_and_automatic_merges(run: Run, genome: Path, tmp_path: Path) -> None:
    (tmp_path / "states.bed").write_text("chr1\t0\t3000\ton\nchr1\t3000\t6000\toff\nchr2\t0\t3000\ton\n")
    run(
        "train", genome, "-o", "model.gsm", "-k", 2, "--dim", "gc=q4", "--dim", "states=categories", "--iterator", 50,
        "--track", "states=states.bed:name", "--bin-merge", "gc=auto", "--min-obs", 50,
    )  # fmt: skip
    expected = gsynth.gsynth_train(
        {"expr": "gc", "breaks": "q4", "bin_merge": "auto"},
        {"expr": "states", "breaks": "categories"},
        tracks={"states": {"path": "states.bed", "column": "name"}},
        genome=genome,
        k=2,
        iterator=50,
        min_obs=50,
    )
    loaded = gsynth.gsynth_load(tmp_path / "model.gsm")
    assert loaded == expected
    text = run("info", "model.gsm").stdout
    assert "categories on, off" in text or "categories off, on" in text
    told = json.loads(run("info", "model.gsm", "--json").stdout)["dim_specs"]
    # JSON has no infinities; the open ends of the quantiles are texts.
    assert [{**spec, "breaks": [float(edge) for edge in spec["breaks"]]} for spec in told] == loaded.dim_specs
    run("sample", "model.gsm", "-g", genome, "--track", "states=states.bed:name", "--bin-merge", "auto", "-o", "out.fa")


def test_json_is_the_same_again(run: Run, genome: Path) -> None:
    args = ("train", genome, "-k", 2, "-o", "m.gsm", "--force", "--json")
    assert run(*args).stdout == run(*args).stdout


def test_genome_and_model_through_streams(run: Run, genome: Path, tmp_path: Path) -> None:
    run("train", genome, "-k", 2, "-o", "m.gsm")
    result = run("train", "-", "-k", 2, "-o", "-", input=genome.read_bytes())
    (tmp_path / "streamed.gsm").write_bytes(result.stdout_bytes)
    assert gsynth.gsynth_load(tmp_path / "streamed.gsm") == gsynth.gsynth_load(tmp_path / "m.gsm")


@pytest.mark.parametrize(
    ("output", "says"),
    [
        ("mine.gsm", "is not a model"),
        ("missing/m.gsm", "does not exist"),
        ("model.gsm", "--force"),
        ("m.rds", "only be read"),
    ],
)
def test_refused_before_the_work(run: Run, model: Path, tmp_path: Path, output: str, says: str) -> None:
    (tmp_path / "mine.gsm").write_text("mine")
    before = gsynth.gsynth_load(model)
    result = run("train", "no-genome.fa", "-o", output, code=1)
    assert "gsynth: error: " in result.stderr
    assert says in result.stderr
    assert (tmp_path / "mine.gsm").read_text() == "mine"
    assert gsynth.gsynth_load(model) == before


def test_force_overwrites_a_model_and_not_its_genome(run: Run, genome: Path, model: Path) -> None:
    run("train", genome, "-k", 1, "-o", model, "--force")
    assert gsynth.gsynth_load(model).k == 1
    before = genome.read_bytes()
    assert "also an input" in run("train", genome, "-o", genome, "--force", code=1).stderr
    assert genome.read_bytes() == before


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["--dim", "gc=0:1:0.3"], 2, "'--dim'"),
        (["-k", "11"], 2, "'-k'"),
        (["-k", "two"], 2, "'-k'"),
        (["--prior", "nothing"], 2, "'--prior'"),
        (["--track", "x"], 2, "'--track'"),
        (["--track", "x=a.bw", "--track", "x=b.bw"], 2, "'x' is given 2 times"),
        (["--chrom-alias", "a=b", "--chrom-alias", "c"], 2, "--chrom-alias"),
        (["--chrom-alias", "a=b", "--chrom-alias", "a=c"], 2, "'a' is mapped to 'b' and to 'c'"),
        (["--bin-merge", "gc=1 into 0"], 2, "no dimension"),
        (["--json", "-o", "-"], 2, "standard output"),
        (["--dim", "gc=1,0", "--iterator", "50"], 1, "strictly increasing"),
        (["--dim", "gc=0,1"], 1, "iterator"),
        (["--dim", "nothing=0,1", "--iterator", "50"], 1, "--track"),
        (["--intervals", "1"], 1, "--chrom-alias ucsc-ensembl"),
        (["--backend", "abacus"], 1, "numpy"),
        (["--format", "scroll"], 1, "gsm"),
        (["--format", "pickle"], 1, "read but not written"),
    ],
)
def test_errors_have_codes_and_say_what_to_do(run: Run, genome: Path, args: list[str], code: int, says: str) -> None:
    result = run("train", genome, "-o", "m.gsm", *args, code=code)
    assert result.stdout == ""
    assert says in result.stderr
    assert sum(line.startswith("gsynth: error: ") for line in result.stderr.splitlines()) == 1
    assert not genome.with_name("m.gsm").exists()


def test_a_warning_is_said_once(run: Run, genome: Path) -> None:
    result = run("train", genome, "-k", 2, "-o", "m.gsm", "--intervals", "chr1:1-9000", "--intervals", "chr2:1-9000")
    assert result.stderr.count("gsynth: warning: ") == 1
    assert "beyond the end" in result.stderr


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("m.pkl", "only be read"),
        ("m.gsm.gz", "not a format of models"),
        ("notes.txt", "left alone"),
        ("plots", "left alone"),
    ],
)
def test_what_cannot_be_saved_is_refused_before_the_work(
    run: Run, genome: Path, tmp_path: Path, output: str, said: str
) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "plots").mkdir()
    (tmp_path / "plots" / "a.png").write_text("mine")
    assert said in run("train", genome, "-k", 1, "-o", output, "--force", code=1).stderr
    # Had the genome been opened, its index would be there.
    assert sorted(path.name for path in tmp_path.iterdir()) == ["genome.fa", "notes.txt", "plots"]
    assert (tmp_path / "notes.txt").read_text() == "mine"
