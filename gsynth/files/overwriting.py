"""What lies where a call would write: it is replaced only on request."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gsynth.errors import OutputExistsError


def check_new(paths: Iterable[Path], *, overwrite: bool) -> None:
    """OutputExistsError if there is something at one of the paths, unless `overwrite`.

    Empty files and folders hold nothing that could be lost; ``mkstemp`` and ``mkdtemp`` make such. What is neither a
    file nor a folder, such as a device, cannot be overwritten.
    """
    for path in paths:
        if not overwrite and (path.is_file() or path.is_dir()) and not is_empty(path):
            raise OutputExistsError(f"{path} exists: name another output, or replace it with overwrite=True (--force)")


def is_empty(path: Path) -> bool:
    """Whether `path` is a file without bytes, or a folder without entries."""
    if path.is_dir():
        return next(path.iterdir(), None) is None
    return path.is_file() and path.stat().st_size == 0
