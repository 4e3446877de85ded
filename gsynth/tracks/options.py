"""What a user writes for the source of a track: a path, or a dict of the path and options."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gsynth.errors import ArgumentError


def path_of(source: object) -> Path | None:
    """The path in `source`, if there is one."""
    path = source.get("path") if isinstance(source, Mapping) else source
    return Path(path) if isinstance(path, str | os.PathLike) else None


def checked_options(source: object, known: Sequence[str]) -> tuple[Path, dict[str, Any]]:
    """The path, and the options other than ``path`` and ``format``.

    Raises
    ------
    ArgumentError
        No path, or an option that is not in `known`.
    """
    path = path_of(source)
    if path is None:
        raise ArgumentError(f"this kind of track needs the path of a file, found a {type(source).__name__}")
    options = dict(source) if isinstance(source, Mapping) else {}
    for key in ("path", "format"):
        options.pop(key, None)
    unknown = sorted(map(str, set(options) - set(known)))
    if unknown:
        listed = ", ".join(known) or "none"
        raise ArgumentError(f"{path}: unknown option(s) {', '.join(unknown)}; this kind of track knows: {listed}")
    return path, options


def parse_track_option(text: str) -> tuple[str, object]:
    """The name and source in ``NAME=SOURCE``, as the command line takes it.

    ``SOURCE`` is a path, ``PATH:COLUMN`` or ``PATH:COLUMN:PATTERN`` (where no file has the whole as its name), or a
    named track with arguments.

    Examples
    --------
    >>> parse_track_option("atac=atac.bw")
    ('atac', 'atac.bw')
    >>> parse_track_option("state=states.bed.gz:name")
    ('state', {'path': 'states.bed.gz', 'column': 'name'})
    >>> parse_track_option("state=states.bed.gz:name:[A-Z]+")
    ('state', {'path': 'states.bed.gz', 'column': 'name', 'pattern': '[A-Z]+'})
    >>> parse_track_option('cgs=kmer_frac("CG")')
    ('cgs', 'kmer_frac("CG")')
    """
    name, equals, source = text.partition("=")
    if not (equals and name.strip() and source.strip()):
        raise ArgumentError(f"a track is given as NAME=FILE or NAME=FILE:COLUMN, found {text!r}")
    return name.strip(), parse_source(source)


def parse_source(text: str) -> str | dict[str, str]:
    """``PATH:COLUMN`` and ``PATH:COLUMN:PATTERN`` as a dict, other text as it is."""
    words = text.split(":")
    # A path may hold colons itself: the longest one that exists is meant.
    ends = [end for end in range(len(words), 0, -1) if os.path.exists(":".join(words[:end]))]
    end = ends[0] if ends else (1 if "(" not in words[0] else len(words))
    if end == len(words):
        return text
    options = {"path": ":".join(words[:end]), "column": words[end]}
    if end + 1 < len(words):
        options["pattern"] = ":".join(words[end + 1 :])
    return options
