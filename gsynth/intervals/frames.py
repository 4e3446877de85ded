"""Intervals in DataFrames of any kind (pandas, polars, pyarrow), through narwhals."""

from __future__ import annotations

import warnings
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from gsynth.errors import ArgumentError
from gsynth.intervals.labels import Labels
from gsynth.intervals.rows import Rows, numbered

_COLUMNS: Final = {
    "chrom": ("chrom", "chromosome", "contig", "chr", "seqname", "seqnames"),
    "start": ("start", "chromstart"),
    "end": ("end", "chromend", "stop"),
}


def as_frame(source: object) -> Any:
    """`source` as a narwhals DataFrame, or None if it is not an eager DataFrame."""
    # First, what cannot be one, so that plain Python types do not cost the import of narwhals.
    if isinstance(source, str | bytes | list | tuple | dict | np.ndarray):
        return None
    import narwhals as nw

    frame = nw.from_native(source, eager_only=True, pass_through=True)
    return frame if isinstance(frame, nw.DataFrame) else None


def as_series(source: object) -> list[object] | None:
    """The values of a Series of any kind; None if `source` is not one."""
    import narwhals as nw

    series = nw.from_native(source, series_only=True, pass_through=True)
    return list(series.to_list()) if isinstance(series, nw.Series) else None


def frame_rows(frame: Any, what: str, *, labelled: bool = False) -> Rows:
    """The intervals of a narwhals DataFrame with the columns chrom, start and end; `labelled`: name, and maybe strand.

    Raises
    ------
    ArgumentError
        Names the column that is missing, or that holds anything but names or integers.
    """
    contigs = _column(frame, "chrom", what)
    names = contigs.to_list()
    if contigs.is_null().any():
        raise ArgumentError(f"{what}: column {contigs.name!r} holds missing values")
    starts, ends = (_integers(_column(frame, role, what), what) for role in ("start", "end"))
    if not {*map(type, names)} <= {str}:
        names = [str(name) for name in names]
    rows = Rows(what, *numbered(names), starts, ends, labels=_labels(frame, what) if labelled else None)
    return _with_bases(rows)


def _with_bases(rows: Rows) -> Rows:
    """The rows except those where start == end, as for a BED file; a warning if there are any."""
    empty = rows.starts == rows.ends
    if not empty.any():
        return rows
    count, first = int(empty.sum()), int(np.argmax(empty))
    which = f"row {first}" if count == 1 else f"{count:,} rows (the first is row {first})"
    warnings.warn(
        f"{rows.source}: skipped {which}, where start == end: an interval without bases", UserWarning, stacklevel=4
    )
    nothing = "no row with an interval of at least one base" if empty.all() else ""
    return attrs.evolve(rows.selected(~empty), nothing=nothing)


def _labels(frame: Any, what: str) -> Labels:
    names, strands = (_words(frame, role) for role in ("name", "strand"))
    if names is None:
        raise ArgumentError(f"{what}: the DataFrame has no column 'name', which names='bed' takes the names from")
    return Labels.of(names, [""] * len(names) if strands is None else strands)


def _words(frame: Any, role: str) -> list[str] | None:
    found = next((name for name in frame.columns if str(name).lower() == role), None)
    return None if found is None else [str(word) for word in frame[found].to_list()]


def _column(frame: Any, role: str, what: str) -> Any:
    # Reversed, so that of two columns that differ only in case the first one is taken.
    lowered = {str(name).lower(): name for name in reversed(frame.columns)}
    for name in _COLUMNS[role]:
        if name in lowered:
            return frame[lowered[name]]
    raise ArgumentError(
        f"{what}: the DataFrame has no column {role!r}, found {', '.join(map(str, frame.columns))}; "
        "expected chrom, start and end"
    )


def _integers(series: Any, what: str) -> NDArray[np.int64]:
    values = series.to_numpy()
    try:
        with np.errstate(invalid="ignore"):  # NaN as an integer, which the comparison detects
            integers = values.astype(np.int64)
        same = not series.is_null().any() and bool((integers == values).all())
    except (TypeError, ValueError):
        same = False
    if not same:
        raise ArgumentError(f"{what}: column {series.name!r} must hold integers, found {series.dtype}")
    return np.ascontiguousarray(integers)
