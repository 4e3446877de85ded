"""The windows of the iterator: its multiples, cut at the ends of intervals."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.files.segments import ranges
from gsynth.intervals.pieces import Pieces


@frozen(eq=False)
class WindowTable:
    """The windows that pieces touch.

    Attributes
    ----------
    piece : int64[w]
        Which piece a window belongs to.
    starts, ends : int64[w]
        0-based half-open, within the piece's interval; they may reach beyond the piece.
    counts : int64[p]
        Windows of each piece, 0 if the piece is empty.
    """

    piece: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    counts: NDArray[np.int64]


def window_span(pieces: Pieces, iterator: int | None) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """From the first to the last window that each piece touches: int64[p], int64[p]."""
    width = iterator or 1
    # Cut at the ends of the interval, not of the piece, which is only how far a block reaches.
    lows = np.maximum(pieces.starts, pieces.firsts // width * width)
    highs = np.minimum(pieces.ends, -(-pieces.lasts // width) * width)
    return lows, highs


def window_table(pieces: Pieces, iterator: int | None) -> WindowTable:
    """All windows that the pieces touch.

    Examples
    --------
    >>> column = lambda *values: np.array(values, dtype=np.int64)
    >>> pieces = Pieces(("a",), column(0), column(5), column(25), column(5), column(25))
    >>> table = window_table(pieces, 10)
    >>> table.starts.tolist(), table.ends.tolist()
    ([5, 10, 20], [10, 20, 25])
    """
    width = iterator or 1
    lows, highs = window_span(pieces, iterator)
    numbers = lows // width
    counts = np.where(pieces.lasts > pieces.firsts, -(-highs // width) - numbers, 0)
    piece, at = ranges(counts)
    starts = (numbers[piece] + at) * width
    return WindowTable(piece, np.maximum(starts, lows[piece]), np.minimum(starts + width, highs[piece]), counts)
