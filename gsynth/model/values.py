"""Numbers as callers give them: checked and converted to plain ones before anything computes with them."""

from __future__ import annotations

import math
import reprlib
from numbers import Real
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from gsynth.errors import ArgumentError

LARGEST: Final = 2**63 - 1
"""The largest whole number that int64 holds."""

_SHORT: Final = reprlib.Repr()
# Its limits are set one by one: older Pythons do not take them as arguments.
_SHORT.maxlevel = 4
_SHORT.maxlist = _SHORT.maxtuple = _SHORT.maxdict = _SHORT.maxset = _SHORT.maxfrozenset = 100
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 300
_SHOWN: Final = 200
"""Characters of a value that a message shows."""


def shown(value: Any) -> str:
    """`value` as text for a message: without NumPy's wrapping, never longer than a few lines."""
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    try:
        # Of large values only the beginning is turned into text.
        text = _SHORT.repr(value) if isinstance(value, list | tuple | dict | set | frozenset | str) else repr(value)
    except ValueError:
        # Python refuses to print integers of more than 4,300 digits.
        return f"a {type(value).__name__} with too many digits"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def whole(value: Any, what: str, *, low: int = 0, high: int = LARGEST) -> int:
    """`value` as an int from `low` to `high`; a float such as 5.0 is whole, a bool or a text is not a number.

    Examples
    --------
    >>> whole(5.0, "k")
    5
    """
    number = _number(value)
    # NaN fails the comparison, and infinity too, so floor never sees them.
    if number is None or not low <= number <= high or number != math.floor(number):
        raise ArgumentError(f"{what} must be a whole number from {low:,} to {high:,}, found {shown(value)}")
    return int(number)


def real(value: Any, what: str) -> float:
    """`value` as a finite float; a bool or a text is not a number."""
    number = _number(value)
    try:
        found = math.nan if number is None else float(number)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise ArgumentError(f"{what} must be a finite number, found {shown(value)}")
    return found


def _number(value: Any) -> float | None:
    """A Python or NumPy number as it is, also from a 0-dimensional array; None for anything else."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    # Real also has fractions, which compare and round like floats.
    return cast(float, value) if isinstance(value, Real) and not isinstance(value, bool) else None


def reals(value: Any, what: str) -> NDArray[np.float64]:
    """`value` as a new float64 array, NaN and infinity included; text, bools and missing values are not numbers."""
    given = array(value, what)
    if given.dtype.kind in "iuf":
        return np.array(given, dtype=np.float64, order="C")
    if given.dtype.kind != "O" or any(_number(item) is None for item in given.ravel()):
        raise ArgumentError(f"{what} must be numbers, found {shown(value)}")
    try:
        return np.array(given, dtype=np.float64, order="C")
    except OverflowError as error:
        raise ArgumentError(f"{what} must fit a float64, found {shown(value)}") from error


def array(value: Any, what: str) -> NDArray[Any]:
    """`value` as an array of any dtype; not copied if it already is one."""
    # asarray would drop the mask and with it take the values below for real ones.
    if np.ma.is_masked(value):
        raise ArgumentError(f"{what} must not hold masked values; fill them first")
    try:
        return np.asarray(value)
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"{what} must be numbers in rows of the same length, found {shown(value)}") from error
