"""What a call reads must not be what it writes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from gsynth.errors import ArgumentError

_LONGEST = 4096
"""No path is longer."""

_DEPTH = 4
"""How deep lists and mappings are looked into."""

_BESIDE = ("", ".fai", ".gzi")
"""A file, and the indexes beside it that are read with it."""


def check_not_an_input(outputs: Iterable[Path], inputs: Iterable[object]) -> None:
    """ArgumentError if an output is, by any path or link, a file that the call reads.

    Parameters
    ----------
    outputs : iterable of Path
        All files that are to be written, whether they exist or not.
    inputs : iterable of object
        What the user gave: paths, lists and mappings that hold some, objects with a ``name`` or ``path``; all else is
        ignored.
    """
    there = {identity: path for path in outputs if (identity := _identity(path)) is not None}
    if not there:
        return
    for path in _paths(inputs, 0):
        for suffix in _BESIDE:
            found = there.get(_identity(Path(path + suffix)))  # type: ignore[arg-type]  # None is no key
            if found is not None:
                raise ArgumentError(f"the output {found} is what the call reads ({path + suffix}): name another output")


def _identity(path: Path) -> tuple[int, int] | None:
    """What tells one file from another, whatever its names; None where there is none."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def _paths(given: object, depth: int) -> Iterator[str]:
    if isinstance(given, str | os.PathLike):
        yield from _spellings(given)
    elif depth > _DEPTH or given is None:
        return
    elif isinstance(given, Mapping):
        # Of a genome in memory the values are sequences, which are too long to be paths.
        for value in given.values():
            if isinstance(value, str | os.PathLike | Mapping):
                yield from _paths(value, depth + 1)
    elif isinstance(given, list | tuple):
        for item in given:
            yield from _paths(item, depth + 1)
    else:
        yield from _paths([getattr(given, "name", None), getattr(given, "path", None)], depth + 1)


def _spellings(given: str | os.PathLike[str]) -> Iterator[str]:
    """The path, and what stands before a colon in it: behind the path of a track there may be a column."""
    path = os.fspath(given)
    if isinstance(path, str) and len(path) < _LONGEST:
        yield path
        yield from (path[:at] for at, letter in enumerate(path) if letter == ":")
