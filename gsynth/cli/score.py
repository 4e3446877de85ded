"""``gsynth score``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from gsynth.cli import inputs, options
from gsynth.cli.console import console_of
from gsynth.cli.results import check_one_stdout, print_json
from gsynth.cli.sections import command
from gsynth.cli.streams import is_stream, name_of, sequence_output


@command()
@click.argument("model", type=options.FILE)
@options.genome
@options.output
@click.option(
    "--output-format", type=click.Choice(["bedgraph", "bigwig", "npz", "misha"]),
    help="misha: GENOME is a misha database, and OUT the name of a new track in it. [default: by the suffix of OUT: "
    ".bedGraph, .bedGraph.gz, .bw, .npz]",
)  # fmt: skip
@click.option(
    "--against", type=options.FILE, metavar="MODEL", help="Subtract the scores of another model: log Bayes factors."
)
@click.option("--resolution", type=options.POSITIVE, metavar="BP", help="Width of the windows. [default: the iterator]")
@options.intervals
@click.option(
    "--mask", multiple=True, type=options.FILE, metavar="BED|REGION|soft",
    help="Windows with a masked base have no score; soft: where the genome is lowercase; may be repeated.",
)  # fmt: skip
@click.option(
    "--sparse-policy", type=click.Choice(["NA", "uniform"]), default="NA", show_default=True,
    help="Bases in sparse bins: no score, or log(1/4).",
)  # fmt: skip
@click.option(
    "--n-policy", type=click.Choice(["NA", "uniform"]), default="NA", show_default=True,
    help="Bases whose context contains an N: no score, or log(1/4).",
)  # fmt: skip
@click.option(
    "--outside", type=click.Choice(["NA", "uniform", "learned", "pooled"]), default="NA", show_default=True,
    help="Bases without a stratum: no score, log(1/4), or as gsynth sample draws them.",
)  # fmt: skip
@click.option(
    "--context", type=click.Choice(["contig", "interval"]), default="contig", show_default=True,
    help="Where the k bases before a base may lie; interval: only inside its own interval.",
)  # fmt: skip
@options.iterator
@options.tracks
@options.chrom_alias
@options.all_work
@options.executor
@options.model_format
@options.force
@options.as_json
@options.talking
@click.pass_context
def score(
    context: click.Context,
    /,
    model: str,
    against: str | None,
    model_format: str | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Score a genome under a model: natural-log probabilities, summed in windows.

    MODEL is in any known format ('-': standard input). A window without a score is left out of bedGraph and bigWig, and
    is NaN in .npz.

    \b
    gsynth score model.gsm --genome genome.fa -o scores.bw
    gsynth score islands.gsm --against rest.gsm --genome genome.fa --resolution 500 -o factors.bedGraph.gz
    """
    output = given.pop("output")
    check_one_stdout(output, as_json)
    if is_stream(output) and given["output_format"] is None:
        # A stream has no suffix to choose by; bedGraph is text and can be written from front to back.
        given["output_format"] = "bedgraph"
    given["genome"] = inputs.opened_genome(context, given["genome"])
    _check_output(output, given, model, against)
    from gsynth.scoring import gsynth_score

    given["against"] = None if against is None else inputs.loaded_model(context, against, model_format)
    given["chrom_alias"] = inputs.opened_alias(given)
    given["intervals"] = where = inputs.resolved_intervals(context, given)
    given["mask"] = inputs.several(context, given["mask"], "mask")
    with sequence_output(output) as destination:
        gsynth_score(inputs.loaded_model(context, model, model_format), destination, **given)
    console_of(context).note(f"{name_of(output)}: intervals {len(where):,}, bases {where.total:,}")
    if as_json:
        print_json({"output": output, "intervals": len(where), "bases": where.total})


def _check_output(output: str, given: Mapping[str, Any], *models: str | None) -> None:
    """Refuse early an output that the API would refuse or that exists."""
    if is_stream(output):
        return
    from gsynth.outputs.score_opening import check_score_output

    read = [*models, *(given[name] for name in ("genome", "intervals", "mask", "tracks", "chrom_alias"))]
    check_score_output(output, given["output_format"], given["genome"], read, overwrite=given["overwrite"])
