"""Checks that a call does not write what it reads."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from gsynth.errors import ArgumentError

_LONGEST: Final = 4096
"""Longer text cannot be a path."""

_DEPTH: Final = 4
"""How deep lists and mappings are searched."""

_BESIDE: Final = (".fai", ".gzi")
"""Suffixes of the indexes next to a file that are read with it."""

_RANGE: Final = re.compile(r"[\d,]+(-[\d,]*)?")
"""What follows the colon of a region; in a track the name of a column does."""

Identity = tuple[int, int]


def check_not_an_input(outputs: Iterable[Path], inputs: Iterable[object]) -> None:
    """ArgumentError if an output is, by any path or link, a file that the call reads.

    Parameters
    ----------
    outputs : iterable of Path
        All files that will be written, whether they exist or not.
    inputs : iterable of object
        The user's arguments: paths of files or folders, lists and mappings that contain such, objects with a ``name``
        or ``path``; everything else is ignored.
    """
    there = {found: path for path in outputs if (found := identity(path)) is not None}
    if not there:
        return
    for given in dict.fromkeys(_paths(list(inputs), 0)):
        for read in _read_with(given):
            output = there.get(identity(read))  # type: ignore[arg-type]  # None is no key
            if output is not None:
                raise ArgumentError(f"the output {output} is also an input ({read}): name another output")


def identity(path: str | Path | int) -> Identity | None:
    """What identifies a file, given by path or open, whatever its names; None if there is no file."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def _paths(given: object, depth: int) -> Iterator[str]:
    """All text in `given` that may be a path."""
    if isinstance(given, str | os.PathLike):
        path = os.fspath(given)
        if isinstance(path, str) and len(path) < _LONGEST:
            yield path
    elif depth > _DEPTH or given is None or isinstance(given, int | float | bytes):
        return
    elif isinstance(given, Mapping):
        # The values of a genome in memory are sequences, which are too long to be paths or name no file.
        for value in given.values():
            yield from _paths(value, depth + 1)
    elif isinstance(given, list | tuple) or _is_series(given):
        for item in given:  # type: ignore[attr-defined]  # a series can be iterated
            yield from _paths(item, depth + 1)
    else:
        names = (getattr(given, name, None) for name in ("name", "path"))
        # Files only: the name of an object need not be a path at all, and a folder of that name may exist by chance.
        yield from (path for name in names for path in _paths_of_name(name) if os.path.isfile(path))


def _paths_of_name(name: object) -> Iterator[str]:
    return _paths(name, _DEPTH) if isinstance(name, str | os.PathLike) else iter(())


def _is_series(given: object) -> bool:
    """Whether it is a series of pandas, polars or pyarrow that may hold text: no number is a path."""
    kind = str(getattr(given, "dtype", getattr(given, "type", None))).lower()
    return kind.startswith(("object", "str", "utf8", "large_string")) and hasattr(given, "__iter__")


def _read_with(given: str) -> Iterator[str]:
    """The files that a path stands for: itself, the files in a folder, indexes; also without the name of a column."""
    spellings = [given]
    spellings += [
        given[:at] for at, letter in enumerate(given) if letter == ":" and not _RANGE.fullmatch(given[at + 1 :])
    ]
    for path in spellings:
        if identity(path) is None:
            continue
        yield path
        if os.path.isdir(path):
            yield from (os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names)
        else:
            yield from (path + suffix for suffix in _BESIDE)
