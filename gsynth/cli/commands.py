"""The command ``gsynth`` and its subcommands."""

from __future__ import annotations

import click

import gsynth
from gsynth.cli.compare import compare
from gsynth.cli.completion import completion
from gsynth.cli.demo import demo
from gsynth.cli.forbid import forbid_kmer
from gsynth.cli.models import convert, info, merge
from gsynth.cli.new_plugin import new_plugin
from gsynth.cli.options import talking
from gsynth.cli.plugins import plugins
from gsynth.cli.program import Program
from gsynth.cli.random import random
from gsynth.cli.replace import replace_kmer
from gsynth.cli.sample import sample
from gsynth.cli.score import score
from gsynth.cli.select_order import select_order
from gsynth.cli.shuffle import shuffle
from gsynth.cli.train import train


@click.group(
    cls=Program,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(gsynth.__version__, prog_name="gsynth", message="%(prog)s %(version)s")
@talking
@click.pass_context
def main(context: click.Context, /) -> None:
    """Synthetic genomes from stratified Markov models.

    Train a model on a genome, sample new sequence from it; the same seed gives the same bytes on every backend,
    number of threads and block size.

    Data goes to standard output, everything else to standard error. Exit codes: 0 done, 1 failure, 2 wrong usage,
    130 interrupted.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


for command in (
    train,
    sample,
    random,
    shuffle,
    replace_kmer,
    score,
    compare,
    select_order,
    forbid_kmer,
    merge,
    convert,
    info,
    plugins,
    new_plugin,
    demo,
    completion,
):
    main.add_command(command)
