"""``gsynth select-order``."""

from __future__ import annotations

from typing import Any

import click

from gsynth.cli import inputs, options
from gsynth.cli.console import console_of
from gsynth.cli.dimensions import parse_dimension
from gsynth.cli.results import print_json, print_text
from gsynth.cli.sections import command
from gsynth.cli.writing import check_reports


@command("select-order")
@options.genome
@click.option(
    "--dim", "dim_specs", type=parse_dimension, multiple=True, metavar="EXPR=BREAKS",
    help="Candidate strata, as in gsynth train; may be repeated: each is tried on its own, next to none.",
)  # fmt: skip
@options.iterator
@options.tracks
@click.option(
    "--max-order", type=click.IntRange(0, 10), default=10, show_default=True, help="The highest order that is tried."
)
@options.intervals
@click.option(
    "--mask", multiple=True, type=options.FILE, metavar="BED|REGION|soft",
    help="Leave out windows that start there; soft: where the genome is lowercase; may be repeated.",
)  # fmt: skip
@options.chrom_alias
@click.option("--pseudocount", type=click.FloatRange(min=0), default=1.0, show_default=True, help="For smoothing.")
@click.option(
    "--folds", type=click.IntRange(2, 100), default=5, show_default=True,
    help="Parts of the genome, each of which is held out in turn.",
)  # fmt: skip
@click.option(
    "--count-memory", type=click.FloatRange(min=0.001), default=1.0, show_default=True, metavar="GB",
    help="Memory for the counts; the order of candidates with many strata is lowered to fit.",
)  # fmt: skip
@click.option("--html", type=options.FILE, metavar="FILE", help="Write a report: one HTML file that opens offline.")
@options.all_work
@options.force
@options.as_json
@options.talking
@click.pass_context
def select_order(
    context: click.Context,
    /,
    genome: str,
    dim_specs: tuple[dict[str, Any], ...],
    html: str | None,
    overwrite: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Choose the Markov order and the strata of a model of a genome.

    GENOME is FASTA (plain, gzip, bgzip) or another genome file; '-' reads FASTA from standard input. Blocks of it are
    held out in turn: the best model is the one that predicts what it was not trained on.

    \b
    gsynth select-order genome.fa
    gsynth select-order genome.fa --dim gc=q5 --dim cpg=q3 --iterator 200 --json
    """
    read = [genome, *given["intervals"], *given["mask"], given["tracks"], given["chrom_alias"]]
    check_reports([html] if html is not None else [], overwrite, read)
    from gsynth.selection import gsynth_select_order

    found = gsynth_select_order(
        *dim_specs,
        genome=inputs.opened_genome(context, genome),
        intervals=inputs.several(context, given.pop("intervals"), "intervals"),
        mask=inputs.several(context, given.pop("mask"), "mask"),
        **given,
    )
    if html is not None:
        found.to_html(html)
        console_of(context).note(f"{html}: report")
    if as_json:
        print_json(found.as_dict())
        return
    from gsynth.cli.ordering import described

    print_text(described(found))
