"""The examples of docs/examples run, and make the model and the sample of one call."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gsynth

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
SEED = 7

SBATCH = """#!/bin/bash
# A stand-in for Slurm's: it does the jobs of an array one after the other, and at once.
set -e
while [ $# -gt 0 ]; do
    case $1 in
    --parsable | --dependency=*) shift ;;
    --array=*) last=${1##*-}; shift ;;
    --wrap) bash -c "$2" >&2; echo 1; exit ;;
    *) break ;;
    esac
done
for ((i = 1; i <= last; i++)); do SLURM_ARRAY_TASK_ID=$i "$@" >&2; done
echo 1
"""


@pytest.fixture
def genome(tmp_path: Path) -> Path:
    """Contigs in no order of their names, one of which looks like a region."""
    chance = np.random.default_rng(11)
    letters = np.frombuffer(b"ACGTN", dtype=np.uint8)
    path = tmp_path / "genome.fa"
    with path.open("wb") as file:
        for name, size in [("z", 5_000), ("a:1-9", 900), ("m", 2_345)]:
            file.write(b">%s\n%s\n" % (name.encode(), letters[chance.integers(0, 5, size)].tobytes()))
    # Makes the index, as any call does.
    gsynth.train(genome=path, k=1)
    return path


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command in the folder of the genome, with the gsynth of this environment."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sbatch").write_text(SBATCH)
    (tmp_path / "bin" / "sbatch").chmod(0o755)
    monkeypatch.setenv(
        "PATH", os.pathsep.join([str(tmp_path / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]])
    )

    def run(*command: object) -> None:
        done = subprocess.run([*map(str, command)], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert not done.returncode, done.stdout + done.stderr

    return run


def check(genome: Path) -> None:
    expected = gsynth.train(genome=genome, k=5)
    found = gsynth.load(genome.with_name("model.gsm"))
    assert np.array_equal(found.counts, expected.counts)
    assert (found.total_kmers, found.total_n) == (expected.total_kmers, expected.total_n)
    sample = genome.with_name("expected.fa")
    gsynth.sample(expected, sample, genome=genome, seed=SEED)
    assert genome.with_name("sample.fa").read_bytes() == sample.read_bytes()


def test_job_array(genome, ran):
    ran("bash", EXAMPLES / "slurm" / "submit.sh", "genome.fa", SEED)
    check(genome)


def test_snakemake(genome, ran):
    snakemake = os.environ.get("GSYNTH_TEST_SNAKEMAKE", "snakemake")
    if shutil.which(snakemake) is None:
        pytest.skip("Snakemake is not installed (tox -e dask installs it)")
    snakefile = EXAMPLES / "snakemake" / "Snakefile"
    ran(snakemake, "--cores", 2, "-s", snakefile, "--config", f"genome={genome.name}", f"seed={SEED}")
    check(genome)


def test_nextflow(genome, ran):
    if shutil.which("nextflow") is None:
        pytest.skip("Nextflow is not installed: it comes from no package registry")
    ran("nextflow", "run", EXAMPLES / "nextflow" / "main.nf", "--genome", genome.name, "--seed", SEED)
    check(genome)


def test_what_nextflow_runs(genome, ran, tmp_path):
    """The scripts of its processes, with their variables filled in: all but Nextflow's own part."""
    text = (EXAMPLES / "nextflow" / "main.nf").read_text()
    scripts = {}
    for part in text.split("process ")[1:]:
        name = part.split(" ", 1)[0]
        scripts[name] = part.split('"""')[1].replace("\\\\", "\\")
    lines = [line.split("\t") for line in genome.with_name("genome.fa.fai").read_text().splitlines()]
    parts = [(f"{number:07d}", columns[0], columns[1]) for number, columns in enumerate(lines)]
    common = {"genome": "genome.fa", "task.cpus": "1", "params.seed": str(SEED), "model": "model.gsm"}

    def script(process: str, /, **values: str) -> None:
        filled = scripts[process]
        for variable, value in {**common, **values}.items():
            filled = filled.replace("${" + variable + "}", value)
        assert "${" not in filled
        ran("bash", "-ec", filled)

    for number, contig, size in parts:
        script("TRAIN", number=number, name=contig, size=size)
    script("MERGE", models=" ".join(f"{number}.gsm" for number, _, _ in parts))
    for number, contig, size in parts:
        script("SAMPLE", number=number, name=contig, size=size)
    script("JOIN", samples=" ".join(f"{number}.fa" for number, _, _ in parts))
    check(genome)


def test_dask(genome, ran):
    pytest.importorskip("distributed", reason="Dask is not installed (pip install 'gsynth[dask]')")
    ran(sys.executable, EXAMPLES / "dask" / "cluster.py", "genome.fa", SEED, "local:2")
    check(genome)
