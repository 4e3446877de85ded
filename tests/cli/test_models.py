from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

import gsynth
from gsynth.model.description import MOST_BINS

Run = Callable[..., Result]


def test_convert_keeps_the_model(run: Run, model: Path, tmp_path: Path) -> None:
    assert json.loads(run("convert", model, "small.gsm", "--compress", "--json").stdout) == {
        "input": str(model),
        "output": "small.gsm",
    }
    assert (tmp_path / "small.gsm").is_file()
    run("convert", model, "r.gsm", "--format", "gsm-r")
    loaded = [gsynth.gsynth_load(path) for path in (model, tmp_path / "small.gsm", tmp_path / "r.gsm")]
    assert loaded[0] == loaded[1] == loaded[2]
    assert "--force" in run("convert", model, "small.gsm", code=1).stderr
    assert "also an input" in run("convert", model, model, "--force", code=1).stderr
    assert "one file" in run("convert", model, "-", "--format", "gsm-r", code=1).stderr


def test_info_shows_what_the_model_holds(run: Run, model: Path) -> None:
    text = run("info", model).stdout
    loaded = gsynth.gsynth_load(model)
    for part in ("gc: 4 bins, breaks 0 0.25 0.5 0.75 1", f"{loaded.total_kmers:,}", "50 bp", "gsynth 0", "chr1 6,000"):
        assert part in text
    rows = text.split("\n\n")[1].splitlines()
    assert len(rows) == 1 + loaded.total_bins
    for row, count in zip(rows[1:], loaded.per_bin_kmers, strict=True):
        assert f"{count:,}" in row.split()


def test_info_as_json(run: Run, model: Path) -> None:
    found = json.loads(run("info", model, "--json").stdout)
    loaded = gsynth.gsynth_load(model)
    assert found["dim_specs"] == loaded.dim_specs
    assert found["per_bin_kmers"] == loaded.per_bin_kmers.tolist()
    assert found["metadata"]["chrom_sizes"] == {"chr1": 6000, "chr2": 3000}


def test_info_marks_merged_and_sparse_bins_and_ends(run: Run, genome: Path) -> None:
    run(
        "train", genome, "-k", 1, "-o", "m.gsm", "--dim", "gc=0:1:0.1", "--dim", "cpg=0:10:0.25", "--iterator", 50,
        "--bin-merge", "gc=0.8 into 0.75", "--min-obs", 100,
    )  # fmt: skip
    text = run("info", "m.gsm").stdout
    assert "8 into 7, 9 into 7" in text
    assert "sparse" in text
    assert "400 (10 x 40)" in text
    assert text.rstrip().endswith(f"and {400 - MOST_BINS} more bins; --json lists them all")


@pytest.mark.parametrize("text", [b"", b"nothing of the sort", b"PK\x03\x04"])
def test_what_is_no_model_is_an_error(run: Run, tmp_path: Path, text: bytes) -> None:
    (tmp_path / "x.gsm").write_bytes(text)
    assert "x.gsm" in run("info", "x.gsm", code=1).stderr
    run("info", "-", input=text, code=1)
    assert "no model at" in run("info", "nothing.gsm", code=1).stderr


def test_merge_adds_models(run: Run, genome: Path, model: Path) -> None:
    for name in ("chr1", "chr2"):
        where = ("--intervals", name, "-o", f"{name}.gsm")
        run("train", genome, "-k", 3, "--dim", "gc=0:1:0.25", "--iterator", 50, *where)
    found = json.loads(run("merge", "chr1.gsm", "chr2.gsm", "-o", "both.gsm", "--json").stdout)
    both = gsynth.gsynth_load(genome.with_name("both.gsm"))
    assert both == gsynth.gsynth_load(model)
    assert (found["models"], found["total_kmers"]) == (["chr1.gsm", "chr2.gsm"], both.total_kmers)
    assert "--force" in run("merge", "chr1.gsm", "chr2.gsm", "-o", "both.gsm", code=1).stderr
    assert "also an input" in run("merge", "chr1.gsm", "chr2.gsm", "-o", "chr1.gsm", "--force", code=1).stderr
    packed = run("merge", "chr1.gsm", "chr2.gsm", "-o", "-").stdout_bytes
    (genome.parent / "piped.gsm").write_bytes(packed)
    assert gsynth.gsynth_load(genome.with_name("piped.gsm")) == both


def test_merge_names_what_differs(run: Run, genome: Path, model: Path) -> None:
    run("train", genome, "-k", 2, "-o", "other.gsm")
    said = run("merge", model, "other.gsm", "-o", "both.gsm", code=1).stderr
    assert "model 2 of 2 cannot be added to model 1: k: 2 there, 3 in model 1" in said
    assert "MODEL" in run("merge", "-o", "both.gsm", code=2).stderr


def test_forbid_kmer_makes_a_model_without_words(run: Run, genome: Path, model: Path) -> None:
    done = run("forbid-kmer", model, "cg", "AAAAAA", "--both-strands", "--method", "exact", "-o", "none.gsm", "--json")
    assert json.loads(done.stdout)["forbidden"] == {"words": ["CG", "AAAAAA", "TTTTTT"], "method": "exact", "order": 3}
    assert "transitions removed in each of 4 bins" in done.stderr
    assert "the order is 5 instead of 3" in done.stderr
    expected = gsynth.forbid_kmer(gsynth.load(model), ["CG", "AAAAAA"], method="exact", both_strands=True)
    assert gsynth.load(genome.with_name("none.gsm")) == expected
    assert "CG AAAAAA TTTTTT (exact)" in run("info", "none.gsm").stdout
    assert not run("forbid-kmer", model, "CG", "--no-check", "-o", "local.gsm").stderr
    report = json.loads(run("sample", "none.gsm", "-g", genome, "--seed", 1, "-o", "s.fa", "--json").stdout)
    assert report["copied_words"] == 0
    assert report["words"] == sum(
        "".join((genome.parent / "s.fa").read_text().split("\n")).count(word) for word in ("CG", "AAAAAA", "TTTTTT")
    )
    assert "IUPAC" in run("forbid-kmer", model, "CX", "-o", "x.gsm", code=1).stderr
