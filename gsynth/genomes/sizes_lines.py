"""What a line of contig sizes looks like."""

from __future__ import annotations

from gsynth.files.words import integer

_HEADERS = frozenset({"size", "length", "len", "sizes", "chromsize", "chrom_size", "seqlength", "seqlengths"})


def is_header(columns: list[str]) -> bool:
    """True for a line of column names, such as ``chrom size``."""
    return len(columns) > 1 and columns[1].lower() in _HEADERS


def is_sizes_line(columns: list[str]) -> bool:
    """True for a name and a size; for five columns (``.fai``); for three, the last a path (``chromInfo.txt``)."""
    numbers = [integer(column) is not None for column in columns[1:]]
    return numbers in ([True], [True] * 4) or (numbers == [True, False] and columns[2][:1] in "/.")
