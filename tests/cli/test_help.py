"""What a new user sees first: help, groups of options, what -v says, and the genome in either place."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from gsynth.cli import main
from gsynth.cli.completing import TRACK_FUNCTIONS
from gsynth.cli.sections import OTHER, SECTIONS, section_of
from gsynth.tracks import functions
from gsynth.tracks.sequence_opener import FUNCTIONS
from tests.cli.conftest import Run

COMMANDS = sorted(main.commands)


def test_alone_it_prints_help(run: Run) -> None:
    assert run().stdout == run("--help").stdout
    assert "Commands:" in run().stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_in_one_group(name: str, run: Run) -> None:
    shown = run(name, "--help").stdout
    for option in main.commands[name].params:
        if isinstance(option, click.Option):
            titles = [title for title, names in SECTIONS.items() if option.name in names]
            assert titles == [section_of(option)], option.name
            assert f"\n{titles[0]}:\n" in shown
    assert f"\n{OTHER}:\n" not in shown


def test_no_group_names_an_option_that_is_gone() -> None:
    used = {option.name for command in main.commands.values() for option in command.params} | {"help"}
    assert set().union(*SECTIONS.values()) - used == set()


def test_help_of_train_names_every_function(run: Run) -> None:
    assert set(FUNCTIONS) == set(TRACK_FUNCTIONS)
    words = re.findall(r"\w+", run("train", "--help").stdout)
    assert {*FUNCTIONS, *functions.FUNCTIONS} <= set(words)


@pytest.mark.parametrize(
    "words",
    [
        ("train", "GENOME", "-k", "2", "-o", "OUT"),
        ("sample", "model.gsm", "GENOME", "--seed", "1", "-o", "OUT"),
        ("random", "GENOME", "--seed", "1", "-o", "OUT"),
        ("score", "model.gsm", "GENOME", "--output-format", "bedgraph", "-o", "OUT"),
        ("replace-kmer", "CG", "GC", "GENOME", "-o", "OUT"),
    ],
    ids=lambda words: words[0],
)
def test_the_genome_stands_last_or_after_g(words: tuple[str, ...], run: Run, genome: Path, model: Path) -> None:
    """Equal output either way; both or neither is an error that says so."""
    made = []
    for i, given in enumerate(([str(genome)], ["-g", str(genome)])):
        out = f"out{i}" + (".gsm" if words[0] == "train" else "")
        command = [word if word != "OUT" else out for word in words]
        at = command.index("GENOME")
        run(*command[:at], *given, *command[at + 1 :])
        path = Path(out)
        made.append([file.read_bytes() for file in (sorted(path.iterdir()) if path.is_dir() else [path])])
    assert made[0] == made[1]
    both = [str(genome) if word == "GENOME" else word for word in words]
    assert "twice" in run(*both, "-g", genome, code=2).stderr
    assert "GENOME" in run(*(word for word in words if word != "GENOME"), code=2).stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("train", "GENOME", "-k", "2", "--dim", "gc=0:1:0.5", "--iterator", "50", "-o", "t.gsm"),
         ("genome: ", "contigs 2", "gc", "backend: counter", "threads: 2")),
        (("sample", "model.gsm", "GENOME", "--seed", "7", "-o", "s.fa"),
         ("genome: ", "contigs 2", "gc", "backend: sampler", "threads: 2", "seed 7", "format gsm")),
        (("random", "GENOME", "--seed", "7", "-o", "r.fa"), ("genome: ", "backend: sampler", "threads: 2", "seed 7")),
        (("score", "model.gsm", "GENOME", "-o", "s.bw"),
         ("genome: ", "gc", "backend: scorer", "threads: 2", "format gsm")),
        (("replace-kmer", "CG", "GC", "GENOME", "-o", "x.fa"), ("genome: ", "threads: 2")),
        (("forbid-kmer", "model.gsm", "CG", "-o", "f.gsm"), ("format gsm",)),
        (("merge", "model.gsm", "model.gsm", "-o", "m.gsm"), ("format gsm",)),
        (("convert", "model.gsm", "c.gsm", "--compress"), ("format gsm",)),
        (("info", "model.gsm"), ("format gsm",)),
        (("plugins",), ("contract", "Python", "NumPy")),
        (("demo", "made"), ("genome: ", "gc", "backend: counter", "threads: 2")),
    ],
    ids=lambda value: value[0],
)  # fmt: skip
def test_v_says_more(words: tuple[str, ...], said: tuple[str, ...], run: Run, genome: Path, model: Path) -> None:
    command = [str(genome) if word == "GENOME" else word for word in words]
    takes_threads = any(option.name == "num_cores" for option in main.commands[words[0]].params)
    more = run(*command, "-v", *(("-t", "2") if takes_threads else ())).stderr
    for text in said:
        assert text in more
    assert all(line.startswith("gsynth: ") for line in more.splitlines())
