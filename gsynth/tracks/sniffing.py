"""What kind of track a file holds: by its content and, where that does not decide, by its name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from gsynth.files.likeness import HEAD, likeness
from gsynth.files.textblocks import head_of
from gsynth.files.words import MISSING, columns_of, number
from gsynth.plugins import source_path

_BEDGRAPH_SUFFIXES: Final = frozenset({".bedgraph", ".bg", ".bdg", ".wig"})
_DECLARED: Final = ("type=bedgraph", "#bedgraph")
_BOM: Final = b"\xef\xbb\xbf"

Kind = Literal["bigwig", "wig", "bedgraph", "bed"]

_BY_LIKENESS: Final[dict[str, Kind]] = {"bigwig": "bigwig", "bigbed": "bigwig", "wig": "wig"}
"""A bigBed goes to the opener of bigWigs, whose message says what to do with it."""


def kind_of(source: object) -> Kind | None:
    """The kind of track in a file; None for a file that is none, or no file.

    Text of no known kind is "bed", so that its reader can say which line is wrong.
    """
    path = source_path(source)
    head = None if path is None else head_of(path)
    if path is None or head is None:
        return None
    found = likeness(head)
    if found is not None:
        return _BY_LIKENESS.get(found.kind)
    if isinstance(source, Mapping) and "column" in source:
        return "bed"
    if _declared(head) or _suffix(path) in _BEDGRAPH_SUFFIXES:
        return "bedgraph"
    return "bedgraph" if _suffix(path) != ".bed" and holds_four_with_numbers(head) else "bed"


def is_bigwig(source: object) -> bool:
    """True for a bigWig (and for a bigBed)."""
    return kind_of(source) == "bigwig"


def is_wig(source: object) -> bool:
    """True for UCSC's wig with fixedStep or variableStep."""
    return kind_of(source) == "wig"


def is_bedgraph(source: object) -> bool:
    """True for a file whose header, name or four columns show that it is a bedGraph."""
    return kind_of(source) == "bedgraph"


def is_bed(source: object) -> bool:
    """True for other text."""
    return kind_of(source) == "bed"


def is_arrays(source: object) -> bool:
    """True for a mapping of contigs to arrays, or one that holds such a mapping as ``arrays``."""
    if not isinstance(source, Mapping) or "path" in source:
        return False
    if isinstance(source.get("arrays"), Mapping):
        return True
    return bool(source) and all(hasattr(v, "__len__") and not isinstance(v, str | bytes) for v in source.values())


def holds_four_with_numbers(head: bytes) -> bool:
    """True if every line with data has four columns, and the fourth is a number in one and a word in none."""
    lines = head.removeprefix(_BOM).decode("utf-8", "replace").splitlines()
    if len(head) >= HEAD:
        # The head may end within a line.
        lines.pop()
    data = [line for line in lines if line.strip() and not line.startswith(("#", "track", "browser"))]
    rows = [columns_of(line) for line in data]
    if not all(len(row) == 4 and "" not in row for row in rows):
        return False
    # A first row without a number as its start is a header.
    values = [row[3] for row in rows[1 if rows and not rows[0][1].isdecimal() else 0 :]]
    words = [value for value in values if number(value) is None and value.lower() not in MISSING]
    return not words and any(number(value) is not None for value in values)


def _declared(head: bytes) -> bool:
    return any(
        mark.encode() in line.lower().replace(b'"', b"").replace(b" ", b"")
        for line in head.splitlines()
        for mark in _DECLARED
        if line.startswith((b"#", b"track", _BOM))
    )


def _suffix(path: Path) -> str:
    name = path.with_suffix("") if path.suffix.lower() in (".gz", ".bgz") else path
    return name.suffix.lower()
