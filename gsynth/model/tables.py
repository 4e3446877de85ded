"""Tables over bins, contexts and bases, checked slice by slice: what a model accepts as counts and probabilities."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gsynth.errors import ArgumentError
from gsynth.model.freezing import freeze, is_frozen
from gsynth.model.values import LARGEST, array, shown, whole

Shape = tuple[int, int, int]
Slices = tuple[slice, slice]
Label = Callable[[int], str]
"""Names a flat bin in messages."""

_ROWS: Final = 1 << 14
"""Rows that are checked together: intermediate arrays stay in the caches, whatever the size of the table."""

_ROUNDING: Final = 1e-6
"""Other programs compute their probabilities in single precision."""


def slices(shape: Shape) -> Iterator[Slices]:
    """Bins and contexts of at most `_ROWS` rows: several bins, or a part of one."""
    bins, contexts, _ = shape
    step = max(1, _ROWS // contexts)
    for first in range(0, bins, step):
        for start in range(0, contexts, _ROWS):
            yield slice(first, min(first + step, bins)), slice(start, min(start + _ROWS, contexts))


def checked_counts(counts: Any, shape: Shape, label: Label) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """`counts` as a frozen uint64 array of `shape`, and the sum of each bin; a copy, unless frozen already.

    Raises
    ------
    ArgumentError
        Another shape; a value that is fractional, negative or beyond int64, with the place of the first one; a sum
        beyond int64.
    """
    given = array(counts, "counts")
    _check_shape("counts", given, shape)
    if given.dtype.kind not in "iufO":
        raise ArgumentError(f"counts must be whole numbers, found an array of {given.dtype}")
    kept = is_frozen(given) and given.dtype == np.uint64 and given.flags.c_contiguous
    table = given if kept else np.empty(shape, dtype=np.uint64)
    sums = [0] * shape[0]
    for bins, rows in slices(shape):
        part = given[bins, rows]
        _check_whole(part, bins, rows, shape, label)
        if not kept:
            table[bins, rows] = part
        for i, found in enumerate(_sums(table[bins, rows]), bins.start):
            sums[i] += found
    _check_sums(sums, label)
    return freeze(table), freeze(np.array(sums, dtype=np.int64))


def _check_whole(part: NDArray[Any], bins: slice, rows: slice, shape: Shape, label: Label) -> None:
    wrong = _not_counts(part)
    if wrong is None or not wrong.any():
        return
    at = np.unravel_index(int(wrong.argmax()), part.shape)
    place = _place(bins.start + int(at[0]), rows.start + int(at[1]), shape, label)
    raise ArgumentError(
        f"counts must be whole numbers from 0 to 2**63 - 1, found {shown(part[at])} for {'ACGT'[at[2]]} {place}"
    )


def _not_counts(part: NDArray[Any]) -> NDArray[np.bool_] | None:
    """Where `part` holds values that cannot be counts; None if its dtype leaves only the sum to check."""
    if part.dtype.kind == "u":
        return None
    if part.dtype.kind == "i":
        return np.asarray(part < 0)
    if part.dtype.kind == "f":
        # 2**63 is beyond float16; and NaN compares false, so test what is valid and negate.
        values = part.astype(np.result_type(part.dtype, np.float64), copy=False)
        right: NDArray[np.bool_] = (values >= 0) & (values < 2.0**63) & (values == np.floor(values))
        return ~right
    return np.array([not _is_count(item) for item in part.ravel()], dtype=np.bool_).reshape(part.shape)


def _is_count(item: Any) -> bool:
    try:
        whole(item, "a count")
    except ArgumentError:
        return False
    return True


def _sums(part: NDArray[np.uint64]) -> list[int]:
    """The exact sum of each bin of uint64[bins, rows, 4], in which large numbers would wrap silently."""
    flat = part.reshape(part.shape[0], -1)
    if flat.size and int(flat.max()) > LARGEST // flat.shape[1]:
        return [sum(row) for row in flat.tolist()]
    sums: list[int] = flat.sum(axis=1, dtype=np.uint64).tolist()
    return sums


def _check_sums(sums: list[int], label: Label) -> None:
    for i, found in enumerate(sums):
        if found > LARGEST:
            raise ArgumentError(f"counts of bin {i} ({label(i)}) sum to {found:,}; the limit is 2**63 - 1")
    if sum(sums) > LARGEST:
        raise ArgumentError(f"counts sum to {sum(sums):,} in all; the limit is 2**63 - 1")


def checked_cdf(cdf: Any, shape: Shape, may_lack: NDArray[np.bool_], label: Label) -> NDArray[np.float64]:
    """`cdf` as a frozen float64 array of `shape`; a copy, unless frozen already.

    Each row must rise from 0 to 1, to within single precision; only in the bins of `may_lack` (bool[bins]) may it be
    all NaN.
    """
    given = array(cdf, "stored_cdf")
    _check_shape("stored_cdf", given, shape)
    if given.dtype.kind not in "iuf":
        raise ArgumentError(f"stored_cdf must be numbers, found an array of {given.dtype}")
    kept = is_frozen(given) and given.dtype == np.float64 and given.flags.c_contiguous
    table = given if kept else np.empty(shape, dtype=np.float64)
    for bins, rows in slices(shape):
        if not kept:
            table[bins, rows] = given[bins, rows]
        _check_rows(table[bins, rows], bins, rows, shape, may_lack, label)
    return freeze(table)


def _check_rows(
    part: NDArray[np.float64], bins: slice, rows: slice, shape: Shape, may_lack: NDArray[np.bool_], label: Label
) -> None:
    lacking = np.asarray(np.isnan(part).all(axis=2))
    rises = (part[..., 0] >= -_ROUNDING) & (np.abs(part[..., 3] - 1) <= _ROUNDING)
    for j in range(3):
        rises &= part[..., j + 1] - part[..., j] >= -_ROUNDING
    wrong: NDArray[np.bool_] = ~rises & ~(lacking & may_lack[bins, None])
    if not wrong.any():
        return
    at = np.unravel_index(int(wrong.argmax()), wrong.shape)
    place = _place(bins.start + int(at[0]), rows.start + int(at[1]), shape, label)
    if lacking[at]:
        raise ArgumentError(f"stored_cdf is NaN {place}, which has enough observations: only sparse bins may be NaN")
    raise ArgumentError(f"stored_cdf must rise from 0 to 1 along each row, found {shown(part[at])} {place}")


def _check_shape(name: str, found: NDArray[Any], shape: Shape) -> None:
    if found.shape != shape:
        order = _order(shape[1])
        raise ArgumentError(f"{name} has shape {found.shape}; order {order} and {shape[0]} bins make {shape}")


def _place(flat: int, context: int, shape: Shape, label: Label) -> str:
    letters = ["ACGT"[context >> 2 * i & 3] for i in reversed(range(_order(shape[1])))]
    return f"after {''.join(letters)} in bin {flat} ({label(flat)})"


def _order(contexts: int) -> int:
    return (contexts.bit_length() - 1) // 2
