"""One long contig: the same bytes from any number of threads, bounded memory, and nothing left of a job cut short."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import gsynth
from gsynth.blocks.executor import run_in_order

LINES = 100_000


def write_contig(path: Path, size: int) -> Path:
    """A FASTA of one contig `c` of `size` bases, a multiple of 6 Mb; GC in waves, a gap and lower case."""
    with path.open("wb") as file:
        file.write(b">c one contig\n")
        for part in range(size // (60 * LINES)):
            rng = np.random.default_rng(part)
            at_rich = (np.arange(LINES) // 50 % 3 > 0)[:, None]
            codes = rng.integers(0, 4, (LINES, 60), dtype=np.uint8)
            letters = np.where(at_rich & (rng.random((LINES, 60), dtype=np.float32) < 0.3), codes & 2, codes)
            lines: NDArray[np.uint8] = np.full((LINES, 61), ord("\n"), dtype=np.uint8)
            lines[:, :60] = np.frombuffer(b"ACTG", dtype=np.uint8)[letters]
            lines[:100, :60] = ord("N")
            lines[3000:9000, :60] |= 0x20
            file.write(lines.tobytes())
    return path


@pytest.mark.slow
@pytest.mark.parametrize("k", [5, 10])
def test_thirty_megabases_from_one_thread_and_from_four(tmp_path: Path, k: int) -> None:
    genome = write_contig(tmp_path / "g.fa", 30_000_000)
    strata = {"expr": "gc", "breaks": [0, 0.45, 0.55, 1]}
    model = gsynth.gsynth_train(strata, genome=genome, iterator=200, k=k, num_cores=4, pseudocount=0.1)
    assert model == gsynth.gsynth_train(strata, genome=genome, iterator=200, k=k, num_cores=1, pseudocount=0.1)
    digests = set()
    for threads, block in ((1, None), (4, None), (4, 300_000)):
        output = tmp_path / f"{threads}.fa"
        gsynth.gsynth_sample(
            model, output, genome=genome, seed=1, num_cores=threads, max_chunk_size=block, overwrite=True
        )
        with output.open("rb") as file:
            digests.add(hashlib.file_digest(file, "sha256").hexdigest())
        assert output.stat().st_size == 3 + 30_000_000 + 30_000_000 // 60
    assert len(digests) == 1


PEAK = """
import json, resource, sys, gsynth
unit = 1 if sys.platform == "darwin" else 1024
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
genome, strata = sys.argv[1], {"expr": "gc", "breaks": [0, 0.45, 0.55, 1]}
gsynth.sample(gsynth.train(strata, genome={"c": "ACGT" * 1000}, iterator=200), seed=1, genome={"c": "ACGT" * 1000})
before = peak()
model = gsynth.train(strata, genome=genome, iterator=200, num_cores=4)
gsynth.sample(model, sys.argv[2], genome=genome, seed=1, num_cores=4)
print(json.dumps(peak() - before))
"""

BOUND = 150 << 20
"""Bytes beyond what importing and a tiny run take: 8 blocks in flight, a few arrays of a megabase each."""


def growth(folder: Path, size: int) -> int:
    genome = write_contig(folder / "g.fa", size)
    output = folder / "o.fa"
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(genome), str(output)], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert output.stat().st_size > size
    for path in folder.iterdir():
        path.unlink()
    return int(json.loads(done.stdout))


@pytest.mark.slow
def test_peak_memory_is_bounded_and_does_not_grow_with_the_genome(tmp_path: Path) -> None:
    """Training and sampling 168 Mb takes less than a string of it would, and no more than 48 Mb does."""
    small, large = growth(tmp_path, 48_000_000), growth(tmp_path, 168_000_000)
    assert large < BOUND < 168_000_000
    assert large < small + (24 << 20)


@pytest.mark.parametrize("workers", [1, 4])
def test_an_interrupt_waits_only_for_the_blocks_that_run(workers: int) -> None:
    """What Ctrl-C does between two blocks: those in flight end and no other begins, so it takes no longer than they."""
    begun: list[int] = []

    def take(block: int) -> None:
        if block == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_in_order(lambda job: begun.append(job) or job, iter(range(10_000)), take, workers)
    # Threads may note their blocks out of order; none is left out.
    assert sorted(begun) == list(range(len(begun)))
    assert 21 <= len(begun) <= 20 + 2 * workers


@pytest.fixture
def endless(tmp_path: Path) -> tuple[list[str], Path]:
    """A command that samples 20 Gb of one contig by strata, and its folder."""
    (tmp_path / "sizes").write_text("c\t20000000000\n")
    model = gsynth.gsynth_train(genome={"c": "ACGTTGCA" * 1000}, k=8)
    gsynth.gsynth_save(model, tmp_path / "m.gsm")
    args = ["sample", "m.gsm", "-g", "sizes", "-o", "out.fa", "--seed", "1", "-t", "2"]
    return [sys.executable, "-m", "gsynth", *args], tmp_path


def begun(words: list[str], folder: Path) -> subprocess.Popen[bytes]:
    """The command, once megabases of its output are written under a hidden name."""
    process = subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if any(path.stat().st_size > 5_000_000 for path in folder.glob(".out.fa*")):
            return process
        time.sleep(0.02)
    process.kill()
    _, said = process.communicate()
    raise AssertionError(f"nothing was written: {said.decode()}")


@pytest.mark.slow
def test_ctrl_c_while_sampling_leaves_nothing(endless: tuple[list[str], Path]) -> None:
    words, folder = endless
    process = begun(words, folder)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in said
    assert sorted(path.name for path in folder.iterdir()) == ["m.gsm", "sizes"]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
@pytest.mark.parametrize("old", [None, ">c\nACGT\n"])
def test_a_kill_leaves_no_part_under_the_final_name(endless: tuple[list[str], Path], old: str | None) -> None:
    """What was there stays; and the next run is not in the way of what the killed one left."""
    words, folder = endless
    output = folder / "out.fa"
    if old is not None:
        output.write_text(old)
        words = [*words, "--force"]
    process = begun(words, folder)
    process.kill()
    process.communicate()
    assert not (folder / "out.fa.fai").exists()
    assert output.exists() is (old is not None)
    if old is not None:
        assert output.read_text() == old
    (folder / "sizes").write_text("c\t1000\n")
    subprocess.run(words, cwd=folder, check=True, capture_output=True)
    assert (folder / "out.fa.fai").read_text() == "c\t1000\t3\t60\t61\n"


@pytest.mark.parametrize("stops_at", ["out.fa", "out.fa.fai"])
def test_no_index_outlives_its_fasta(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stops_at: str) -> None:
    """Stopped between the two files, a job leaves none or both of one make; never an old index by a new FASTA."""
    output = tmp_path / "out.fa"
    gsynth.gsynth_random(genome={"old": 100}, output=output, seed=1, overwrite=True)
    old, real = output.read_bytes(), os.replace

    def replace(path: Path, target: Path) -> None:
        if target.name == stops_at:
            raise OSError("no space left")
        real(path, target)

    monkeypatch.setattr("gsynth.files.atomic.os.replace", replace)
    with pytest.raises(OSError, match="no space left"):
        gsynth.gsynth_random(genome={"new": 70}, output=output, seed=1, overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["out.fa"]
    assert (output.read_bytes() == old) is (stops_at == "out.fa")


def fed(words: list[Any], given: bytes, folder: Path) -> bytes:
    done = subprocess.run(
        [sys.executable, "-m", "gsynth", *map(str, words)], cwd=folder, input=given, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_standard_input_to_standard_output(tmp_path: Path) -> None:
    """A genome in, a model through a pipe, a synthetic genome out; the bytes are those of files."""
    genome = b">c\n" + b"ACGGTTGCANNAT" * 300 + b"\n"
    (tmp_path / "g.fa").write_bytes(genome)
    model = fed(["train", "-", "-k", 2, "-o", "-"], genome, tmp_path)
    drawn = fed(["sample", "-", "-g", "g.fa", "--seed", 4, "-o", "-"], model, tmp_path)
    fed(["train", "g.fa", "-k", 2, "-o", "m.gsm"], b"", tmp_path)
    fed(["sample", "m.gsm", "-g", "g.fa", "--seed", 4, "-o", "o.fa"], b"", tmp_path)
    assert drawn == (tmp_path / "o.fa").read_bytes()
    again = fed(["replace-kmer", "CG", "GC", "-", "-o", "-"], drawn, tmp_path)
    assert b"CG" not in again.replace(b"\n", b"")
