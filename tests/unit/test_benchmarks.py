"""The benchmarks run, on a tiny genome: what they print is checked, never how long it took."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module", autouse=True)
def benchmarks():
    """The package as it lies in the checkout, without putting the checkout's gsynth/ on the path."""
    folder = ROOT / "benchmarks"
    spec = importlib.util.spec_from_file_location(
        "benchmarks", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules["benchmarks"] = package
    spec.loader.exec_module(package)
    yield package
    for name in [name for name in sys.modules if name.partition(".")[0] == "benchmarks"]:
        del sys.modules[name]


def run(program: str, *options: str) -> None:
    command = [sys.executable, "-m", f"benchmarks.{program}", *options]
    ran = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr


def test_the_genome_is_what_it_says(tmp_path):
    from benchmarks.genome import contigs_of, make_genome
    from gsynth.genomes import open_genome

    path = make_genome(tmp_path, 300_000)
    genome = open_genome(path)
    assert dict(genome.contigs) == {contig.name: contig.length for contig in contigs_of(300_000)}
    bases = genome.fetch("chr1", 0, genome.contigs["chr1"])
    upper = bases & 0xDF
    known = upper != ord("N")
    assert 0.4 < np.isin(upper[known], [ord("C"), ord("G")]).mean() < 0.5
    assert 0.4 < (bases[known] > ord("Z")).mean() < 0.6
    assert (~known).any()
    assert not known[:200].any()
    letters = upper.tobytes()
    expected = letters.count(b"C") * letters.count(b"G") / known.sum()
    assert letters.count(b"CG") < 0.3 * expected


def test_a_genome_is_the_same_every_time_and_made_once(tmp_path):
    from benchmarks.genome import make_genome

    paths = [tmp_path / name for name in "ab"]
    for path in paths:
        path.mkdir()
    first, second = (make_genome(path, 50_000) for path in paths)
    assert first.read_bytes() == second.read_bytes()
    first.write_text("kept")
    assert make_genome(paths[0], 50_000).read_text() == "kept"


def test_blocks_follow_each_other_without_a_gap():
    from benchmarks.genome import BLOCK, Contig, blocks_of

    contig = Contig(0, "chr1", 2 * BLOCK + 17, np.array([[BLOCK - 5, BLOCK + 5]]))
    letters = np.concatenate(list(blocks_of(contig)))
    assert letters.size == contig.length
    assert np.flatnonzero(letters == ord("N")).tolist() == list(range(BLOCK - 5, BLOCK + 5))


def test_the_draft_is_what_it_says(tmp_path):
    from benchmarks.genome import make_scaffolds, scaffolds_in
    from gsynth.genomes import open_genome

    draft = scaffolds_in(60_000)
    assert (scaffolds_in(100_000_000).count, draft.count, draft.length) == (50_000, 30, 400)
    genome = open_genome(make_scaffolds(tmp_path, 60_000))
    assert dict(genome.contigs) == {f"scaffold{i + 1:06}": 400 for i in range(30)}
    assert len({genome.fetch(name, 0, 400).tobytes() for name in genome.contigs}) == 30


@pytest.mark.parametrize(("where", "width", "count"), [("regions", 500, 200), ("samples", 1000, 2)])
def test_regions_lie_apart_within_the_genome(where, width, count):
    from benchmarks.genome import contigs_of
    from benchmarks.regions import regions_of, worked_on

    bases = 200_000 if where == "regions" else 1_000_000
    found = regions_of(where, bases)
    sizes = {contig.name: contig.length for contig in contigs_of(bases)}
    assert len(found["chrom"]) >= count - 5
    assert all(end <= sizes[name] for name, end in zip(found["chrom"], found["end"].tolist(), strict=True))
    same = np.array(found["chrom"][1:]) == found["chrom"][:-1]
    assert (found["start"][1:] >= found["end"][:-1])[same].all()
    assert worked_on(where, "train", bases) == width * len(found["chrom"]) == int((found["end"] - found["start"]).sum())


def test_as_many_samples_as_regions():
    from benchmarks.regions import REGIONS, samples_of, worked_on

    assert [samples_of("samples", kind, 100_000_000) for kind in ("sample", "random", "train")] == [1000, 1000, 1]
    assert worked_on("samples", "sample", 100_000_000) == 1000 * REGIONS["samples"].total(100_000_000)
    assert samples_of("scaffolds", "sample", 100_000_000) == 1


def test_components(tmp_path):
    run("components", "--megabases", "0.2", "--backends", "numpy", "--jobs", "train-k5-scaffolds", "sample-k5")


def test_peers_and_page(tmp_path):
    from benchmarks.page import renewed

    out = tmp_path / "peers.json"
    backends = ["numpy", *(["pymisha"] if importlib.util.find_spec("pymisha") else [])]
    jobs = ["train-k5-gc", "sample-k5", "replace", "train-k5-gc-scaffolds", "random-samples"]
    run("peers", "--megabases", "0.4", "--rounds", "2", "--backends", *backends, "--jobs", *jobs, "--json", str(out))
    report = json.loads(out.read_text())
    assert [job["job"] for job in report["jobs"]] == jobs
    for job in report["jobs"]:
        assert job["same_answer"]
        assert {result["name"] for result in job["results"]} == set(backends)
        assert all(0 < result["best_ns"] <= result["median_ns"] for result in job["results"])
    page = renewed("a\n<!-- peers: begin -->\nbefore\n<!-- peers: end -->\nz\n", [report])
    assert page.startswith("a\n")
    assert page.endswith("\nz\n")
    assert "before" not in page
    assert "| replace CG by GC | " in page


def test_scaling(tmp_path):
    out = tmp_path / "scaling.json"
    run("scaling", "--largest", "0.1", "--rounds", "1", "--backends", "numpy", "--json", str(out))
    rows = json.loads(out.read_text())["rows"]
    assert [row["job"] for row in rows] == ["train-k5-gc", "sample-k5-gc"]
    assert all(row["peak_mb"] <= row["limit_mb"] for row in rows)


def test_one_that_fails_is_shown(tmp_path):
    from benchmarks.contest import Place, contest
    from benchmarks.figures import job_figures
    from benchmarks.genome import make_genome
    from benchmarks.jobs import Contestant, find_jobs
    from benchmarks.tables import HEAD, as_text, peer_rows

    job = find_jobs(["train-k5"])[0]
    place = Place(tmp_path, make_genome(tmp_path, 20_000), 20_000, 20_000)
    results = contest(place, job, [Contestant("numpy", 1), Contestant("nonesuch", 1)], 1)
    text = as_text(HEAD, list(peer_rows([job_figures(job, results, 20_000)])))
    assert "failed" in text
    assert not results[0].error


def test_results_to_figures():
    from benchmarks.contest import Result
    from benchmarks.figures import job_figures
    from benchmarks.jobs import find_jobs

    job = find_jobs(["replace"])[0]
    results = [
        Result("pymisha", 1, [2.0, 4.0, 3.0], [2.0, 1.0, 3.0], 5_000_000, "x"),
        Result("cython", 0, [0.04, 0.06, 0.05], [0.1], 0, "x"),
        Result("numba", 0, [0.1], [0.1], 0, "y"),
    ]
    figures = job_figures(job, results, 100_000_000)
    peer, fast, slow = figures["results"]
    assert (peer["best_ns"], peer["median_ns"], peer["peak_mb"], peer["met"]) == (20, 30, 5, None)
    assert (fast["ratio"], fast["met"], fast["median_ns"]) == (50, True, 0.5)
    assert peer["cpu_ns"] == 10
    assert (slow["ratio"], slow["met"]) == (20, False)
    assert figures["same_answer"] is False


def test_the_page_shows_the_results_that_are_kept():
    from benchmarks.page import PAGE, kept_reports, renewed

    reports = kept_reports()
    assert {report["benchmark"] for report in reports} == {"peers", "scaling"}
    assert renewed(PAGE.read_text(), reports) == PAGE.read_text()
    assert not [name for report in reports for name in report["machine"] if name in ("host", "time", "path")]
