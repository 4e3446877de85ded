"""``gsynth replace-kmer``."""

from __future__ import annotations

from typing import Any

import click

from gsynth.cli import options
from gsynth.cli.drawing import check_sequence_output, write_sequence
from gsynth.cli.sections import command


@command("replace-kmer")
@click.argument("target")
@click.argument("replacement")
@options.genome
@options.sequence_output
@options.output_format
@options.line_width
@options.array_layout
@options.names
@click.option(
    "--check-composition/--no-check-composition", default=True, show_default=True,
    help="Refuse a replacement with a different base composition.",
)  # fmt: skip
@options.intervals
@options.chrom_alias
@options.work
@options.executor
@options.force
@options.as_json
@options.talking
@click.pass_context
def replace_kmer(context: click.Context, /, **given: Any) -> None:
    """Replace a k-mer until none is left.

    TARGET is replaced by REPLACEMENT in GENOME ('-': FASTA on standard input), in repeated passes from left to right.

    \b
    gsynth replace-kmer CG GC genome.fa -o no-cpg.fa
    """
    check_sequence_output(given)
    from gsynth.replacement import gsynth_replace_kmer

    write_sequence(context, gsynth_replace_kmer, given)
