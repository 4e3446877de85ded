"""Whether a file is a table with the columns of intervals."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gsynth.plugins import source_path

PLACE: Final = ("chrom", "start", "end")
"""The first names of the header."""


def header_of(path: Path) -> list[str]:
    """The names in the first line of a file; none if it is not text."""
    with path.open("rb") as file:
        line = file.readline(1 << 16)
    try:
        return line.decode().rstrip("\r\n").split("\t")
    except UnicodeDecodeError:
        return []


def is_table(source: object) -> bool:
    """True for a path, alone or in a dict, of a file with the header; an OSError of the file passes."""
    path = source_path(source)
    if path is None or "\0" in str(path) or not path.is_file():
        return False
    return tuple(header_of(path)[:3]) == PLACE
