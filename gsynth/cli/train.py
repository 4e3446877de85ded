"""``gsynth train``."""

from __future__ import annotations

from typing import Any

import click

from gsynth.cli import completing, inputs, options
from gsynth.cli.console import console_of
from gsynth.cli.dimensions import Merges, merges_by_dimension, parse_dimension
from gsynth.cli.results import check_one_stdout, print_json
from gsynth.cli.saving import check_model_output, save_to
from gsynth.cli.sections import command
from gsynth.cli.streams import name_of
from gsynth.cli.summary import summary
from gsynth.cli.values import parse_prior


@command()
@options.genome
@options.output
@click.option("-k", "--order", "k", type=click.IntRange(1, 10), default=5, show_default=True, help="Markov order.")
@click.option(
    "--dim", "dim_specs", type=parse_dimension, multiple=True, metavar="EXPR=BREAKS",
    shell_complete=completing.dimensions,
    help="A dimension of the strata; BREAKS is START:STOP:STEP, or numbers with commas, or q10: ten bins with the same "
    "number of windows, or categories: a bin for each name of a track; (BREAKS] puts a value on a break into the bin "
    "below it, [BREAKS), the default, into the one above; may be repeated.",
)  # fmt: skip
@options.bin_merge
@options.iterator
@options.tracks
@options.intervals
@click.option(
    "--mask", multiple=True, type=options.FILE, metavar="BED|REGION|soft",
    help="Leave out windows that start there (see --mask-overlap); soft: where the genome is lowercase; may be "
    "repeated.",
)  # fmt: skip
@click.option(
    "--mask-overlap", type=click.Choice(["start", "any"]), default="start", show_default=True,
    help="Windows that the mask leaves out: those that start in it, or those that hold any base of it.",
)  # fmt: skip
@options.chrom_alias
@click.option("--pseudocount", type=click.FloatRange(min=0), default=1.0, show_default=True, help="For smoothing.")
@click.option(
    "--prior", type=parse_prior, metavar="PRIOR",
    help="How the pseudocount is shared among the bases: uniform, marginal, global, four numbers (A,C,G,T), or a file "
    "of such rows, one for each bin.",
)  # fmt: skip
@click.option(
    "--smoothing", type=click.Choice(["additive", "interpolated"]), default="additive", show_default=True,
    help="additive: the pseudocount is added to every context; interpolated: seldom seen contexts lean on shorter ones "
    "(Witten-Bell).",
)  # fmt: skip
@click.option(
    "--strands", type=click.Choice(["both", "forward"]), default="both", show_default=True,
    help="Whether each window counts for its reverse complement too.",
)  # fmt: skip
@click.option(
    "--min-obs", type=options.NOT_NEGATIVE, default=0, show_default=True,
    help="Bins with fewer observations are sampled uniformly.",
)  # fmt: skip
@options.all_work
@options.executor
@options.save_format
@options.compress
@options.force
@options.as_json
@options.talking
@click.pass_context
def train(
    context: click.Context,
    /,
    genome: str,
    output: str,
    dim_specs: tuple[dict[str, Any], ...],
    bin_merge: tuple[tuple[str, Merges], ...],
    intervals: tuple[str, ...],
    mask: tuple[str, ...],
    format: str | None,
    compress: bool,
    overwrite: bool,
    as_json: bool,
    **settings: Any,
) -> None:
    """Train a model on a genome.

    GENOME is FASTA (plain, gzip, bgzip) or another genome file; '-' reads FASTA from standard input.
    The last '=' of --dim separates the expression from the breaks, so expressions may contain ==, <= and >=. Functions
    of the sequence in it: gc, cpg, kmer_frac("CG"), kmer_count("CG"), masked_frac, n_frac; of values: log, log2, log10,
    exp, sqrt, abs, min, max, minimum, maximum, where, clip, isnan.

    \b
    gsynth train genome.fa -k 5 --dim gc=0:1:0.05 --iterator 200 -o model.gsm
    """
    check_one_stdout(output, as_json)
    dims = _merged(dim_specs, bin_merge)
    read = [genome, *intervals, *mask, settings["tracks"], settings["chrom_alias"]]
    check_model_output(output, format, compress=compress, overwrite=overwrite, inputs=read)
    # Only here, after the checks: neither --help nor a usage error has to wait for NumPy.
    from gsynth.storage import gsynth_save
    from gsynth.training import gsynth_train

    model = gsynth_train(
        *dims,
        genome=inputs.opened_genome(context, genome),
        intervals=inputs.several(context, intervals, "intervals"),
        mask=inputs.several(context, mask, "mask"),
        **settings,
    )
    save_to(
        output,
        lambda path, packed: gsynth_save(model, path, compress=packed, format=format, overwrite=overwrite),
        compress=compress,
        format=format,
    )
    console_of(context).note(
        f"{name_of(output)}: order {model.k}, bins {model.total_bins:,}, observations {model.total_kmers:,}"
    )
    if as_json:
        print_json({"model": output, **summary(model)})


def _merged(dim_specs: tuple[dict[str, Any], ...], bin_merge: tuple[tuple[str, Merges], ...]) -> list[dict[str, Any]]:
    merges = merges_by_dimension(bin_merge, [spec["expr"] for spec in dim_specs])
    return [
        spec if merge is None else {**spec, "bin_merge": merge} for spec, merge in zip(dim_specs, merges, strict=True)
    ]
