"""Bases of many stretches out of lines: text is read in few pieces, and all their lines are copied at once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gsynth.files.bytesource import ByteSource
from gsynth.files.segments import copy_segments, ranges
from gsynth.genomes.faindex import FastaIndex
from gsynth.genomes.lines import line_error

_ROOM: Final = 1 << 22
"""Bytes of text that are held at once."""

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
    order = np.argsort(begins, kind="stable")
    for rows in _fillings(begins, stops, order, source.near):
        text, shift = _read(source, begins[rows], stops[rows])
        _copy_lines(
            source, text, shift + offset[rows], line_bases[rows], line_width[rows], starts[rows], ends[rows], out,
            places[rows],
        )  # fmt: skip


def _fillings(
    begins: NDArray[np.int64], stops: NDArray[np.int64], order: NDArray[np.int64], near: int
) -> Iterator[NDArray[np.int64]]:
    """The rows in the order of the text, so many at a time that what is read for them is about `_ROOM`."""
    gaps = np.diff(begins[order], prepend=begins[order[:1]])
    # What is read for a row: all since the row before where that is near, else itself.
    sizes = stops[order] - begins[order] + np.where(gaps <= near, gaps, 0)
    filling = np.cumsum(sizes) // _ROOM
    edges = [0, *(np.flatnonzero(np.diff(filling)) + 1).tolist(), order.size]
    for first, last in itertools.pairwise(edges):
        if last > first:
            yield order[first:last]


def _read(
    source: ByteSource, begins: NDArray[np.int64], stops: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The text that holds ``[begins, stops)``, sorted by begin, and what to add to an offset to find it there."""
    reach = np.maximum.accumulate(stops)
    first = np.flatnonzero(np.append(True, begins[1:] > reach[:-1] + source.near))
    last = np.append(first[1:], begins.size) - 1
    sizes = reach[last] - begins[first]
    places = np.cumsum(sizes) - sizes
    text = np.empty(int(sizes.sum()), dtype=np.uint8)
    for begin, place, size in zip(begins[first].tolist(), places.tolist(), sizes.tolist(), strict=True):
        source.read_into(begin, text[place : place + size])
    return text, np.repeat(places - begins[first], np.diff(np.append(first, begins.size)))


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
    first = starts // line_bases
    row, number = ranges((ends - 1) // line_bases - first + 1)
    line = first[row] + number
    begin = np.maximum(starts[row], line * line_bases[row])
    end = np.minimum(ends[row], (line + 1) * line_bases[row])
    at = offset[row] + line * (line_width - line_bases)[row] + begin
    goes_on = np.flatnonzero(end < ends[row])
    after = at[goes_on] + (end - begin)[goes_on] + (line_width - line_bases)[row[goes_on]] - 1
    if not (text[after] == _NEWLINE).all():
        raise line_error(source, int(line_bases[0]))
    copy_segments(text, at, out, places[row] + begin - starts[row], end - begin)
