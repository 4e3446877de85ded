"""What kind of file a genome is, by its content, never by its name."""

from __future__ import annotations

import gzip
import re
import zlib
from pathlib import Path
from typing import Final, Literal

Kind = Literal["fasta", "bgzip", "gzip", "2bit", "sizes", "empty", "unknown", "missing", "folder"]

_HEAD: Final = 4096
_TWOBIT_MAGICS: Final = (bytes.fromhex("1a412743"), bytes.fromhex("4327411a"))
_SIZES_LINE: Final = re.compile(rb"[^\s>;@]\S*[ \t]+\d+([ \t]+\d+[ \t]+\d+[ \t]+\d+)?\s*")


def sniff(path: Path) -> Kind:
    """The kind of the file at `path`; "gzip" and "bgzip" only where a FASTA is inside.

    Never raises for what it finds: a file that cannot be read at all is "missing".
    """
    if path.is_dir():
        return "folder"
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return "missing"
    if not head:
        return "empty"
    if head[:4] in _TWOBIT_MAGICS:
        return "2bit"
    if head[:2] == b"\x1f\x8b":
        return _sniff_gzip(path, head)
    return _sniff_text(head)


def is_bgzip(head: bytes) -> bool:
    """True if `head` begins a BGZF block: gzip with an extra subfield ``BC`` of two bytes."""
    return (
        len(head) >= 18
        and head[:4] == b"\x1f\x8b\x08\x04"
        and int.from_bytes(head[10:12], "little") == 6
        and head[12:16] == b"BC\x02\x00"
    )


def _sniff_gzip(path: Path, head: bytes) -> Kind:
    try:
        with gzip.open(path, "rb") as file:
            text = file.read(_HEAD)
    except (OSError, EOFError, zlib.error):
        return "unknown"
    if _sniff_text(text) != "fasta":
        return "unknown"
    return "bgzip" if is_bgzip(head) else "gzip"


def _sniff_text(head: bytes) -> Kind:
    if head.lstrip(b"\r\n")[:1] == b">":
        return "fasta"
    lines = [line for line in head.splitlines()[:20] if line.strip() and not line.startswith(b"#")]
    if len(head) == _HEAD and len(lines) > 1:
        lines.pop()
    if lines and all(_SIZES_LINE.fullmatch(line) for line in lines):
        return "sizes"
    return "unknown"
