"""``gsynth demo``."""

from __future__ import annotations

from typing import Any

import click

from gsynth.cli import options
from gsynth.cli.console import console_of
from gsynth.cli.results import print_json, print_text
from gsynth.cli.sections import command

WHAT_TO_LOOK_AT = """\
What to look at: the first line is the verdict on the sample as a null model; each check below says what was found and
what a right sampler gives. In the strata, real (first line) and synthetic (second) should agree in composition and in
CpG, and |z| stay below 4. For your own files: gsynth compare REAL SYNTHETIC --model MODEL --html REPORT.html"""


@command()
@click.argument("folder", metavar="OUT", type=options.FILE)
@click.option("--seed", type=options.NOT_NEGATIVE, default=1, show_default=True, help="Seed of the sample.")
@options.work
@options.force
@options.as_json
@options.talking
@click.pass_context
def demo(
    context: click.Context,
    /,
    folder: str,
    seed: int,
    overwrite: bool,
    as_json: bool,
    **settings: Any,
) -> None:
    """Train on a piece of fly sequence, sample, and compare.

    The genome (300 kb), the model and the sample are written to the folder OUT.
    """
    from gsynth.demo import run_demo

    done = run_demo(folder, seed=seed, overwrite=overwrite, **settings)
    if as_json:
        print_json({"files": done.files, "seed": seed, **done.comparison.as_dict()})
        return
    from gsynth.cli.comparing import described

    print_text(described(done.comparison))
    print_text(f"\n{WHAT_TO_LOOK_AT}")
    console_of(context).note(f"written: {', '.join(done.files.values())}")
