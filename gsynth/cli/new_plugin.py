"""``gsynth new-plugin``."""

from __future__ import annotations

from pathlib import Path

import click

from gsynth.cli import options
from gsynth.cli.console import console_of
from gsynth.cli.results import print_json
from gsynth.cli.sections import command


@command("new-plugin")
@click.argument("role", metavar="ROLE")
@click.argument("name", metavar="NAME")
@click.option("-o", "--output", metavar="FOLDER", help="Folder to write; it must not exist. [default: gsynth-NAME]")
@options.as_json
@options.talking
@click.pass_context
def new_plugin(context: click.Context, /, role: str, name: str, output: str | None, as_json: bool) -> None:
    """Write the starter of a plugin: project, plugin, tests, workflow.

    ROLE is counter, sampler, scorer, serializer (a model file format), genome or track. The plugin works, and its tests
    pass, once it is installed; change one part at a time.
    """
    from gsynth.testing.starting import start_plugin

    made = start_plugin(role, name, None if output is None else Path(output))
    folder = made[0].parent
    if as_json:
        print_json({"folder": str(folder), "files": [str(path.relative_to(folder)) for path in made]})
        return
    for path in made:
        click.echo(str(path))
    console_of(context).note(f"next: cd {folder} && python -m pip install -e '.[test]' && gsynth plugins && pytest")
