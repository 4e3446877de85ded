"""Every Python and console block of README and docs runs, in the page's order, in one folder per page.

The folder holds what the pages speak of: the fly sequence of the package under its own name, and small stand-ins for
files that are too large to carry. A ``text`` block right after a block that ran is what it prints.
"""

from __future__ import annotations

import gzip
import io
import os
import re
import subprocess
import sys
from contextlib import redirect_stdout
from importlib.resources import files
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
from attrs import frozen

import gsynth

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PAGES = [page for page in PAGES if "_build" not in page.parts]
FENCE = re.compile(r"^( *)```([\w{}-]*)[^\n]*\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
# What sets up an environment is run by .ci/run and tox, not from inside a test.
SETUP = re.compile(r"^(python -m (pip|venv|build|sphinx)|pip|pytest|tox|git|cp|samtools|wget)\b")


@frozen
class Block:
    language: str
    text: str
    output: str | None
    line: int


@pytest.fixture(autouse=True)
def no_genome_left():
    """A page may call ``use_genome``, which holds for the whole process."""
    yield
    gsynth.use_genome(None)


def blocks(page: Path) -> list[Block]:
    text = page.read_text()
    found = list(FENCE.finditer(text))
    following = [*found, None][1:]
    made = []
    for match, after in zip(found, following, strict=True):
        prints = after is not None and after[2] == "text" and not text[match.end() : after.start()].strip()
        line = text[: match.start()].count("\n") + 1
        made.append(Block(match[2], dedent(match[3]), dedent(after[3]) if prints and after else None, line))
    return made


def commands(block: Block) -> list[str]:
    lines = block.text.replace("\\\n", " ").splitlines()
    if any(line.startswith("$ ") for line in lines):
        return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    return [line for line in lines if line.strip() and not line.startswith("#")]


def run_python(block: Block, page: Path, names: dict[str, object]) -> str:
    printed = io.StringIO()
    # The padding makes tracebacks name the page's own lines.
    code = compile("\n" * block.line + block.text, str(page), "exec")
    with redirect_stdout(printed):
        exec(code, names)
    return printed.getvalue()


def run_console(block: Block) -> str:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "COLUMNS": "110"}
    output = ""
    for command in commands(block):
        if command.startswith("cd "):
            # For all that follows on the page, as in the reader's shell.
            os.chdir(command.removeprefix("cd "))
            continue
        if SETUP.match(command) and " && gsynth " not in command:
            continue
        # What follows the installation, where a command is both.
        typed = command[command.index("gsynth ") :] if SETUP.match(command) else command
        ran = subprocess.run(["bash", "-c", typed], check=False, capture_output=True, text=True, env=environment)
        assert ran.returncode == 0, f"line {block.line}: {command}\n{ran.stderr}"
        output += ran.stdout
    return output


def write_track(path: Path, contigs: dict[str, int], seed: int) -> None:
    """A bigWig of smooth random signal every 100 bp, with a gap at each start."""
    writer = pytest.importorskip("pybigtools", reason="pybigtools writes the stand-in for a bigWig file")
    rng = np.random.default_rng(seed)
    values = []
    for name, length in contigs.items():
        starts = np.arange(1000, length - 100, 100)
        signal = np.convolve(rng.gamma(1, 1, starts.size + 19), np.ones(20) / 20, "valid")
        values += [(name, int(start), int(start) + 100, float(x)) for start, x in zip(starts, signal, strict=True)]
    writer.open(str(path), "w").write(contigs, iter(values))


@pytest.fixture
def folder(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    data = files("gsynth") / "data"
    contigs = {"flyA": 200_000, "flyB": 100_000}
    for name in ("fly300k.fa.gz", "fly300k.repeats.bed"):
        (tmp_path / name).write_bytes((data / name).read_bytes())
    for name in ("genome.fa.gz", "fly.fa.gz"):
        (tmp_path / name).write_bytes((data / "fly300k.fa.gz").read_bytes())
    (tmp_path / "genome.bed").write_text("flyA\t1000\t9000\n")
    human = gzip.decompress((data / "fly300k.fa.gz").read_bytes()).replace(b"flyA", b"chr1").replace(b"flyB", b"chr2")
    (tmp_path / "hg38.bgz.fa.gz").write_bytes(gzip.compress(human, mtime=0))
    if ".bw" in page.read_text():
        write_track(tmp_path / "atac.bw", contigs, 1)
        write_track(tmp_path / "atac-hg38.bw", {"chr1": 200_000, "chr2": 100_000}, 1)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_blocks_run(page: Path, folder: Path) -> None:
    runnable = [block for block in blocks(page) if block.language in ("python", "console")]
    if not runnable:
        pytest.skip("no Python or console block on this page")
    if any("matplotlib" in block.text for block in runnable):
        pytest.importorskip("matplotlib")
    names: dict[str, object] = {"__name__": "__page__"}
    for block in runnable:
        printed = run_python(block, page, names) if block.language == "python" else run_console(block)
        if block.output is not None:
            assert printed.rstrip() == block.output.rstrip(), f"{page.name}, line {block.line}"


def test_the_pages_were_found() -> None:
    assert len(PAGES) > 8
    assert len([block for page in PAGES for block in blocks(page) if block.language in ("python", "console")]) > 20


def test_readme_commands_are_the_ones_that_ci_runs() -> None:
    ci = (ROOT / ".ci/run").read_text()
    setup = [
        command
        for block in blocks(ROOT / "README.md")
        if block.language == "console"
        for command in commands(block)
        if SETUP.match(command)
    ]
    assert len(setup) == 2
    for command in setup:
        for part in command.split(" && "):
            assert part.split(" demo-out")[0].replace("python -m pip install", "") in ci


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_files_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text()):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"
