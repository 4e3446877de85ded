"""DataFrames of any kind (pandas, polars, pyarrow) in and out, through narwhals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gsynth.errors import ArgumentError, ArgumentTypeError


class Frame(Protocol):
    """An eager DataFrame: of pandas, polars, pyarrow, or anything else that narwhals reads."""

    @property
    def columns(self) -> Any: ...

    def join(self, *args: Any, **kwargs: Any) -> Any: ...

    def __getitem__(self, name: str, /) -> Any: ...


class Series(Protocol):
    """A column, of the same libraries."""

    @property
    def dtype(self) -> Any: ...

    def __len__(self) -> int: ...

    def __getitem__(self, row: int, /) -> Any: ...


def columns(frame: Any, names: Sequence[str], *, what: str) -> dict[str, NDArray[Any]]:
    """The named columns of a DataFrame as arrays; an error that lists what is missing."""
    # Imported here and below on first use, as most calls involve no DataFrame.
    import narwhals as nw

    try:
        table = nw.from_native(frame, eager_only=True)
    except TypeError as error:
        raise ArgumentTypeError(f"{what} must be a list or a DataFrame, found {type(frame).__name__}") from error
    missing = [name for name in names if name not in table.columns]
    if missing:
        raise ArgumentError(f"{what} lacks the columns {missing}; it has {list(table.columns)}")
    return {name: table[name].to_numpy() for name in names}


def is_frame(value: Any) -> bool:
    """Whether `value` is an eager DataFrame of any library."""
    import narwhals as nw

    return bool(nw.dependencies.is_into_dataframe(value))


def column_names(frame: Any, *, what: str) -> list[Any]:
    """The names of a DataFrame's columns; an error if one appears twice."""
    import narwhals as nw

    try:
        names = list(nw.from_native(frame, eager_only=True).columns)
    except ValueError as error:
        raise ArgumentError(f"{what} has columns that cannot be distinguished: {error}") from error
    if len(set(names)) < len(names):
        raise ArgumentError(f"{what} has two columns with the same name: {names}")
    return names


def row_labels(value: Any) -> list[Any] | None:
    """The row labels of a series or DataFrame of pandas or a similar library; others have none."""
    import narwhals as nw

    known = nw.dependencies
    if not (known.is_pandas_like_series(value) or known.is_pandas_like_dataframe(value)):
        return None
    return list(value.index)


def like(table: Mapping[str, NDArray[np.int64]], frame: object) -> Frame | dict[str, NDArray[np.int64]]:
    """`table` as a DataFrame of the kind of `frame`; else of pandas if that is installed, else a dict."""
    import narwhals as nw

    if nw.dependencies.is_into_dataframe(frame):
        backend = nw.from_native(frame, eager_only=True).implementation
        native: Frame = nw.from_dict(dict(table), backend=backend).to_native()
        return native
    try:
        import pandas as pd
    except ImportError:
        return dict(table)
    made: Frame = pd.DataFrame(dict(table))
    return made
