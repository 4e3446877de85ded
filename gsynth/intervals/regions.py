"""Region strings, as samtools reads them: ``chr1``, ``chr1:1,001``, ``chr1:1,001-2,000``; 1-based, both ends in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from attrs import frozen

from gsynth.errors import ArgumentError

_SPAN: Final = re.compile(r"(?P<contig>.+):(?P<start>[0-9][0-9,]*)(?P<dash>-)?(?P<end>[0-9][0-9,]*)?")

_DIGITS: Final = 19


@frozen
class Region:
    """A region string taken apart; `start` and `end` are 0-based half-open, `end` None at the contig's end."""

    contig: str
    start: int = 0
    end: int | None = None


def parse_region(text: str, contigs: Mapping[str, int]) -> Region:
    """The region that `text` names; a contig of that whole name comes first, for names that hold a colon.

    Examples
    --------
    >>> parse_region("chr1:1,001-2,000", {"chr1": 5000})
    Region(contig='chr1', start=1000, end=2000)
    >>> parse_region("HLA-A*01:01", {"HLA-A*01:01": 3503})
    Region(contig='HLA-A*01:01', start=0, end=None)
    """
    match = None if text in contigs else _SPAN.fullmatch(text)
    if match is None:
        return Region(text)
    start = _position(match["start"]) - 1
    end = _position(match["end"]) if match["end"] else None
    if not match["dash"] and match["end"]:
        return Region(text)
    return Region(match["contig"], start, end)


def _position(text: str) -> int:
    digits = text.replace(",", "")
    # No contig is as long; Python refuses to read numbers of thousands of digits.
    if len(digits) > _DIGITS:
        raise ArgumentError(f"a region's position has {len(digits):,} digits: {digits[:40]}...; expected 1 to 2**63")
    return int(digits)


def looks_like_region(text: str) -> bool:
    """True for ``name:start`` and ``name:start-end``."""
    return _SPAN.fullmatch(text) is not None
