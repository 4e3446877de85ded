"""``gsynth shuffle``."""

from __future__ import annotations

from typing import Any

import click

from gsynth.cli import options
from gsynth.cli.drawing import check_sequence_output, write_sequence
from gsynth.cli.sections import command


@command()
@options.genome
@options.sequence_output
@options.output_format
@options.line_width
@options.array_layout
@options.names
@click.option(
    "-k", type=click.IntRange(1, 8), default=2, show_default=True, help="Letters of the words whose counts stay."
)
@click.option(
    "--window", type=options.POSITIVE, metavar="BP",
    help="Shuffle every BP bases of an interval for themselves. [default: the whole interval]",
)  # fmt: skip
@options.seed
@options.n_samples
@options.intervals
@options.mask_copy
@options.preserve_n
@click.option("--keep-case", is_flag=True, help="Write lower case where the genome is lowercase.")
@options.chrom_alias
@options.all_work
@options.executor
@options.force
@options.as_json
@options.talking
@click.pass_context
def shuffle(context: click.Context, /, **given: Any) -> None:
    """Shuffle each interval; its words of k letters stay, each as often as before.

    Every sequence with the same words is drawn with the same probability.

    \b
    gsynth shuffle --genome genome.fa --intervals peaks.bed -k 2 --seed 1 -o shuffled.fa
    """
    check_sequence_output(given)
    from gsynth.shuffling import gsynth_shuffle

    write_sequence(context, gsynth_shuffle, given, ())
