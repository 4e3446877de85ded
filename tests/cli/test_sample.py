from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

import gsynth

Run = Callable[..., Result]


def _records(text: str) -> dict[str, str]:
    parts = (record.split("\n", 1) for record in text.split(">")[1:])
    return {name: bases.replace("\n", "") for name, bases in parts}


def test_sample_is_the_api(run: Run, genome: Path, model: Path, tmp_path: Path) -> None:
    (tmp_path / "cells.csv").write_text("from_1,to_1\n0.1,0.6\n")
    result = run(
        "sample", model, "--genome", genome, "-o", "out.fa", "--seed", 7, "--n-samples", 2, "--intervals", "chr2",
        "--intervals", "chr1:901-2,500", "--mask-copy", "chr1:2,001-2,050", "--no-preserve-n", "--init", "stationary",
        "--bin-merge", "1=0.75 into 0.6", "--cell-merge", "cells.csv", "--iterator", 25, "--no-parallel",
        "--keep-case", "--json",
    )  # fmt: skip
    # Windows of N have no GC.
    with pytest.warns(UserWarning, match="1.1% of the drawn bases lie outside of the model's strata .gc 100 NaN"):
        expected = gsynth.gsynth_sample(
            gsynth.gsynth_load(model),
            genome=genome,
            seed=7,
            n_samples=2,
            intervals=["chr2", ("chr1", 900, 2500)],
            mask_copy=("chr1", 2000, 2050),
            preserve_n=False,
            init="stationary",
            bin_merge=[[{"from": 0.75, "to": 0.6}]],
            cell_merge=[{"from": [0.1], "to": [0.6]}],
            iterator=25,
            keep_case=True,
        )
    assert "1.1% of the drawn bases lie outside" in result.stderr
    assert expected is not None
    assert any(letter.islower() for letter in expected[2][1150:1200])
    assert list(_records((tmp_path / "out.fa").read_text()).values()) == expected
    assert json.loads(result.stdout) == {
        "output": "out.fa",
        "index": "out.fa.fai",
        "output_format": "fasta",
        "files": ["out.fa", "out.fa.fai"],
        "records": 4,
        "bases": 2 * (3000 + 1600),
        "copied": 100,
        "kept_n": 0,
        "outside": {"bases": 100, "dimensions": [{"expr": "gc", "nan": 100, "below": 0, "above": 0}]},
        "unlearned": 0,
        "words": 0,
        "copied_words": 0,
        "n_samples": 2,
        "seed": 7,
    }


def test_a_drawn_seed_is_told_and_gives_the_same_again(run: Run, genome: Path, model: Path) -> None:
    first = run("sample", model, "-g", genome, "-o", "a.fa", "--json")
    seed = json.loads(first.stdout)["seed"]
    assert f"gsynth: seed {seed}\n" in first.stderr
    again = run("sample", model, "-g", genome, "-o", "-", "--seed", seed)
    assert again.stdout == genome.with_name("a.fa").read_text()
    other = run("sample", model, "-g", genome, "-o", "-", "-q")
    assert other.stdout != again.stdout
    assert other.stderr == ""


def test_streams_in_and_out(run: Run, genome: Path, model: Path, tmp_path: Path) -> None:
    run("sample", model, "-g", genome, "--seed", 1, "-o", "a.fa")
    expected = (tmp_path / "a.fa").read_text()
    assert run("sample", model, "-g", "-", "--seed", 1, "-o", "-", input=genome.read_bytes()).stdout == expected
    run("convert", model, "small.gsm", "--compress")
    packed = (tmp_path / "small.gsm").read_bytes()
    assert run("sample", "-", "-g", genome, "--seed", 1, "-o", "-", input=packed).stdout == expected
    result = run("sample", "-", "-g", "-", "-o", "-", input=packed, code=2)
    assert "cannot be both" in result.stderr
    run("sample", model, "-g", genome, "--seed", 1, "-o", "/dev/null")
    assert Path("/dev/null").is_char_device()


def test_bare_bases(run: Run, genome: Path, model: Path) -> None:
    fasta = run("sample", model, "-g", genome, "--seed", 1, "-o", "-").stdout
    bare = run("sample", model, "-g", genome, "--seed", 1, "-o", "-", "--output-format", "seq").stdout
    assert bare == "".join(_records(fasta).values())


def test_an_index_in_the_way_is_refused_too(run: Run, genome: Path, model: Path, tmp_path: Path) -> None:
    (tmp_path / "out.fa.fai").write_text("mine")
    assert "out.fa.fai exists" in run("sample", model, "-g", genome, "-o", "out.fa", code=1).stderr
    assert not (tmp_path / "out.fa").exists()
    run("sample", model, "-g", genome, "-o", "out.fa", "--output-format", "seq")
    run("sample", model, "-g", genome, "-o", "out.fa", "--force")
    assert (tmp_path / "out.fa.fai").read_text().startswith("chr1\t6000\t")


def test_random_is_the_api(run: Run, genome: Path, tmp_path: Path) -> None:
    (tmp_path / "sizes").write_text("chrA\t500\nchrB\t100\n")
    result = run(
        "random", "--genome", "sizes", "-o", "-", "--seed", 3, "--nuc-probs", "A=0,C=1,G=3,T=0", "--n-samples", 2
    )
    expected = gsynth.gsynth_random(
        genome={"chrA": 500, "chrB": 100}, seed=3, n_samples=2, nuc_probs={"A": 0, "C": 1, "G": 3, "T": 0}
    )
    assert list(_records(result.stdout).values()) == expected
    found = run("random", "--genome", genome, "-o", "r.fa", "--seed", 3, "--json").stdout
    assert json.loads(found)["bases"] == 9000


def test_replace_kmer_is_the_api(run: Run, genome: Path) -> None:
    result = run("replace-kmer", "cg", "GC", genome, "-o", "-", "--intervals", "chr2")
    bases = "".join(_records(result.stdout).values())
    assert [bases] == gsynth.gsynth_replace_kmer("CG", "GC", genome=genome, intervals="chr2")
    assert "CG" not in bases
    assert "--no-check-composition" in run("replace-kmer", "CG", "CC", genome, "-o", "x.fa", code=1).stderr
    run("replace-kmer", "CG", "CA", genome, "-o", "x.fa", "--no-check-composition")


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["--bin-merge", "cpg=1 into 0"], 2, "1 (gc)"),
        (["--init", "warm"], 2, "stationary"),
        (["--output-format", "vector"], 2, "fasta"),
        (["--seed", "-1"], 2, "--seed"),
        (["--cell-merge", "nowhere.csv"], 1, "nowhere.csv"),
        (["--model-format", "pickle"], 1, "model.gsm"),
        (["--mask-copy", "nowhere.bed"], 1, "nowhere.bed"),
    ],
)
def test_errors_have_codes_and_leave_nothing(
    run: Run, genome: Path, model: Path, args: list[str], code: int, says: str
) -> None:
    result = run("sample", model, "-g", genome, "-o", "out.fa", *args, code=code)
    assert says in result.stderr
    assert not list(genome.parent.glob("*out.fa*"))


@pytest.mark.parametrize("output", ["x.gz", "x.bam", "x.fq", "x.Zst"])
def test_a_suffix_that_promises_something_else_is_refused_before_the_work(
    run: Run, genome: Path, model: Path, output: str
) -> None:
    before = sorted(genome.parent.iterdir())
    said = run("sample", model, "-g", genome, "-o", output, code=1).stderr
    assert said.startswith(f"gsynth: error: output {output} asks for ")
    assert sorted(genome.parent.iterdir()) == before


def test_records_are_named_after_the_bed_file(run: Run, genome: Path, model: Path) -> None:
    Path("x.bed").write_text("chr1\t10\t60\tpeak1\t0\t+\nchr1\t10\t60\tpeak1\t0\t+\n")
    expected = [">peak1::chr1:10-60(+)", ">peak1::chr1:10-60(+)_repeat2"]
    for words in (["sample", model, "--genome", genome], ["random", "--genome", genome]):
        run(*words, "--intervals", "x.bed", "--names", "bed", "--seed", 1, "-o", "o.fa", "--force")
        assert [line for line in Path("o.fa").read_text().splitlines() if line.startswith(">")] == expected
    said = run("sample", model, "--genome", genome, "--names", "bed", "-o", "p.fa", code=1).stderr
    assert "--names bed takes the names of a BED file's fourth column: pass it as intervals" in said
