"""Typed values from metadata, in whichever way their writer spells them."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gsynth.plugins import FormatError

_SHORT: Final = reprlib.Repr()
_SHORT.maxlevel = 3
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 80


def shown(value: Any) -> str:
    """`value` for a message: short, however much of it there is."""
    try:
        return _SHORT.repr(value)
    except ValueError:
        # Python refuses to print integers of more than 4,300 digits.
        return "a number of too many digits"


def listed(value: Any) -> list[Any]:
    """`value` as a list: R writes a vector of one element as a scalar, and an empty one as null or []."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def real(value: Any, what: str) -> float:
    """A number, NaN and infinity included."""
    # R writes 1e-04, which YAML 1.1 reads as text.
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise FormatError(f"{what} must be a number, found {shown(value)}")
    try:
        return float(value)
    except (ValueError, OverflowError) as error:
        raise FormatError(f"{what} must be a number, found {shown(value)}") from error


def whole(value: Any, what: str, *, low: int = 0, high: int = 2**63 - 1) -> int:
    """A whole number from `low` to `high`; R writes them as floats."""
    if isinstance(value, int) and not isinstance(value, bool):
        # Not by way of a float, which would round above 2**53.
        number = value
    else:
        found = real(value, what)
        if not math.isfinite(found) or found != int(found):
            raise FormatError(f"{what} must be a whole number, found {shown(value)}")
        number = int(found)
    if not low <= number <= high:
        raise FormatError(f"{what} must be from {low} to {high}, found {number}")
    return number


def text(value: Any, what: str) -> str:
    """Text."""
    if not isinstance(value, str):
        raise FormatError(f"{what} must be text, found {shown(value)}")
    return value


def mapping(value: Any, what: str) -> dict[str, Any]:
    """A mapping."""
    if not isinstance(value, dict):
        raise FormatError(f"{what} must be a mapping, found {shown(value)}")
    return value


def required(metadata: Mapping[str, Any], key: str, where: str) -> Any:
    """The value of a key that every writer writes."""
    if key not in metadata:
        raise FormatError(f"{where}: the metadata lacks the key {key!r}")
    return metadata[key]


def reals(value: Any, what: str) -> NDArray[np.float64]:
    """float64[n] of a list of numbers."""
    return np.array([real(item, what) for item in listed(value)], dtype=np.float64)


def file_name(value: Any, what: str) -> str:
    """The name of a file of the container."""
    name = text(value, f"{what}.file")
    # Also what separates folders on other systems: a model moves between them.
    if not name or name.startswith(".") or any(mark in name for mark in "/\\:\0"):
        raise FormatError(f"{what}.file is {name!r}; it must name a file in the model, without any folder")
    return name
