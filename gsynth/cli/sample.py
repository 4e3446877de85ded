"""``gsynth sample``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gsynth.cli import inputs, options
from gsynth.cli.dimensions import Merges, merges_for_sampling
from gsynth.cli.drawing import check_sequence_output, write_sequence
from gsynth.cli.values import read_cells

if TYPE_CHECKING:
    from gsynth.blocks.drawn import Drawn


@click.command()
@click.argument("model")
@options.genome_option
@options.output
@options.output_format
@options.seed
@options.n_samples
@options.intervals
@options.mask_copy
@options.preserve_n
@click.option("--keep-case", is_flag=True, help="Lower case where the genome has it.")
@click.option(
    "--init", type=click.Choice(["stationary", "uniform"]), default="stationary", show_default=True,
    help="How the first k bases of an interval are drawn; stationary: from its stratum's own k-mers.",
)  # fmt: skip
@click.option(
    "--outside", type=click.Choice(["learned", "pooled", "uniform"]), default="learned", show_default=True,
    help="What is drawn where a dimension has no value, or one outside of its breaks: what was learned there, all "
    "strata together, or each base alike.",
)  # fmt: skip
@options.iterator
@options.tracks
@options.bin_merge
@click.option(
    "--cell-merge", metavar="FILE",
    help="Redirect joint cells: CSV or TSV with the columns from_1, to_1, from_2, ..., values on each dimension.",
)  # fmt: skip
@options.chrom_alias
@options.max_chunk_size
@options.allow_parallel
@options.work
@options.model_format
@options.force
@options.as_json
@options.talking
@click.pass_context
def sample(
    context: click.Context,
    /,
    model: str,
    genome: str,
    output: str,
    output_format: str,
    seed: int | None,
    n_samples: int,
    intervals: tuple[str, ...],
    mask_copy: tuple[str, ...],
    tracks: tuple[tuple[str, Any], ...],
    bin_merge: tuple[tuple[str, Merges], ...],
    cell_merge: str | None,
    chrom_alias: Any,
    progress: bool | None,
    model_format: str | None,
    force: bool,
    as_json: bool,
    **settings: Any,
) -> None:
    """Sample synthetic sequence from a model.

    MODEL is of any known format ('-': standard input); the contigs, and what is copied, are the genome's.

    \b
    gsynth sample model.gsm --genome genome.fa --seed 1 -o synthetic.fa
    """
    read = [genome, model, *intervals, *mask_copy, dict(tracks), cell_merge, chrom_alias]
    check_sequence_output(output, output_format, force=force, as_json=as_json, inputs=read)
    from gsynth.sampling import gsynth_sample

    trained = inputs.loaded_model(context, model, model_format)
    merges = merges_for_sampling(bin_merge, [dim.expr for dim in trained.dims])
    cells = None if cell_merge is None else read_cells(Path(cell_merge))
    source = inputs.opened_genome(context, genome)
    where = inputs.resolved_intervals(context, intervals, source, chrom_alias)
    copied = inputs.several(context, mask_copy, "mask")
    used = inputs.drawn_seed(context, seed)

    def write(destination: Any, report: Callable[[Drawn], None]) -> None:
        gsynth_sample(
            trained,
            destination,
            output_format=output_format,
            intervals=where,
            mask_copy=copied,
            n_samples=n_samples,
            seed=used,
            bin_merge=merges,
            cell_merge=cells,
            genome=source,
            tracks=dict(tracks) or None,
            chrom_alias=chrom_alias,
            progress=inputs.progress_of(context, progress),
            report=report,
            **settings,
        )

    write_sequence(
        context,
        write,
        where,
        output=output,
        output_format=output_format,
        as_json=as_json,
        n_samples=n_samples,
        seed=used,
        exprs=[dim.expr for dim in trained.dims],
    )
