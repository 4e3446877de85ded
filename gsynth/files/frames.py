"""DataFrames of any kind (pandas, polars, pyarrow) in and out, through narwhals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gsynth.errors import ArgumentError, ArgumentTypeError


def columns(frame: Any, names: Sequence[str], *, what: str) -> dict[str, NDArray[Any]]:
    """The named columns of a DataFrame as arrays; an error that lists what is missing."""
    import narwhals as nw

    try:
        table = nw.from_native(frame, eager_only=True)
    except TypeError as error:
        raise ArgumentTypeError(f"{what} must be a list or a DataFrame, found {type(frame).__name__}") from error
    missing = [name for name in names if name not in table.columns]
    if missing:
        raise ArgumentError(f"{what} lacks the columns {missing}; it has {list(table.columns)}")
    return {name: table[name].to_numpy() for name in names}


def by_name(table: Any) -> Mapping[Any, Any] | None:
    """The values by their names, of a mapping, a DataFrame or a Series with an index of names; None of all else."""
    if isinstance(table, Mapping):
        return table
    if isinstance(table, list | tuple | np.ndarray):
        return None
    import narwhals as nw

    found = nw.from_native(table, eager_only=True, allow_series=True, pass_through=True)
    if isinstance(found, nw.DataFrame):
        return {name: found[name].to_numpy() for name in found.columns}
    index = getattr(table, "index", None)
    if isinstance(found, nw.Series) and index is not None and all(isinstance(name, str) for name in index):
        return dict(zip(index, found.to_numpy(), strict=True))
    return None


def like(table: Mapping[str, NDArray[Any]], frame: Any) -> Any:
    """`table` as a DataFrame of the kind of `frame`; else of pandas where that is installed, else a dict."""
    import narwhals as nw

    if nw.dependencies.is_into_dataframe(frame):
        backend = nw.from_native(frame, eager_only=True).implementation
        return nw.from_dict(dict(table), backend=backend).to_native()
    try:
        import pandas as pd
    except ImportError:
        return dict(table)
    return pd.DataFrame(dict(table))
