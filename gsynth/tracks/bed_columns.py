"""The columns of a BED file, by name or number."""

from __future__ import annotations

import difflib
from typing import Final

from gsynth.errors import ArgumentError

BED_COLUMNS: Final = {
    "name": 3, "score": 4, "strand": 5, "thickStart": 6, "thickEnd": 7, "itemRgb": 8,
}  # fmt: skip
"""BED's own names of the columns after the interval, 0-based."""


def column_index(column: object) -> int:
    """A column, given by BED's name for it or its number from 1, as a 0-based index.

    Examples
    --------
    >>> column_index("score"), column_index("5")
    (4, 4)
    """
    if isinstance(column, str) and column in BED_COLUMNS:
        return BED_COLUMNS[column]
    # No number of more than four digits is a column, and int() fails on thousands of them with an error of its own.
    if isinstance(column, str) and column.isdecimal() and column.isascii() and len(column) < 5:
        column = int(column)
    if isinstance(column, int) and not isinstance(column, bool) and 4 <= column <= 1000:
        return column - 1
    near = difflib.get_close_matches(column, BED_COLUMNS, n=1) if isinstance(column, str) else []
    meant = f"; did you mean {near[0]!r}?" if near else ""
    shown = column if not isinstance(column, str) or len(column) < 40 else column[:40]
    raise ArgumentError(
        f"column must be one of {', '.join(BED_COLUMNS)} or a number from 4 on (the first is 1), found {shown!r}{meant}"
    )
