from __future__ import annotations

import inspect
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gsynth.cli import main

Run = Callable[..., Result]


def _sequence(size: int, seed: int) -> str:
    rng = random.Random(seed)
    return "".join(
        "".join(rng.choices("ACGT", [3, 2, 2, 3] if i % 2 else [1, 3, 3, 1], k=100)) for i in range(size // 100)
    )


@pytest.fixture
def genome(tmp_path: Path) -> Path:
    """Two contigs: chr1 of 6,000 bases with N from 1,000 to 1,050 and lowercase from 2,000 to 2,100; chr2 of 3,000."""
    first = _sequence(6000, 1)
    first = first[:1000] + "N" * 50 + first[1050:2000] + first[2000:2100].lower() + first[2100:]
    path = tmp_path / "genome.fa"
    path.write_text(f">chr1 first\n{first}\n>chr2\n{_sequence(3000, 2)}\n")
    return path


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command line in the test's folder; standard output and standard error apart."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GSYNTH_BACKEND", raising=False)
    # Before click 8.2 the runner mixed the two unless told.
    apart: dict[str, Any] = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}
    runner = CliRunner(**apart)

    def call(*args: object, input: str | bytes | None = None, code: int = 0) -> Result:
        result = runner.invoke(main, [str(arg) for arg in args], input=input)
        assert result.exit_code == code, f"exit code {result.exit_code}: {result.stderr}"
        assert "Traceback" not in result.stderr
        return result

    return call


@pytest.fixture
def model(run: Run, genome: Path) -> Path:
    """A model of order 3 with four GC bins, trained on `genome`."""
    run("train", genome, "-k", 3, "--dim", "gc=0:1:0.25", "--iterator", 50, "-o", "model.gsm")
    return genome.with_name("model.gsm")
