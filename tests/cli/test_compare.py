from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import Result

import gsynth

Run = Callable[..., Result]

KEYS = {"name", "verdict", "value", "expected", "about", "text", "details"}
"""Of each check, in every version of the schema."""


@pytest.fixture
def sample(run: Run, genome: Path, model: Path) -> Path:
    run("sample", model, "-g", genome, "--seed", 1, "-o", "sample.fa")
    return genome.with_name("sample.fa")


def test_json_has_the_documented_keys(run: Run, genome: Path, model: Path, sample: Path) -> None:
    found = json.loads(run("compare", genome, sample, "--model", model, "--json").stdout)
    assert {"schema", "verdict", "summary", "k", "model_given", "real", "synthetic", "checks"} <= set(found)
    assert {"spectra", "autocorrelation", "leak", "strata", "overall"} <= set(found)
    assert found["schema"] == 1
    assert (found["verdict"], found["k"], found["model_given"]) == ("pass", 3, True)
    assert all(set(check) == KEYS for check in found["checks"])
    assert {check["verdict"] for check in found["checks"]} == {"pass"}
    names = [check["name"] for check in found["checks"]]
    assert len(names) == len(set(names))
    assert {"leak", "copied", "transitions", "cpg", "windows", "gc_windows", "autocorrelation", "runs"} < set(names)
    assert {f"spectrum_{k}" for k in range(1, 9)} < set(names)
    assert [row["k"] for row in found["spectra"]] == list(range(1, 9))
    assert len(found["autocorrelation"]["synthetic"]) == 200
    assert found["real"]["n"] == found["synthetic"]["n"] == 50
    page = (Path(__file__).parents[2] / "docs/howto/is-it-good.md").read_text()
    assert not [name for name in (*names, *KEYS, *found) if f"`{name}`" not in page and "spectrum" not in name]


def test_the_same_text_twice(run: Run, genome: Path, model: Path, sample: Path) -> None:
    first = run("compare", genome, sample, "--model", model, "--html", "one.html").stdout
    assert run("compare", genome, sample, "--model", model, "--html", "two.html", "-t", 1).stdout == first
    assert genome.with_name("one.html").read_bytes() == genome.with_name("two.html").read_bytes()
    assert first.splitlines()[0].startswith("pass: ")
    assert "stratum" in first


@pytest.mark.parametrize(
    ("fail_on", "bad", "code"),
    [("never", True, 0), ("fail", True, 1), ("fail", False, 0), ("warn", False, 0), ("warn", True, 1)],
)
def test_exit_codes(run: Run, genome: Path, model: Path, sample: Path, fail_on: str, bad: bool, code: int) -> None:
    result = run("compare", genome, genome if bad else sample, "--model", model, "--fail-on", fail_on, code=code)
    assert result.stdout.startswith("fail: " if bad else "pass: ")
    if bad:
        assert "in the real genome (0-based half-open)" in result.stdout


class Page(HTMLParser):
    """What a page would fetch, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "action")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_report_needs_nothing_else(run: Run, genome: Path, model: Path, sample: Path) -> None:
    run("compare", genome, sample, "--model", model, "--html", "report.html")
    text = genome.with_name("report.html").read_text()
    page = Page()
    page.feed(text)
    assert not page.addresses
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert "url(" not in text
    assert "@import" not in text
    assert page.tags.count("svg") == 4
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text
    assert 'name="viewport"' in text
    for word in ("transitions", "gc 0.25-0.5", "Equal bases at a distance", str(sample)):
        assert word in page.text
    assert not re.search(r"\bnan\b", text)


def test_names_from_files_are_text_in_the_report(run: Run, tmp_path: Path) -> None:
    sequence = "ACGTTGCATTACGGATCCA" * 40
    evil = "<script>alert(1)</script>"
    (tmp_path / "real.fa").write_text(f">{evil}\n{sequence}\n")
    (tmp_path / "same.fa").write_text(f">{evil}\n{sequence}\n")
    run("compare", "real.fa", "same.fa", "--html", "r.html", "-k", 2)
    text = (tmp_path / "r.html").read_text()
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    found = gsynth.gsynth_compare(str(tmp_path / "real.fa"), {evil: sequence}, k=2)
    assert "<script" not in found._repr_html_()
    assert "fail" in found._repr_html_()


def test_outputs_are_not_overwritten(run: Run, genome: Path, model: Path, sample: Path) -> None:
    genome.with_name("r.html").write_text("mine")
    assert "r.html exists" in run("compare", genome, sample, "--html", "r.html", code=1).stderr
    assert "is also an input" in run("compare", genome, sample, "--multiqc", sample, "--force", code=1).stderr
    run("compare", genome, sample, "--html", "r.html", "--force")
    assert genome.with_name("r.html").read_text().startswith("<!doctype html>")


def test_multiqc(run: Run, genome: Path, model: Path, sample: Path) -> None:
    run("compare", genome, sample, "--model", model, "--multiqc", "fly_mqc.json")
    found = json.loads(genome.with_name("fly_mqc.json").read_text())
    assert found["plot_type"] == "table"
    assert set(found) >= {"id", "section_name", "description", "pconfig", "headers", "data"}
    row = found["data"]["sample.fa"]
    assert row["verdict"] == "pass"
    assert set(row) == set(found["headers"])
    assert row["spectrum_1_verdict"] == "pass"


def test_other_contigs_than_the_models_are_refused(run: Run, genome: Path, model: Path, tmp_path: Path) -> None:
    (tmp_path / "other.fa").write_text(">elsewhere\n" + "ACGTTGCA" * 100 + "\n")
    assert "it has none of that name" in run("compare", genome, "other.fa", "--model", model, code=1).stderr
    assert run("compare", genome, "other.fa", "-k", 1).stdout
