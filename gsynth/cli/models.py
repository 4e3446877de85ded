"""``gsynth convert`` and ``gsynth info``: models as files."""

from __future__ import annotations

import click

from gsynth.cli import inputs, options
from gsynth.cli.results import check_one_stdout, print_json
from gsynth.cli.saving import check_model_output, save_to
from gsynth.cli.streams import spooled
from gsynth.cli.summary import summary


@click.command()
@click.argument("input_path", metavar="IN")
@click.argument("output_path", metavar="OUT")
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
    force: bool,
    as_json: bool,
) -> None:
    """Write a model in another format.

    IN is a model of any known format ('-': standard input); OUT where to ('-': standard output).

    \b
    gsynth convert old.pkl new.gsm
    gsynth convert model.gsm for-r.gsm --format gsm-r
    """
    check_one_stdout(output_path, as_json)
    check_model_output(output_path, format, compress=compress, force=force, inputs=(input_path,))
    from gsynth.storage import gsynth_convert

    source = spooled(context, input_path, "model")

    def save(path: str, packed: bool) -> None:
        gsynth_convert(source, path, compress=packed, format=format)

    save_to(output_path, save, compress=compress, format=format)
    if as_json:
        print_json({"input": input_path, "output": output_path})


@click.command()
@click.argument("model")
@options.model_format
@options.as_json
@options.talking
@click.pass_context
def info(context: click.Context, /, model: str, model_format: str | None, as_json: bool) -> None:
    """Show what a model is and holds.

    MODEL is of any known format; '-' reads it from standard input.
    """
    loaded = inputs.loaded_model(context, model, model_format)
    if as_json:
        print_json({"model": model, **summary(loaded), "metadata": loaded.metadata})
        return
    from gsynth.cli.description import describe

    click.echo(describe(loaded))
