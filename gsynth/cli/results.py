"""Results for machines: JSON, the same text for the same result."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import click

from gsynth.cli.streams import STDOUT
from gsynth.errors import UNPRINTABLE, printable


def print_json(result: Mapping[str, Any]) -> None:
    """Print `result` on standard output, its keys in their order.

    JSON has no NaN and no infinities: they become null, and the text "inf" or "-inf".
    """
    # allow_nan=False: a NaN that `plain` missed fails here, and not in whatever parses the output.
    text = json.dumps(plain(result), indent=2, allow_nan=False, ensure_ascii=False)
    # Letters that a terminal would obey stand only in strings, where JSON has its own escapes for them.
    click.echo(UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def print_text(text: str) -> None:
    """Print `text` on standard output, without what a terminal would obey."""
    click.echo(printable(text))


def plain(value: Any) -> Any:
    """`value` converted to JSON's types.

    Examples
    --------
    >>> plain({"breaks": (0.0, math.inf), "none": math.nan})
    {'breaks': [0.0, 'inf'], 'none': None}
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    # NumPy's arrays and scalars, recognised without importing NumPy for commands that need none.
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def check_one_stdout(output: str, as_json: bool) -> None:
    """Refuse data and JSON on the same standard output."""
    if as_json and output in STDOUT:
        raise click.UsageError(f"--json and '-o {output}' both write to standard output; write the data to a file")
