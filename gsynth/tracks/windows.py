"""Counts per window of the bases that a test picks, at a fraction of a nanosecond a base."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

Flags = tuple[NDArray[np.bool_], ...]
FlagBases = Callable[[NDArray[np.uint8], int], Flags]
"""``flag(bases, n)``: one bool[n] for each thing counted, over the first n positions; `bases` holds the flank too."""

SLICE: Final = 1 << 18
"""Bases handled at once: the intermediate arrays stay in the second-level cache."""

PIECE: Final = 255
"""Longest run that uint8 can count; sums of that type are the ones that NumPy vectorises."""


def pieces(edges: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64] | None]:
    """Cut windows into pieces of at most `PIECE` bases.

    Returns
    -------
    int64[p + 1], int64[m] or None
        The edges of the pieces, and the index of each window's first piece (None: every window is one piece).
    """
    widths = np.diff(edges)
    if widths.size == 0 or widths.max() <= PIECE:
        return edges, None
    per_window = np.maximum(-(-widths // PIECE), 1)
    firsts = np.cumsum(per_window) - per_window
    steps = np.arange(int(per_window.sum()), dtype=np.int64) - np.repeat(firsts, per_window)
    starts = np.repeat(edges[:-1], per_window) + steps * PIECE
    return np.append(starts, edges[-1]), firsts


def _groups(edges: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Runs of pieces that fill a slice; a piece is far shorter than a slice, so that each run advances."""
    first, last = 0, edges.size - 1
    while first < last:
        stop = max(int(np.searchsorted(edges, edges[first] + SLICE, side="right")) - 1, first + 1)
        yield first, stop
        first = stop


def window_counts(
    sequence: NDArray[np.uint8], edges: NDArray[np.int64], flag: FlagBases, *, flank: int = 0
) -> NDArray[np.int64]:
    """How many positions of each window `flag` picks.

    Parameters
    ----------
    sequence : uint8[edges[m] - edges[0] + up to `flank`]
        The bases from ``edges[0]`` on.
    edges : int64[m + 1]
        0-based, not falling; adjacent windows touch.
    flag : callable
        See `FlagBases`; called on consecutive slices.
    flank : int
        How many bases to the right of a position `flag` looks at.

    Returns
    -------
    int64[f, m]
        One row for each array that `flag` returns.

    Examples
    --------
    >>> bases = np.frombuffer(b"ACCA", dtype=np.uint8)
    >>> window_counts(bases, np.array([10, 12, 14]), lambda part, n: (part[:n] == ord("C"),)).tolist()
    [[1, 1]]
    """
    cuts, firsts = pieces(edges)
    offsets = cuts - cuts[0]
    parts = [
        _slice_counts(sequence[offsets[a] : offsets[b] + flank], offsets[a : b + 1] - offsets[a], flag)
        for a, b in _groups(offsets)
    ]
    rows = len(parts[0]) if parts else len(flag(sequence[:0], 0))
    counts = np.concatenate(parts, axis=1) if parts else np.zeros((rows, offsets.size - 1), np.uint8)
    return counts.astype(np.int64) if firsts is None else np.add.reduceat(counts, firsts, axis=1, dtype=np.int64)


def _slice_counts(bases: NDArray[np.uint8], offsets: NDArray[np.int64], flag: FlagBases) -> NDArray[np.uint8]:
    total = int(offsets[-1])
    flags = flag(bases, total)
    counts = np.zeros((len(flags), offsets.size - 1), np.uint8)
    # reduceat gives an empty segment the element at its start, and refuses one that starts at the end.
    filled = np.flatnonzero(offsets[1:] > offsets[:-1])
    if filled.size:
        starts = offsets[filled]
        for row, picked in zip(counts, flags, strict=True):
            # Most slices hold nothing but A, C, G and T, and one look costs a tenth of the sums.
            row[filled] = (
                np.diff(offsets)[filled] if picked.all() else np.add.reduceat(picked.view(np.uint8), starts, dtype=np.uint8)
            )
    return counts
