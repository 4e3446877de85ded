"""Text tables with aligned columns."""

from __future__ import annotations

from collections.abc import Sequence


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[bool] = ()) -> str:
    """Text of aligned columns, two spaces apart; `right` says which ones are flush right.

    Examples
    --------
    >>> print(table(["bin", "count"], [["low", "7"], ["high", "1,000"]], right=[False, True]))
    bin   count
    low       7
    high  1,000
    """
    flush = [*right, *[False] * (len(header) - len(right))]
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    lines = []
    for row in (header, *rows):
        cells = (c.rjust(w) if r else c.ljust(w) for c, w, r in zip(row, widths, flush, strict=True))
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
