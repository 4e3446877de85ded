"""Bases of many stretches out of lines: text is read in few pieces, and all their lines are copied at once."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gsynth.files.byteranges import fillings, read_ranges
from gsynth.files.bytesource import ByteSource
from gsynth.files.segments import copy_segments, places_of, ranges
from gsynth.genomes.faindex import FastaIndex
from gsynth.genomes.lines import line_error

_NEWLINE: Final = ord("\n")


def read_many(
    source: ByteSource,
    index: FastaIndex,
    stretches: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    out: NDArray[np.uint8],
    places: NDArray[np.int64],
) -> None:
    """Write the bases ``[starts, ends)`` of stretches of lines to `places` of `out`.

    Parameters
    ----------
    source : ByteSource
    index : FastaIndex
    stretches : int64[n]
        Rows of the index's stretches.
    starts, ends : int64[n]
        Bases counted from the stretch's first; none is empty.
    out : uint8[...]
    places : int64[n]

    Raises
    ------
    FormatError
        Where a line does not end as the index says.
    """
    offset, line_bases, line_width = (
        column[stretches] for column in (index.offset, index.line_bases, index.line_width)
    )
    begins = offset + starts // line_bases * line_width + starts % line_bases
    stops = offset + (ends - 1) // line_bases * line_width + (ends - 1) % line_bases + 1
    for rows in fillings(begins, stops, source.near):
        text, shift = read_ranges(source, begins[rows], stops[rows])
        _copy_lines(
            source, text, shift + offset[rows], line_bases[rows], line_width[rows], starts[rows], ends[rows], out,
            places[rows],
        )  # fmt: skip


def _copy_lines(
    source: ByteSource,
    text: NDArray[np.uint8],
    offset: NDArray[np.int64],
    line_bases: NDArray[np.int64],
    line_width: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    out: NDArray[np.uint8],
    places: NDArray[np.int64],
) -> None:
    """Copy the bases of stretches, whose first base would lie at `offset` of `text`, line by line."""
    first, column = starts // line_bases, starts % line_bases
    counts = (ends - 1) // line_bases - first + 1
    row, number = ranges(counts)
    heads = places_of(counts)[:-1]
    tails = heads + counts - 1
    # As if all lines were full: then the first one loses what lies before the stretch, and the last what lies after it.
    at = (offset + first * line_width)[row] + number * line_width[row]
    to = (places - column)[row] + number * line_bases[row]
    sizes = line_bases[row]
    at[heads] += column
    to[heads] += column
    sizes[heads] -= column
    sizes[tails] -= (first + counts) * line_bases - ends
    breaks = np.delete(at + sizes + (line_width - line_bases - 1)[row], tails)
    if not (text[breaks] == _NEWLINE).all():
        raise line_error(source, int(line_bases[0]))
    copy_segments(text, at, out, to, sizes)
