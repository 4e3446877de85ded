"""``gsynth forbid-kmer``."""

from __future__ import annotations

from typing import Any

import click

from gsynth.cli import inputs, options
from gsynth.cli.results import check_one_stdout, print_json
from gsynth.cli.saving import check_model_output, save_to
from gsynth.cli.sections import command
from gsynth.cli.summary import summary


@command("forbid-kmer")
@click.argument("model", type=options.FILE)
@click.argument("pattern", metavar="PATTERN...", nargs=-1, required=True)
@options.output
@click.option(
    "--method", type=click.Choice(["local", "exact"]), default="local", show_default=True,
    help="local: transitions that make a word are removed, row by row, as in misha; exact: the law of sequences that "
    "are sampled and kept only if they hold none.",
)  # fmt: skip
@click.option("--both-strands", is_flag=True, help="Forbid the reverse complements too.")
@click.option("--check/--no-check", default=True, show_default=True, help="Say on standard error what was removed.")
@options.model_format
@options.save_format
@options.compress
@options.force
@options.as_json
@options.talking
@click.pass_context
def forbid_kmer(
    context: click.Context,
    /,
    model: str,
    pattern: tuple[str, ...],
    output: str,
    model_format: str | None,
    format: str | None,
    compress: bool,
    overwrite: bool,
    as_json: bool,
    **settings: Any,
) -> None:
    """Make a model whose samples never hold a word.

    MODEL is of any known format ('-': standard input), PATTERNs are words of IUPAC letters.

    \b
    gsynth forbid-kmer model.gsm CG -o no-cpg.gsm
    gsynth forbid-kmer model.gsm AAAAAA --both-strands --method exact -o no-runs.gsm
    """
    check_one_stdout(output, as_json)
    check_model_output(output, format, compress=compress, overwrite=overwrite, inputs=(model,))
    from gsynth.forbidding import gsynth_forbid_kmer
    from gsynth.storage import gsynth_save

    made = gsynth_forbid_kmer(inputs.loaded_model(context, model, model_format), pattern, **settings)
    save_to(
        output,
        lambda path, packed: gsynth_save(made, path, compress=packed, format=format, overwrite=overwrite),
        compress=compress,
        format=format,
    )
    if as_json:
        print_json({"model": output, **summary(made)})
