"""``gsynth plugins``."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

import click

import gsynth
from gsynth.cli import options
from gsynth.cli.console import console_of
from gsynth.cli.results import print_json, print_text
from gsynth.cli.sections import command
from gsynth.cli.tables import table

if TYPE_CHECKING:
    from gsynth.plugins.registry import Registry


@command()
@options.as_json
@options.talking
@click.pass_context
def plugins(context: click.Context, /, as_json: bool) -> None:
    """List what is installed, and whether it works.

    Counters, samplers and scorers (a backend has all three), serializers (model formats), genomes and tracks.
    """
    from gsynth.plugins.registry import registry

    console_of(context).detail(_surroundings())
    found = registry()
    if as_json:
        print_json(_result(found))
    else:
        print_text(_text(found))


def _surroundings() -> str:
    """What a report of a defect should name."""
    import numpy as np

    from gsynth.blocks.cores import usable_cores
    from gsynth.plugins.contracts import CONTRACT

    return (
        f"gsynth {gsynth.__version__}, contract {CONTRACT}, Python {platform.python_version()}, "
        f"NumPy {np.__version__}, {platform.system()} {platform.machine()}, threads {usable_cores()}"
    )


def _result(found: Registry) -> dict[str, object]:
    from gsynth.plugins import checking

    return {
        "plugins": [
            {
                "role": status.role,
                "name": status.name,
                "distribution": status.distribution,
                "usable": status.usable,
                "reason": status.reason or None,
                "remedy": status.remedy or None,
                "summary": status.summary,
            }
            for status in checking.statuses(found)
        ],
        "broken": [
            {
                "entry_point": plugin.entry_point,
                "distribution": plugin.distribution,
                "reason": plugin.reason,
                "remedy": plugin.remedy,
            }
            for plugin in found.broken
        ],
    }


def _text(found: Registry) -> str:
    from gsynth.plugins import checking

    rows = []
    for status in checking.statuses(found):
        remark = status.summary if status.usable else "; ".join(filter(None, [status.reason, status.remedy]))
        rows.append([status.role, status.name, status.distribution, "yes" if status.usable else "no", _line(remark)])
    rows += [
        ["?", plugin.entry_point, plugin.distribution, "no", _line(f"{plugin.reason}; {plugin.remedy}")]
        for plugin in found.broken
    ]
    return table(["role", "name", "distribution", "usable", "what it is, or why not"], rows)


def _line(text: str) -> str:
    # A reason may be an error message of several lines; a row of the table is one.
    return " ".join(text.split())
