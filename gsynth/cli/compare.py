"""``gsynth compare``."""

from __future__ import annotations

from typing import Any, Final

import click

from gsynth.cli import inputs, options
from gsynth.cli.console import console_of
from gsynth.cli.results import print_json, print_text
from gsynth.cli.sections import command
from gsynth.cli.writing import check_reports

NEVER: Final = "never"


@command()
@click.argument("real", type=options.FILE)
@click.argument("synthetic", metavar="SYNTH", type=options.FILE)
@click.option(
    "--model", type=options.FILE, metavar="MODEL",
    help="The model from which SYNTH was sampled: then what a right sampler gives is known exactly, by stratum.",
)  # fmt: skip
@click.option(
    "-k", "--order", "k", type=click.IntRange(1, 10),
    help="Markov order that the sample must keep. [default: the model's, or 5]",
)  # fmt: skip
@click.option(
    "--mask",
    multiple=True,
    type=options.FILE,
    metavar="BED|REGION|soft",
    help="What training left out of REAL; may be repeated.",
)
@click.option(
    "--mask-copy", multiple=True, type=options.FILE, metavar="BED|REGION|soft",
    help="What sampling copied: must be identical there, and is left out of all other checks; may be repeated.",
)  # fmt: skip
@options.tracks
@options.chrom_alias
@click.option("--html", type=options.FILE, metavar="FILE", help="Write a report: one HTML file that opens offline.")
@click.option(
    "--multiqc", type=options.FILE, metavar="FILE",
    help="Write custom content for MultiQC; a name that ends in _mqc.json is found by it.",
)  # fmt: skip
@click.option(
    "--fail-on", type=click.Choice([NEVER, "fail", "warn"]), default=NEVER, show_default=True,
    help="Exit with code 1 if the verdict is this bad: fail; warn: warn or fail.",
)  # fmt: skip
@options.all_work
@options.model_format
@options.force
@options.as_json
@options.talking
@click.pass_context
def compare(
    context: click.Context,
    /,
    real: str,
    synthetic: str,
    model: str | None,
    html: str | None,
    multiqc: str | None,
    fail_on: str,
    model_format: str | None,
    overwrite: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Compare a synthetic genome with the real one, and judge it.

    REAL and SYNTH are FASTA (plain, gzip, bgzip) or other genome files; '-' reads one from standard input. Prints a
    verdict (pass, warn or fail) and the checks that led to it.

    \b
    gsynth compare genome.fa synthetic.fa --model model.gsm --html report.html
    gsynth compare genome.fa synthetic.fa --json --fail-on fail
    """
    check_reports([path for path in (html, multiqc) if path is not None], overwrite, [real, synthetic, model, given])
    from gsynth.comparison import gsynth_compare

    given["mask"] = inputs.several(context, given["mask"], "mask")
    given["mask_copy"] = inputs.several(context, given["mask_copy"], "mask")
    reference = inputs.opened_genome(context, real)
    given["chrom_alias"] = inputs.opened_alias({"chrom_alias": given["chrom_alias"], "genome": reference})
    found = gsynth_compare(
        reference,
        inputs.opened_genome(context, synthetic),
        model=None if model is None else inputs.loaded_model(context, model, model_format),
        **given,
    )
    console = console_of(context)
    if html is not None:
        found.to_html(html)
        console.note(f"{html}: report")
    if multiqc is not None:
        from gsynth.evaluation.multiqc import write_multiqc

        write_multiqc(found, multiqc, synthetic)
        console.note(f"{multiqc}: MultiQC custom content")
    if as_json:
        print_json(found.as_dict())
    else:
        from gsynth.cli.comparing import described

        print_text(described(found))
    if found.verdict == "fail" or (fail_on == "warn" and found.verdict == "warn"):
        context.exit(0 if fail_on == NEVER else 1)
