"""Bars apart from other work: no tqdm where none is asked for; where one is, no thread left, and forks go on."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import gsynth
from gsynth.blocks.progress import progress_bar

GENOME = {"a": "ACGTTGCAAC" * 50}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Gone(Terminal):
    def write(self, text: str) -> int:
        raise BrokenPipeError


@pytest.mark.parametrize("progress", [None, False])
def test_without_a_bar_tqdm_is_not_even_loaded(progress: bool | None) -> None:
    code = f"""
import sys, gsynth
gsynth.train(genome={GENOME!r}, k=1, progress={progress})
assert "tqdm" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, stderr=subprocess.DEVNULL)


@pytest.mark.parametrize(("stream", "progress", "shown"), [
    (Terminal, None, True), (Terminal, False, False), (io.StringIO, None, False), (io.StringIO, True, True),
])  # fmt: skip
def test_when_a_bar_is_shown(
    monkeypatch: pytest.MonkeyPatch, stream: type[io.StringIO], progress: bool | None, shown: bool
) -> None:
    monkeypatch.setattr(sys, "stderr", stream())
    with progress_bar(100, "work", progress) as bar:
        bar.update(50)
        text = sys.stderr.getvalue()  # type: ignore[attr-defined]  # of this test
    assert ("work:" in text) is shown


@pytest.mark.parametrize("stream", [None, Gone()])
def test_a_stream_that_takes_nothing_loses_no_work(monkeypatch: pytest.MonkeyPatch, stream: object) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    assert gsynth.train(genome=GENOME, k=1, progress=True).total_kmers == 998


def test_many_bars_leave_one_class_and_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    threads = threading.active_count()
    kinds = set()
    for _ in range(20):
        with progress_bar(100, "work", True) as bar:
            kinds.add(type(bar))
    assert len(kinds) == 1
    assert threading.active_count() == threads


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.parametrize("holder", ["a thread", "tqdm, by a process that was killed"])
def test_a_fork_while_the_lock_is_held(holder: str) -> None:
    code = f"""
import io, os, signal, sys, threading, warnings
import gsynth
from gsynth.blocks import progress
warnings.simplefilter("ignore")
sys.stderr = type("T", (io.StringIO,), {{"isatty": lambda self: True}})()
train = lambda: gsynth.train(genome={GENOME!r}, k=1, progress=True)
train()
from tqdm import tqdm
if {holder!r} == "a thread":
    held = threading.Event()
    def hold():
        with progress._bar_class().get_lock():
            held.set()
            threading.Event().wait()
    threading.Thread(target=hold, daemon=True).start()
    held.wait()
elif os.fork() == 0:
    tqdm.get_lock().acquire()
    os.kill(os.getpid(), signal.SIGKILL)
else:
    os.wait()
if (child := os.fork()) == 0:
    train()
    os._exit(0)
os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    # A hang would end in the timeout.
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_commands_with_standard_error_closed(tmp_path: Path) -> None:
    (tmp_path / "g.fa").write_text(">a\nACGTACGTACGTACGT\n")
    for arguments in ("random -g g.fa -o o.fa --seed 1", "train g.fa -k 1 -o m.gsm", "sample m.gsm -g g.fa -o s.fa"):
        command = f"{sys.executable} -m gsynth {arguments} 2>&-"
        subprocess.run(command, shell=True, cwd=str(tmp_path), check=True)
    assert "\n" in (tmp_path / "s.fa").read_text()
    assert gsynth.load(tmp_path / "m.gsm").k == 1
