"""The sizes of very many contigs: in a file of their own, as the metadata are limited and slow to read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from gsynth.plugins import FormatError
from gsynth_gsm import fields
from gsynth_gsm.container import Sink, Source, read_whole

KEY: Final = "chrom_sizes"
FILE: Final = "chrom_sizes.txt"
MOST_INLINE: Final = 10_000
"""Contigs up to which the sizes stand in the metadata, where other programs see them."""
_MAX_BYTES: Final = 1 << 28
_DIGITS: Final = 19


def are_apart(metadata: Mapping[str, Any]) -> bool:
    """Whether the contig sizes among the metadata of a model go into a file of their own."""
    sizes = metadata.get(KEY)
    if not isinstance(sizes, Mapping) or len(sizes) <= MOST_INLINE:
        return False
    # Lines of a name and a number: where one would not be read as it was, they stay where they are.
    text = "".join(name for name in sizes if isinstance(name, str))
    named = all(isinstance(name, str) and name for name in sizes) and text.isprintable() and " " not in text
    return named and all(type(size) is int and 0 <= size < 2**63 for size in sizes.values())


def write_sizes(sizes: Mapping[str, int], sink: Sink) -> dict[str, Any]:
    """Write the file; returns what ``data`` says of it."""
    text = "".join([f"{name}\t{size}\n" for name, size in sizes.items()]).encode()
    with sink.create(FILE, len(text)) as file:
        file.write(text)
    return {"file": FILE, "sha256": hashlib.sha256(text).hexdigest()}


def read_sizes(entry: Any, source: Source) -> dict[str, int]:
    """The sizes that the file holds to which ``data`` refers by `entry`."""
    what = f"data.{KEY}"
    told = fields.mapping(entry, what)
    name, checksum = fields.file_name(told.get("file"), what), told.get("sha256")
    text = read_whole(source, name, _MAX_BYTES)
    if checksum is not None and hashlib.sha256(text).hexdigest() != fields.text(checksum, what).lower():
        raise FormatError(f"{name} is damaged: its SHA-256 is not the one in the metadata")
    try:
        lines = [line.split("\t") for line in text.decode().split("\n")]
    except UnicodeDecodeError as error:
        raise FormatError(f"{name} is not UTF-8 text") from error
    if lines.pop() != [""] or not all(len(line) == 2 and _is_size(line[1]) for line in lines):
        raise FormatError(f"{name} must hold lines of a name, a tab and a number")
    sizes = {name: int(size) for name, size in lines}
    if len(sizes) < len(lines):
        raise FormatError(f"{name} holds a contig twice")
    return sizes


def _is_size(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _DIGITS
