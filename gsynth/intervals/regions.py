"""Region strings, as samtools reads them: ``chr1``, ``chr1:1,001``, ``chr1:1,001-2,000``; 1-based, inclusive."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from typing import Final

from attrs import frozen

from gsynth.errors import ArgumentError, GsynthError, MissingFileError
from gsynth.files.addresses import address_error, is_address
from gsynth.genomes.aliases import contig_error
from gsynth.plugins.contracts import Genome

_SPAN: Final = re.compile(r"(?P<contig>.+):(?P<start>[0-9][0-9,]*)(?P<dash>-)?(?P<end>[0-9][0-9,]*)?")

_DIGITS: Final = 19


@frozen
class Region:
    """A region string taken apart; `start` and `end` are 0-based half-open, `end` None at the contig's end."""

    contig: str
    start: int = 0
    end: int | None = None


def parse_region(text: str, contigs: Mapping[str, int]) -> Region:
    """The region that `text` names; a contig of exactly that name takes precedence, for names with a colon.

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
    # "chr1:12" matches as a start of 1 and an end of 2 without a dash, which is no span.
    if not match["dash"] and match["end"]:
        return Region(text)
    return Region(match["contig"], start, end)


def _position(text: str) -> int:
    digits = text.replace(",", "")
    # No contig is that long, and Python refuses to read numbers of thousands of digits.
    if len(digits) > _DIGITS:
        raise ArgumentError(f"a region's position has {len(digits):,} digits: {digits[:40]}...; expected 1 to 2**63")
    return int(digits)


def text_error(text: str, genome: Genome, what: str) -> GsynthError:
    """The error for text that is neither a region of the genome nor a file."""
    if is_address(text):
        return address_error(what, text)
    contig, colon, span = text.rpartition(":")
    if colon and contig in genome.contigs:
        return ArgumentError(
            f"{what}: {text!r} is not a region: expected START-END in whole numbers after {contig!r}, found {span!r}; "
            f"for example {contig}:1,000,001-2,000,000"
        )
    named = contig if _SPAN.fullmatch(text) else text
    near = difflib.get_close_matches(named, [*genome.contigs, *(["soft"] if "mask" in what else [])], n=1)
    meant = f"; did you mean {near[0]!r}?" if near else ""
    if _SPAN.fullmatch(text) or (os.sep not in text and not os.path.splitext(text)[1] and "soft" not in near):
        return contig_error([named], f"{what} {text!r}", genome)
    return MissingFileError(
        f"{what}: no file {text!r}, and no contig of that name in the genome ({genome.name}){meant}"
    )
