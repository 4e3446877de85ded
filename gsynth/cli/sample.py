"""``gsynth sample``."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from gsynth.cli import inputs, options
from gsynth.cli.dimensions import Merges, merges_for_sampling
from gsynth.cli.drawing import check_sequence_output, write_sequence
from gsynth.cli.sections import command


@command()
@click.argument("model", type=options.FILE)
@options.genome
@options.sequence_output
@options.output_format
@options.line_width
@options.array_layout
@options.names
@options.seed
@options.n_samples
@options.intervals
@options.mask_copy
@click.option(
    "--only", multiple=True, type=options.FILE, metavar="BED|REGION|soft",
    help="Sample there, and copy everything else verbatim; may be repeated.",
)  # fmt: skip
@options.preserve_n
@click.option("--keep-case", is_flag=True, help="Write lower case where the genome is lowercase.")
@click.option(
    "--init", type=click.Choice(["stationary", "uniform"]), default="stationary", show_default=True,
    help="How the first k bases of an interval are drawn; stationary: from the k-mers of their stratum.",
)  # fmt: skip
@click.option(
    "--outside", type=click.Choice(["learned", "pooled", "uniform"]), default="learned", show_default=True,
    help="How to draw where a dimension has no value, or a value outside its breaks: from what was learned there, from "
    "all strata together, or each base with probability 1/4.",
)  # fmt: skip
@options.iterator
@options.tracks
@options.bin_merge
@click.option(
    "--cell-merge", type=options.FILE, metavar="FILE",
    help="Redirect joint cells: CSV or TSV with the columns from_1, to_1, from_2, ..., values on each dimension.",
)  # fmt: skip
@options.chrom_alias
@options.all_work
@options.executor
@options.model_format
@options.force
@options.as_json
@options.talking
@click.pass_context
def sample(
    context: click.Context,
    /,
    model: str,
    model_format: str | None,
    bin_merge: tuple[tuple[str, Merges], ...],
    cell_merge: str | None,
    **given: Any,
) -> None:
    """Sample synthetic sequence from a model.

    MODEL is in any known format ('-': standard input). The contigs, and the bases that are copied, come from GENOME.

    \b
    gsynth sample model.gsm --genome genome.fa --seed 1 -o synthetic.fa
    """
    # Before the model and the genome are opened: a mistyped output must not cost the time to load them.
    check_sequence_output(given, model, cell_merge)
    from gsynth.cli.tablefiles import read_cells
    from gsynth.sampling import gsynth_sample

    trained = inputs.loaded_model(context, model, model_format)
    exprs = [dim.expr for dim in trained.dims]
    merges = merges_for_sampling(bin_merge, exprs)
    cells = None if cell_merge is None else read_cells(cell_merge)
    given |= {"bin_merge": merges, "cell_merge": cells}
    write_sequence(context, partial(gsynth_sample, trained), given, exprs)
