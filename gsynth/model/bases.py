"""Values labelled with the names of bases, in any kind of table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gsynth.errors import ArgumentError
from gsynth.model.values import array, shown

_BASES: Final = ("A", "C", "G", "T")


def by_base(value: Any, what: str) -> NDArray[Any] | None:
    """The values in the order A, C, G, T, shape (4,) or (rows, 4); None if they have no names and go by position.

    Names are those of a mapping, a DataFrame of any library, a structured array, a named tuple, or a pandas series with
    text labels; upper or lower case, in any order.

    Examples
    --------
    >>> by_base({"t": 0.4, "a": 0.1, "c": 0.2, "g": 0.3}, "prior").tolist()
    [0.1, 0.2, 0.3, 0.4]
    """
    named = _named(value, what)
    if named is None:
        return None
    columns = [array(named[name], what) for name in _names(list(named), what)]
    shapes = {column.shape for column in columns}
    if len(shapes) > 1 or columns[0].ndim > 1:
        raise ArgumentError(
            f"{what} must hold one number, or the same number of them, for each base; found shapes "
            f"{', '.join(str(column.shape) for column in columns)}"
        )
    return np.stack(columns, axis=-1)


def _names(given: list[Any], what: str) -> list[Any]:
    """The names as given, in the order A, C, G, T."""
    upper = {str(name).upper(): name for name in given}
    if len(given) != len(_BASES) or set(upper) != set(_BASES):
        raise ArgumentError(f"{what} must be named exactly A, C, G and T; found {shown(given)}")
    return [upper[base] for base in _BASES]


def _named(value: Any, what: str) -> Mapping[Any, Any] | None:
    if isinstance(value, Mapping):
        return value
    if isinstance(value, np.ndarray | np.void) and value.dtype.names:
        return {name: value[name] for name in value.dtype.names}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        named: Mapping[Any, Any] = value._asdict()
        return named
    if isinstance(value, np.ndarray | list | tuple):
        return None
    # Only here, because importing the DataFrame library takes longer than everything before.
    from gsynth.files import frames

    labels = frames.row_labels(value)
    if not frames.is_frame(value):
        return None if labels is None else _series(value, labels, what)
    if labels is not None:
        _check_row_order(labels, what)
    names = frames.column_names(value, what=what)
    # What pandas calls columns without names, so these go by position.
    if names == [0, 1, 2, 3]:
        return None
    _names(names, what)
    return frames.columns(value, names, what=what)


def _series(value: Any, labels: list[Any], what: str) -> Mapping[Any, Any] | None:
    """By its labels, unless they are the numbers from 0 that pandas assigns without labels."""
    if labels == list(range(len(labels))):
        return None
    names = _names(labels, what)
    return dict(zip(labels, value.tolist(), strict=True)) if names else None


def _check_row_order(labels: list[Any], what: str) -> None:
    """Refuse a table that was sorted or shuffled: it keeps its old row numbers, so the bin of a row is ambiguous."""
    rows = list(range(len(labels)))
    if labels != rows and set(labels) == set(rows):
        raise ArgumentError(f"the rows of {what} are not in the order of the bins: their labels are {shown(labels)}")
