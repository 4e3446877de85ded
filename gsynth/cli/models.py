"""``gsynth convert``, ``gsynth merge`` and ``gsynth info``: models as files."""

from __future__ import annotations

import click

from gsynth.cli import inputs, options
from gsynth.cli.console import console_of
from gsynth.cli.results import check_one_stdout, print_json, print_text
from gsynth.cli.saving import check_model_output, save_to
from gsynth.cli.sections import command
from gsynth.cli.streams import name_of, spooled
from gsynth.cli.summary import summary
from gsynth.cli.writing import check_reports


@command()
@click.argument("input_path", metavar="IN", type=options.FILE)
@click.argument("output_path", metavar="OUT", type=options.FILE)
@options.save_format
@options.compress
@options.force
@options.as_json
@options.talking
@click.pass_context
def convert(
    context: click.Context,
    /,
    input_path: str,
    output_path: str,
    format: str | None,
    compress: bool,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Write a model in another format.

    IN is a model in any known format ('-': standard input), OUT the path to write ('-': standard output).

    \b
    gsynth convert old.pkl new.gsm
    gsynth convert model.gsm for-r.gsm --format gsm-r
    """
    check_one_stdout(output_path, as_json)
    check_model_output(output_path, format, compress=compress, overwrite=overwrite, inputs=(input_path,))
    from gsynth.storage import gsynth_convert

    # After the checks: a refused run must not have consumed the pipe.
    source = spooled(context, input_path, "model")

    def save(path: str, packed: bool) -> None:
        gsynth_convert(source, path, compress=packed, format=format, overwrite=overwrite)

    save_to(output_path, save, compress=compress, format=format)
    if as_json:
        print_json({"input": input_path, "output": output_path})


@command()
@click.argument("models", metavar="MODEL...", nargs=-1, required=True, type=options.FILE)
@options.output
@options.save_format
@options.compress
@options.force
@options.as_json
@options.talking
@click.pass_context
def merge(
    context: click.Context,
    /,
    models: tuple[str, ...],
    output: str,
    format: str | None,
    compress: bool,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Add the counts of models, as if all had been counted at once.

    MODELs are of any known format, of one order, with equal strata and smoothing ('-': standard input).

    \b
    gsynth merge chr1.gsm chr2.gsm chr3.gsm -o genome.gsm
    """
    check_one_stdout(output, as_json)
    check_model_output(output, format, compress=compress, overwrite=overwrite, inputs=models)
    from gsynth.merging import gsynth_merge
    from gsynth.storage import gsynth_save

    merged = gsynth_merge(*(inputs.loaded_model(context, path, None) for path in models))
    save_to(
        output,
        lambda path, packed: gsynth_save(merged, path, compress=packed, format=format, overwrite=overwrite),
        compress=compress,
        format=format,
    )
    console_of(context).note(f"{name_of(output)}: {len(models)} models, observations {merged.total_kmers:,}")
    if as_json:
        print_json({"models": models, "model": output, **summary(merged)})


@command()
@click.argument("model", type=options.FILE)
@click.option(
    "--plot", type=options.FILE, metavar="FILE",
    help="Draw the bins by observations and by bits a base, and the transitions of a stratum (.png, .svg, .pdf).",
)  # fmt: skip
@click.option(
    "--stratum", type=options.NOT_NEGATIVE, default=0, show_default=True, help="Whose transitions --plot draws."
)
@options.model_format
@options.force
@options.as_json
@options.talking
@click.pass_context
def info(
    context: click.Context,
    /,
    model: str,
    plot: str | None,
    stratum: int,
    model_format: str | None,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Describe a model: order, dimensions, totals, observations of each bin.

    MODEL is in any known format; '-' reads it from standard input.
    """
    check_reports([plot] if plot is not None else [], overwrite, [model])
    loaded = inputs.loaded_model(context, model, model_format)
    if plot is not None:
        from gsynth.cli.pictures import write_model

        write_model(loaded, stratum, plot)
        console_of(context).note(f"{plot}: picture")
    if as_json:
        print_json({"model": model, **summary(loaded), "metadata": loaded.metadata})
        return
    from gsynth.cli.description import describe

    print_text(describe(loaded))
