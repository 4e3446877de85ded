"""What kind of track a file holds, by its content and, between two kinds of text, its name."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from gsynth.tracks.options import path_of

_BIGWIG: Final = (b"\x26\xfc\x8f\x88", b"\x88\x8f\xfc\x26", b"\xeb\xf2\x89\x87", b"\x87\x89\xf2\xeb")
_BEDGRAPH_SUFFIXES: Final = {".bedgraph", ".bg", ".bdg"}
_HEAD: Final = 1 << 16


def _head(source: object) -> bytes | None:
    path = path_of(source)
    if path is None or not path.is_file():
        return None
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head[:2] != b"\x1f\x8b":
        return head
    try:
        return zlib.decompressobj(31).decompress(head, _HEAD)
    except zlib.error:
        return None


def is_bigwig(source: object) -> bool:
    """True for a bigWig (and for a bigBed, so that its opener can say what is wrong)."""
    head = _head(source)
    return head is not None and head[:4] in _BIGWIG


def is_bedgraph(source: object) -> bool:
    """True for intervals in a file that is named, or says in its track line, that it is a bedGraph."""
    head = _head(source)
    if head is None or not _intervals(head):
        return False
    path = path_of(source)
    return b"type=bedgraph" in head.lower().replace(b'"', b"") or _suffix(path) in _BEDGRAPH_SUFFIXES


def is_bed(source: object) -> bool:
    """True for other text whose first line with data begins with a contig, a start and an end."""
    head = _head(source)
    return head is not None and _intervals(head) and not is_bedgraph(source)


def is_arrays(source: object) -> bool:
    """True for a mapping of contigs to arrays, or one that holds such a mapping as ``arrays``."""
    if not isinstance(source, Mapping) or "path" in source:
        return False
    if isinstance(source.get("arrays"), Mapping):
        return True
    return bool(source) and all(hasattr(v, "__len__") and not isinstance(v, str | bytes) for v in source.values())


def _suffix(path: Path | None) -> str:
    if path is None:
        return ""
    name = path.with_suffix("") if path.suffix.lower() in (".gz", ".bgz") else path
    return name.suffix.lower()


def _intervals(head: bytes) -> bool:
    from gsynth.tracks.interval_text import is_header

    # A file without a line of data, such as an empty BED, is a set of no intervals.
    for line in head.split(b"\n"):
        if not is_header(line):
            words = line.split()
            return len(words) >= 3 and words[1].isdigit() and words[2].isdigit()
    return True
