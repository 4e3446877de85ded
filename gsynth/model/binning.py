"""Bins of one dimension: which bin a value falls in, and merging bins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gsynth.errors import ArgumentError, ArgumentTypeError
from gsynth.model.freezing import freeze
from gsynth.model.values import reals, shown

NO_BIN: Final = -1

_FEW_BREAKS: Final = 40


def check_breaks(breaks: ArrayLike, what: str = "breaks") -> NDArray[np.float64]:
    """`breaks` as a frozen float64[num_bins + 1], or an error that says what is wrong with them.

    The outer ones may be infinite: every value then has a bin.
    """
    values = reals(breaks, what)
    if values.ndim != 1 or values.size < 2:
        raise ArgumentError(f"{what} must have at least 2 elements, found {shown(values)}")
    if np.isnan(values).any():
        raise ArgumentError(f"NaN is not a valid break; {what} are {shown(values)}")
    # Compared, not subtracted: the distance of two infinities is NaN.
    if not (values[1:] > values[:-1]).all():
        raise ArgumentError(f"{what} must rise strictly, found {shown(values)}")
    return freeze(values)


def bin_indices(values: NDArray[np.float64], breaks: NDArray[np.float64]) -> NDArray[np.int32]:
    """The bin of each value: ``[b0,b1) ... [b(n-1),bn]``, lowest and highest edge included; -1 for NaN and outside.

    Examples
    --------
    >>> bin_indices(np.array([0.0, 0.5, 1.0, 1.1, np.nan]), np.array([0.0, 0.5, 1.0])).tolist()
    [0, 1, 1, -1, -1]
    """
    indices = _reached(values, breaks)
    indices -= 1
    indices[values == breaks[-1]] = breaks.size - 2
    # NaN sorts behind everything, so the comparison that is false for it decides.
    indices[~(values <= breaks[-1])] = NO_BIN
    return indices


def _reached(values: NDArray[np.float64], breaks: NDArray[np.float64]) -> NDArray[np.int32]:
    """How many breaks are at or below each value, with NaN anything."""
    if breaks.size > _FEW_BREAKS:
        return np.searchsorted(breaks, values, side="right").astype(np.int32)
    # A search waits for each comparison; comparing with all of a few breaks takes a third of the time.
    reached = np.zeros(values.shape, dtype=np.int8)
    for edge in breaks.tolist():
        reached += (values >= edge).view(np.int8)
    return reached.astype(np.int32)


def _value_range(value: Any, what: str, *, scalar_high: float | None) -> tuple[float, float]:
    try:
        if np.ndim(value) == 0:
            low = float(value)
            high = low if scalar_high is None else scalar_high
        else:
            low, high = (float(v) for v in value)
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"{what} must be a number or a pair (low, high), found {value!r}") from error
    if not low <= high:
        raise ArgumentError(f"{what} must be a range with low <= high, found {value!r}")
    return low, high


def gsynth_bin_map(breaks: ArrayLike, merge_ranges: Sequence[Mapping[str, Any]]) -> NDArray[np.int32]:
    """Map bins onto bins, to merge the ones with too few observations into better filled ones.

    Parameters
    ----------
    breaks : array_like of float, shape (num_bins + 1,)
        Bin edges, strictly rising.
    merge_ranges : sequence of mapping
        Each with ``from``, a pair (low, high) or a number v that means (v, infinity): every bin whose centre lies in
        it (ends included) is redirected; and ``to``, a pair or a number: the bin that holds its midpoint is the
        target. They apply in order, a later one overriding an earlier one.

    Returns
    -------
    int32[num_bins]
        For each bin the 0-based bin that it is merged into, itself where nothing applies.

    Raises
    ------
    ValueError
        Bad breaks, a key that is missing or unknown, or a target that overlaps no bin.

    Examples
    --------
    >>> gsynth_bin_map([0, 0.1, 0.2, 0.3, 0.4, 0.5], [{"from": (0.4, 0.5), "to": (0.3, 0.4)}])
    array([0, 1, 2, 3, 3], dtype=int32)
    """
    edges = check_breaks(breaks)
    num_bins = edges.size - 1
    with np.errstate(invalid="ignore"):
        centres = (edges[:-1] + edges[1:]) / 2
    merged = np.arange(num_bins, dtype=np.int32)
    if isinstance(merge_ranges, Mapping | str) or not isinstance(merge_ranges, Sequence):
        raise ArgumentTypeError(
            f"merge_ranges must be a list of {{'from': ..., 'to': ...}}, found {type(merge_ranges).__name__}"
        )
    for entry in merge_ranges:
        if not isinstance(entry, Mapping) or set(entry) != {"from", "to"}:
            raise ArgumentError(f"a merge range must have exactly the keys 'from' and 'to', found {entry!r}")
        low, high = _value_range(entry["from"], "'from'", scalar_high=np.inf)
        to_low, to_high = _value_range(entry["to"], "'to'", scalar_high=None)
        if to_high < edges[0] or to_low > edges[-1]:
            raise ArgumentError(
                f"'to' {entry['to']!r} overlaps no bin: the breaks run from {edges[0]:g} to {edges[-1]:g}"
            )
        middle = (to_low + to_high) / 2
        target = int(np.clip(np.searchsorted(edges, middle, side="right") - 1, 0, num_bins - 1))
        if not (edges[target] <= to_high and edges[target + 1] >= to_low):
            raise ArgumentError(f"'to' {entry['to']!r} does not match any bin of {edges.tolist()}")
        merged[(centres >= low) & (centres <= high)] = target
    return merged
