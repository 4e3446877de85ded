"""``gsynth random``."""

from __future__ import annotations

from typing import Any

import click

from gsynth.cli import options
from gsynth.cli.drawing import check_sequence_output, write_sequence
from gsynth.cli.sections import command
from gsynth.cli.values import parse_composition


@command()
@options.genome
@options.sequence_output
@options.output_format
@options.line_width
@options.array_layout
@options.names
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
@options.executor
@options.force
@options.as_json
@options.talking
@click.pass_context
def random(context: click.Context, /, **given: Any) -> None:
    """Draw every base independently.

    The contigs, and the bases that are copied, come from GENOME.

    \b
    gsynth random --genome genome.fa --nuc-probs A=0.3,C=0.2,G=0.2,T=0.3 --seed 1 -o random.fa
    """
    check_sequence_output(given)
    from gsynth.randomising import gsynth_random

    write_sequence(context, gsynth_random, given, exprs=())
