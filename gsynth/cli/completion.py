"""``gsynth completion``."""

from __future__ import annotations

from typing import Final

import click
from click.shell_completion import get_completion_class

from gsynth.cli import options
from gsynth.cli.sections import command

SHELLS: Final = ("bash", "zsh", "fish")


@command()
@click.argument("shell", type=click.Choice(SHELLS))
@options.talking
@click.pass_context
def completion(context: click.Context, /, shell: str) -> None:
    """Print a script that lets a shell complete commands, options, files and names.

    \b
    gsynth completion bash >> ~/.bashrc
    gsynth completion zsh >> ~/.zshrc
    gsynth completion fish > ~/.config/fish/completions/gsynth.fish
    """
    made = get_completion_class(shell)
    assert made is not None, "click knows these shells"
    root = context.find_root()
    click.echo(made(root.command, {}, "gsynth", "_GSYNTH_COMPLETE").source())
