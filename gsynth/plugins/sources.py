"""What a user may pass as a source: a path, or a dict of a path, the name of a format and options."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from gsynth.errors import ArgumentError

PATH: Final = "path"
FORMAT: Final = "format"


def source_path(source: object) -> Path | None:
    """The path that `source` is or, if it is a dict, holds as ``path``; None if there is none.

    Examples
    --------
    >>> source_path({"path": "states.tsv", "column": "state"}).name
    'states.tsv'
    >>> source_path(lambda contig, starts, ends: starts) is None
    True
    """
    path = source.get(PATH) if isinstance(source, Mapping) else source
    return Path(path) if isinstance(path, str | os.PathLike) else None


def source_format(source: object) -> str | None:
    """The name of the plugin that a dict asks for as ``format``; None if it asks for none."""
    chosen = source.get(FORMAT) if isinstance(source, Mapping) else None
    return chosen if isinstance(chosen, str) else None


def source_options(source: object, known: Sequence[str] = ()) -> tuple[Path, dict[str, Any]]:
    """The path of a source, and the options that a dict holds beside ``path`` and ``format``.

    Raises
    ------
    ArgumentError
        No path, or an option that is not in `known`.

    Examples
    --------
    >>> source_options({"path": "x.tsv", "format": "tsv", "column": "state"}, ["column"])[1]
    {'column': 'state'}
    """
    path = source_path(source)
    if path is None:
        raise ArgumentError(f"this kind of source needs the path of a file, found a {type(source).__name__}")
    options = dict(source) if isinstance(source, Mapping) else {}
    for key in (PATH, FORMAT):
        options.pop(key, None)
    unknown = sorted(map(str, set(options) - set(known)))
    if unknown:
        listed = ", ".join(known) or "none"
        raise ArgumentError(f"{path}: unknown option(s) {', '.join(unknown)}; this kind of source knows: {listed}")
    return path, options
