"""Bins of one dimension: which bin a value falls in, and merging bins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gsynth.errors import ArgumentError, ArgumentTypeError
from gsynth.model.freezing import freeze
from gsynth.model.values import reals, shown

NO_BIN: Final = -1
MOST_BINS: Final = 250_000
"""Bins of a dimension: more than its values can fill, and as many as the metadata of a model file can list."""
Closed = Literal["left", "right"]
"""At which end a bin includes its break."""
CLOSED: Final[tuple[Closed, ...]] = get_args(Closed)
MergeRanges = Sequence[Mapping[str, object]]
"""Merges of bins, each with ``from`` and ``to``: a pair (low, high) or a number; a later one overrides an earlier."""
CAUSES: Final = ("nan", "below", "above")
"""Why a value has no bin."""

# Also few enough for `_passed` to count them in an int8.
_FEW_BREAKS: Final = 40


def check_breaks(breaks: ArrayLike, what: str = "breaks") -> NDArray[np.float64]:
    """`breaks` as a frozen float64[num_bins + 1], or an error that says what is wrong with them.

    The outer ones may be infinite: every value then has a bin.
    """
    values = reals(breaks, what)
    if values.ndim != 1 or values.size < 2:
        raise ArgumentError(f"{what} must have at least 2 elements, found {shown(values)}")
    if values.size > MOST_BINS + 1:
        raise ArgumentError(f"{what} make {values.size - 1:,} bins; the limit is {MOST_BINS:,}")
    if np.isnan(values).any():
        raise ArgumentError(f"NaN is not a valid break; {what} are {shown(values)}")
    # Compared, not subtracted: the difference of two infinities is NaN.
    if not (values[1:] > values[:-1]).all():
        raise ArgumentError(f"{what} must be strictly increasing, found {shown(values)}")
    return freeze(values)


def check_closed(closed: str) -> Closed:
    """`closed` if it is "left" or "right"."""
    if not isinstance(closed, str) or closed not in CLOSED:
        raise ArgumentError(f"closed must be 'left' or 'right', found {shown(closed)}")
    return closed


def bin_indices(values: NDArray[np.float64], breaks: NDArray[np.float64], closed: str = "left") -> NDArray[np.int32]:
    """The bin of each value: int32 of their shape; -1 for NaN and for what lies outside.

    With ``closed="left"`` the bins are ``[b0,b1) ... [b(n-1),bn]``, lowest and highest break included; with "right"
    ``(b0,b1] ... (b(n-1),bn]``, where the lowest break lies in no bin, unless it is infinite.

    Examples
    --------
    >>> breaks = np.array([0.0, 0.5, 1.0])
    >>> bin_indices(np.array([0.0, 0.5, 1.0, 1.1, np.nan]), breaks).tolist()
    [0, 1, 1, -1, -1]
    >>> bin_indices(np.array([0.0, 0.5, 1.0, 1.1, np.nan]), breaks, "right").tolist()
    [-1, 0, 1, -1, -1]
    """
    if closed == "right":
        indices = _passed(values, breaks, "left", np.greater)
        # If the lowest break is minus infinity, its bin includes it: otherwise no bin would.
        indices[values == -np.inf] += int(breaks[0] == -np.inf)
    else:
        # The highest break belongs to the last bin, as in NumPy's histograms, though every other break opens a bin.
        indices = _passed(values, breaks, "right", np.greater_equal)
        indices[values == breaks[-1]] = breaks.size - 1
    indices -= 1
    # NaN compares false, so test `<=` and negate.
    indices[~(values <= breaks[-1])] = NO_BIN
    return indices


def causes_outside(values: NDArray[np.float64], breaks: NDArray[np.float64], closed: str) -> NDArray[np.int8]:
    """Why each value has no bin: int8 of their shape, an index of `CAUSES`, or -1 if it has one.

    Examples
    --------
    >>> causes_outside(np.array([np.nan, 0.0, 0.5, 2.0]), np.array([0.0, 1.0]), "right").tolist()
    [0, 1, -1, 2]
    """
    found = np.full(values.shape, -1, dtype=np.int8)
    found[np.isnan(values)] = CAUSES.index("nan")
    found[values > breaks[-1]] = CAUSES.index("above")
    found[values < breaks[0]] = CAUSES.index("below")
    if closed == "right" and breaks[0] != -np.inf:
        found[values == breaks[0]] = CAUSES.index("below")
    return found


def _passed(
    values: NDArray[np.float64], breaks: NDArray[np.float64], side: Literal["left", "right"], passes: np.ufunc
) -> NDArray[np.int32]:
    """How many breaks each value passes; undefined for NaN."""
    if breaks.size > _FEW_BREAKS:
        return np.searchsorted(breaks, values, side=side).astype(np.int32)
    # A binary search waits for each comparison; comparing with every one of a few breaks takes a third of the time.
    passed = np.zeros(values.shape, dtype=np.int8)
    for edge in breaks.tolist():
        passed += passes(values, edge).view(np.int8)
    return passed.astype(np.int32)


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


def gsynth_bin_map(breaks: ArrayLike, merge_ranges: MergeRanges, *, closed: Closed = "left") -> NDArray[np.int32]:
    """Map bins onto bins, to merge those with too few observations into others with more.

    Parameters
    ----------
    breaks : array_like of float, shape (num_bins + 1,)
        Bin edges, strictly increasing.
    merge_ranges : sequence of mapping
        Each with ``from``, a pair (low, high) or a number v that means (v, infinity): every bin whose centre lies in
        it (ends included) is redirected; and ``to``, a pair or a number: the bin that contains its midpoint is the
        target. They apply in order; later ones override earlier ones.
    closed : {"left", "right"}
        At which end bins include their break: a midpoint that is a break lies in the bin above it or below it.

    Returns
    -------
    int32[num_bins]
        For each bin the 0-based bin that it is merged into; itself if nothing applies.

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
    side: Literal["left", "right"] = "right" if check_closed(closed) == "left" else "left"
    # The centre of a bin that is open at both ends is NaN, which lies in no range.
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
        # Clipped, because a midpoint may lie beyond an end even if its range reaches into the last bin.
        target = int(np.clip(np.searchsorted(edges, middle, side=side) - 1, 0, num_bins - 1))
        if not (edges[target] <= to_high and edges[target + 1] >= to_low):
            raise ArgumentError(f"'to' {entry['to']!r} does not match any bin of {edges.tolist()}")
        merged[(centres >= low) & (centres <= high)] = target
    return merged
