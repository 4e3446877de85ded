"""``gsynth random``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from gsynth.cli import inputs, options
from gsynth.cli.drawing import check_sequence_output, write_sequence
from gsynth.cli.values import parse_composition

if TYPE_CHECKING:
    from gsynth.blocks.drawn import Drawn


@click.command()
@options.genome_option
@options.output
@options.output_format
@click.option(
    "--nuc-probs", type=parse_composition, metavar="A=W,C=W,G=W,T=W",
    help="Weights of the bases; or four numbers in that order. [default: equal]",
)  # fmt: skip
@options.seed
@options.n_samples
@options.intervals
@options.mask_copy
@options.preserve_n
@options.chrom_alias
@options.work
@options.force
@options.as_json
@options.talking
@click.pass_context
def random(
    context: click.Context,
    /,
    genome: str,
    output: str,
    output_format: str,
    seed: int | None,
    n_samples: int,
    intervals: tuple[str, ...],
    mask_copy: tuple[str, ...],
    chrom_alias: Any,
    progress: bool | None,
    force: bool,
    as_json: bool,
    **settings: Any,
) -> None:
    """Draw every base independently.

    The contigs, and what is copied, are the genome's.

    \b
    gsynth random --genome genome.fa --nuc-probs A=0.3,C=0.2,G=0.2,T=0.3 --seed 1 -o random.fa
    """
    read = [genome, *intervals, *mask_copy, chrom_alias]
    check_sequence_output(output, output_format, force=force, as_json=as_json, inputs=read)
    from gsynth.sampling import gsynth_random

    source = inputs.opened_genome(context, genome)
    where = inputs.resolved_intervals(context, intervals, source, chrom_alias)
    copied = inputs.several(context, mask_copy, "mask")
    used = inputs.drawn_seed(context, seed)

    def write(destination: Any, report: Callable[[Drawn], None]) -> None:
        gsynth_random(
            output=destination,
            output_format=output_format,
            intervals=where,
            mask_copy=copied,
            n_samples=n_samples,
            seed=used,
            genome=source,
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
    )
