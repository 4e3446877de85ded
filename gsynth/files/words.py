"""The words of one line of a table: columns, whole numbers, decimals."""

from __future__ import annotations

import math
import re
from typing import Final

_INTEGER: Final = re.compile(r"-?[0-9]{1,18}")
_NUMBER: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,9})?|[+-]?inf(inity)?", re.IGNORECASE)
_LONGEST: Final = 1000
"""Most letters of a number: no double needs more."""

MISSING: Final = frozenset({".", "na", "nan"})
"""Words for a missing value, in any case."""


def columns_of(line: str) -> list[str]:
    """The columns of a line: separated by tabs, without the blanks around them; without any tab, separated by blanks.

    Empty columns at the end are left out, others are kept.

    Examples
    --------
    >>> columns_of("chr1 \\t100\\t\\t400\\t")
    ['chr1', '100', '', '400']
    >>> columns_of("chr1  100 400 ")
    ['chr1', '100', '400']
    """
    if "\t" not in line:
        return [word for word in line.split(" ") if word]
    columns = [column.strip(" ") for column in line.split("\t")]
    while columns and not columns[-1]:
        columns.pop()
    return columns


def integer(text: str) -> int | None:
    """A whole number in plain digits, optionally with a minus; None for anything else, however long.

    Examples
    --------
    >>> [integer(text) for text in ("12", "-3", "1e6", "1_000", "+5", "9" * 5000)]
    [12, -3, None, None, None, None]
    """
    return int(text) if _INTEGER.fullmatch(text) else None


def number(text: str) -> float | None:
    """A decimal, optionally with an exponent, or an infinity; None for anything else, also for what no float can hold.

    Examples
    --------
    >>> [number(text) for text in ("1e-3", "-inf", "1_0", "0x1", "nan", "1e400")]
    [0.001, -inf, None, None, None, None]
    """
    if len(text) > _LONGEST or not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return None if math.isinf(value) and "n" not in text.lower() else value
