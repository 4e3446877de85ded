"""``gsynth replace-kmer``."""

from __future__ import annotations

from typing import Any

import click

from gsynth.cli import inputs, options
from gsynth.cli.drawing import check_sequence_output, write_sequence


@click.command("replace-kmer")
@click.argument("target")
@click.argument("replacement")
@click.argument("genome")
@options.output
@options.output_format
@click.option(
    "--check-composition/--no-check-composition", default=True, show_default=True,
    help="Refuse a replacement of another base composition.",
)  # fmt: skip
@options.intervals
@options.chrom_alias
@options.work
@options.force
@options.as_json
@options.talking
@click.pass_context
def replace_kmer(
    context: click.Context,
    /,
    target: str,
    replacement: str,
    genome: str,
    output: str,
    output_format: str,
    intervals: tuple[str, ...],
    chrom_alias: Any,
    progress: bool | None,
    force: bool,
    as_json: bool,
    **settings: Any,
) -> None:
    """Replace a k-mer until none is left.

    TARGET is replaced by REPLACEMENT in GENOME ('-': FASTA on standard input), from left to right, again and again.

    \b
    gsynth replace-kmer CG GC genome.fa -o no-cpg.fa
    """
    read = [genome, *intervals, chrom_alias]
    check_sequence_output(output, output_format, force=force, as_json=as_json, inputs=read)
    from gsynth.replacement import gsynth_replace_kmer

    source = inputs.opened_genome(context, genome)
    where = inputs.resolved_intervals(context, intervals, source, chrom_alias)

    def write(destination: Any, report: object) -> None:
        gsynth_replace_kmer(
            target,
            replacement,
            output=destination,
            output_format=output_format,
            intervals=where,
            genome=source,
            chrom_alias=chrom_alias,
            progress=inputs.progress_of(context, progress),
            **settings,
        )

    write_sequence(context, write, where, output=output, output_format=output_format, as_json=as_json)
