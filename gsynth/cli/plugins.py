"""``gsynth plugins``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gsynth.cli import options
from gsynth.cli.results import print_json
from gsynth.cli.tables import table

if TYPE_CHECKING:
    from gsynth.plugins.registry import Registry


@click.command()
@options.as_json
@options.talking
def plugins(as_json: bool) -> None:
    """List what is installed, and whether it works.

    Counters, samplers and scorers (a backend has all three), serializers (model formats), genomes and tracks.
    """
    from gsynth.plugins.registry import registry

    found = registry()
    if as_json:
        print_json(_result(found))
    else:
        click.echo(_text(found))


def _result(found: Registry) -> dict[str, object]:
    return {
        "plugins": [
            {
                "role": status.role,
                "name": status.name,
                "distribution": status.distribution,
                "usable": status.usable,
                "reason": status.reason or None,
                "summary": status.summary,
            }
            for status in found.statuses()
        ],
        "broken": [
            {"entry_point": plugin.entry_point, "distribution": plugin.distribution, "reason": plugin.reason}
            for plugin in found.broken
        ],
    }


def _text(found: Registry) -> str:
    rows = []
    for status in found.statuses():
        remark = status.summary if status.usable else status.reason
        rows.append([status.role, status.name, status.distribution, "yes" if status.usable else "no", _line(remark)])
    rows += [["?", plugin.entry_point, plugin.distribution, "no", _line(plugin.reason)] for plugin in found.broken]
    return table(["role", "name", "distribution", "usable", "what it is, or why not"], rows)


def _line(text: str) -> str:
    # A reason may be an error message of several lines; a row of the table is one.
    return " ".join(text.split())
