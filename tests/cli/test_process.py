"""What only a process of its own can show: imports, signals, pipes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

GSYNTH = [sys.executable, "-m", "gsynth"]
HEAVY = ("numpy", "numba", "yaml", "attrs", "pluggy", "matplotlib", "pandas", "gsynth_numpy", "gsynth_gsm")


@pytest.fixture
def sizes(tmp_path: Path) -> Path:
    path = tmp_path / "sizes"
    path.write_text("chr1\t20000000000\n")
    return path


def _start(*args: str, folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*GSYNTH, *args], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.parametrize(
    "args", [["--help"], ["--version"], *([name, "--help"] for name in ("train", "sample", "plugins", "demo"))]
)
def test_help_loads_nothing_heavy(args: list[str]) -> None:
    code = (
        "import sys\nfrom gsynth.cli import main\n"
        f"try:\n    main({args!r})\nexcept SystemExit as end:\n    assert end.code == 0, end.code\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"
    assert "gsynth" in done.stdout


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_nothing_half_done(sizes: Path, number: signal.Signals, code: int) -> None:
    process = _start("random", "-g", "sizes", "-o", "out.fa", "--backend", "numpy", folder=sizes.parent)
    deadline = time.monotonic() + 60
    while not (begun := list(sizes.parent.glob(".out.fa*"))) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert begun, "nothing was begun"
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == code
    assert b"Traceback" not in said
    assert [path.name for path in sizes.parent.iterdir()] == ["sizes"]


def test_a_closed_pipe_is_no_error(sizes: Path) -> None:
    process = _start("random", "-g", "sizes", "-o", "-", "--seed", "1", "--backend", "numpy", folder=sizes.parent)
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.read(6) == b">chr1\n"
    process.stdout.close()
    assert process.wait(timeout=60) == 1
    assert process.stderr.read() == b""
    process.stderr.close()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_named_pipes_are_read_and_written(genome: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "in")
    os.mkfifo(tmp_path / "out")
    process = _start("replace-kmer", "A", "A", "in", "-o", "out", folder=tmp_path)
    (tmp_path / "in").write_bytes(b">x\nACGT\n")
    assert (tmp_path / "out").read_bytes() == b">x\nACGT\n"
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said


def test_the_traceback_is_for_debug(tmp_path: Path) -> None:
    for args, shown in (([], False), (["--debug"], True)):
        done = subprocess.run(
            [*GSYNTH, *args, "info", "nothing"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 1
        assert ("Traceback" in done.stderr) is shown
        assert done.stderr.splitlines()[-1].startswith("gsynth: error: ")
        assert done.stdout == ""


@pytest.mark.skipif(not os.path.exists("/dev/stdout"), reason="no /dev/stdout on this system")
@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1"])
def test_names_of_open_files_are_written_to_not_replaced(sizes: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "few").write_text("c\t5\n")
    with (tmp_path / "out").open("wb") as file:
        args = ["random", "-g", "few", "-o", name, "--force", "--seed", "1"]
        subprocess.run([*GSYNTH, *args], cwd=tmp_path, stdout=file, check=True, stderr=subprocess.PIPE)
    assert len((tmp_path / "out").read_text()) == len(">c\nACGTA\n")
    assert Path("/dev/stdout").is_symlink()
