"""Many ranges of bytes of a source: those that are close together are read at once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gsynth.files.bytesource import ByteSource

_ROOM: Final = 1 << 22
"""Bytes that are held at once."""


def fillings(begins: NDArray[np.int64], stops: NDArray[np.int64], near: int) -> Iterator[NDArray[np.int64]]:
    """The ranges in the order of the source, as many at a time as need about `_ROOM` bytes to be read."""
    order = np.argsort(begins, kind="stable")
    gaps = np.diff(begins[order], prepend=begins[order[:1]])
    # Bytes read for a range: everything since the one before if that is near, else the range itself.
    sizes = stops[order] - begins[order] + np.where(gaps <= near, gaps, 0)
    filling = np.cumsum(sizes) // _ROOM
    edges = [0, *(np.flatnonzero(np.diff(filling)) + 1).tolist(), order.size]
    for first, last in itertools.pairwise(edges):
        if last > first:
            yield order[first:last]


def read_ranges(
    source: ByteSource, begins: NDArray[np.int64], stops: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The bytes that hold ``[begins, stops)``, sorted by begin, and what to add to an offset to find it in them."""
    # The farthest end so far: a range may end within an earlier one.
    reach = np.maximum.accumulate(stops)
    first = np.flatnonzero(np.append(True, begins[1:] > reach[:-1] + source.near))
    last = np.append(first[1:], begins.size) - 1
    sizes = reach[last] - begins[first]
    places = np.cumsum(sizes) - sizes
    text = np.empty(int(sizes.sum()), dtype=np.uint8)
    for begin, place, size in zip(begins[first].tolist(), places.tolist(), sizes.tolist(), strict=True):
        source.read_into(begin, text[place : place + size])
    return text, np.repeat(places - begins[first], np.diff(np.append(first, begins.size)))
