"""Messages of the calls speak of options on the command line."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from gsynth.cli import main
from gsynth.cli.wording import OPTIONS, in_options

from .conftest import Run


def test_every_option_that_is_spoken_of_exists() -> None:
    known: dict[str, set[str]] = {}
    for command in main.commands.values():
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                known.setdefault(parameter.opts[-1], set()).add(str(parameter.name))
    assert set(OPTIONS.values()) <= set(known)
    for name, option in OPTIONS.items():
        assert name in known[option] or option in ("--parallel", "--threads")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("check_composition=False allows that", "--no-check-composition allows that"),
        ("use preserve_n=True", "use --preserve-n"),
        ("pass chrom_alias='ucsc-ensembl' (--chrom-alias ucsc-ensembl)", "pass --chrom-alias ucsc-ensembl"),
        (
            "pass chrom_alias={'name in the file': 'name in the genome'}, or leave those out",
            "pass --chrom-alias OLD=NEW, or leave those out",
        ),
        ("to pass it: tracks={'t': FILE} (--track t=FILE)", "to pass it: --track t=FILE"),
        ("mask_copy: 2 intervals reach", "--mask-copy: 2 intervals reach"),
        ("outside='uniform' draws each base alike", "--outside uniform draws each base alike"),
        ("no file '/data/mask_copy.bed'; mask_copy/x.bed", "no file '/data/mask_copy.bed'; mask_copy/x.bed"),
        ("A=0.3 and t=q2 stay", "A=0.3 and t=q2 stay"),
    ],
)
def test_parameters_become_options_and_file_names_stay(text: str, expected: str) -> None:
    assert in_options(text) == expected


def test_errors_name_options(run: Run, genome: Path) -> None:
    said = run("replace-kmer", "CG", "CC", genome, "-o", "o.fa", code=1).stderr
    assert "--no-check-composition allows that" in said
    assert "check_composition" not in said
    said = run("train", genome, "-k", 2, "-o", "m.gsm", "--mask", "1", code=1).stderr
    assert "pass --chrom-alias ucsc-ensembl" in said
    assert "chrom_alias" not in said
