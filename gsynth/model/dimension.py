"""One dimension of the strata: an expression over tracks, and the bins of its values."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
from attrs import field, frozen
from numpy.typing import ArrayLike, NDArray

from gsynth.errors import ArgumentError, ArgumentTypeError
from gsynth.model.binning import Closed, MergeRanges, bin_indices, check_breaks, check_closed, gsynth_bin_map
from gsynth.model.freezing import freeze
from gsynth.model.values import reals, shown

MAX_DIMS: Final = 30
"""NumPy's arrays have at most 32 axes in its older versions, and a table of counts two besides its dimensions."""

_LONGEST: Final = 100_000
"""Letters of an expression, and of the names of all bins together by ten: more than any file of models can hold."""


def check_dims(number: int) -> None:
    """ArgumentError for more dimensions than a model can have."""
    if number > MAX_DIMS:
        raise ArgumentError(f"a model has at most {MAX_DIMS} dimensions, found {number}")


def _expr(value: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ArgumentError(f"'expr' must be a track expression, found {shown(value)}")
    if len(value) > _LONGEST:
        raise ArgumentError(f"'expr' has {len(value):,} characters; the limit is {_LONGEST:,}")
    return str(value)


def _categories(value: Iterable[str] | None) -> tuple[str, ...] | None:
    if value is None:
        return None
    names = () if isinstance(value, str) else tuple(value)
    if not names or not all(isinstance(name, str) for name in names):
        raise ArgumentError(f"categories must be a list of names, found {shown(value)}")
    if sum(map(len, names)) > 10 * _LONGEST:
        raise ArgumentError(f"the names of categories have at most {10 * _LONGEST:,} characters together")
    return names


def _own(value: MergeRanges | None) -> list[dict[str, Any]] | None:
    """A copy, so that the ranges remain those from which the map was made."""
    return copy.deepcopy(value)  # type: ignore[return-value]  # `gsynth_bin_map` checks what it is


def _numbers(value: ArrayLike | None) -> NDArray[Any] | None:
    return None if value is None else reals(value, "bin_map")


def _bin_map(found: NDArray[Any], bins: int) -> NDArray[np.int32]:
    # NaN compares false, so test what is valid and negate.
    right = (found >= 0) & (found < bins) & (found == np.floor(found))
    if found.shape != (bins,) or not right.all():
        raise ArgumentError(f"bin_map must hold {bins} bins from 0 to {bins - 1}, found {shown(found)}")
    return freeze(found.astype(np.int32))


@frozen(eq=False)
class DimSpec:
    """One dimension of the strata: an expression over tracks, and the bins of its values.

    Attributes
    ----------
    expr : str
        Expression over track names.
    breaks : float64[num_bins + 1]
        Bin edges. The outer ones may be infinite. Read-only, a copy of what was given.
    bin_map : int32[num_bins] or None
        For each bin the 0-based bin that it is merged into. Read-only, a copy of what was given.
    bin_merge : list of dict or None
        The merge ranges from which `bin_map` was made (see `gsynth_bin_map`), if known. Given without `bin_map`, they
        make it; given with it, they must make the same one.
    categories : tuple of str or None
        The names of the bins, if the values are the numbers of categories (chromatin states, for example).
    closed : {"left", "right"}
        "left": bins are ``[b0,b1) ... [b(n-1),bn]``, as in NumPy's histograms and in R misha. "right":
        ``(b0,b1] ... (b(n-1),bn]``, as in pymisha; the lowest break then lies in no bin.

    Raises
    ------
    ValueError
        An expression that is not text, breaks that do not increase or are not numbers, a map with anything but whole
        numbers of bins, merge ranges that contradict it, or a number of categories that is not that of the bins.

    Notes
    -----
    Two dimensions are equal if they put every value into the same bin: by expression, breaks, `closed`, map (none is
    the same as every bin to itself) and categories. `bin_merge` only records how the map was made, and is not compared.
    """

    expr: str = field(converter=_expr)
    breaks: NDArray[np.float64] = field(converter=check_breaks)
    bin_map: NDArray[np.int32] | None = field(default=None, converter=_numbers)
    bin_merge: list[dict[str, Any]] | None = field(default=None, converter=_own)
    categories: tuple[str, ...] | None = field(default=None, converter=_categories)
    closed: Closed = field(default="left", converter=check_closed)

    def __attrs_post_init__(self) -> None:
        if self.bin_map is not None:
            # Not in the converter: the number of bins is known only when the breaks are set.
            object.__setattr__(self, "bin_map", _bin_map(self.bin_map, self.num_bins))
        if self.bin_merge is not None:
            merged = freeze(gsynth_bin_map(self.breaks, self.bin_merge, closed=self.closed))
            if self.bin_map is not None and not np.array_equal(self.bin_map, merged):
                raise ArgumentError(
                    f"bin_merge of {self.expr!r} makes the bin_map {shown(merged)}, found {shown(self.bin_map)}: "
                    "give only one of them, or two that agree"
                )
            object.__setattr__(self, "bin_map", merged)
        if self.categories is not None and len(self.categories) != self.num_bins:
            raise ArgumentError(f"{self.num_bins} bins need as many categories, found {list(self.categories)}")

    @property
    def num_bins(self) -> int:
        """How many bins the breaks make."""
        return int(self.breaks.size - 1)

    @classmethod
    def from_mapping(cls, spec: object) -> DimSpec:
        """A DimSpec from a DimSpec, or from a dict with expr, breaks and optionally bin_merge, bin_map and others."""
        if isinstance(spec, cls):
            return spec
        if not isinstance(spec, Mapping):
            raise ArgumentTypeError(
                f"a dimension must be a dict with 'expr' and 'breaks' or a DimSpec, found {type(spec).__name__}"
            )
        for key in ("expr", "breaks"):
            if key not in spec:
                raise ArgumentError(f"a dimension needs the key {key!r}, found {sorted(spec)}")
        known = {"expr", "breaks", "bin_merge", "bin_map", "num_bins", "categories", "closed"}
        if not known >= set(spec):
            raise ArgumentError(f"unknown keys in a dimension: {sorted(set(spec) - known)}; known are {sorted(known)}")
        # `as_dict` writes num_bins, so that is known; it follows from the breaks.
        given = {key: spec[key] for key in known & set(spec) if key != "num_bins"}
        return cls(**given)

    def as_dict(self) -> dict[str, Any]:
        """The dict form: expr, breaks, num_bins, bin_map, bin_merge, closed, and categories if bins have names."""
        named = {} if self.categories is None else {"categories": list(self.categories)}
        return {
            "expr": self.expr,
            "breaks": self.breaks.tolist(),
            "num_bins": self.num_bins,
            "bin_map": None if self.bin_map is None else self.bin_map.tolist(),
            "bin_merge": _own(self.bin_merge),
            "closed": self.closed,
            **named,
        }

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DimSpec):
            return NotImplemented
        return (
            self.expr == other.expr
            and self.closed == other.closed
            and self.categories == other.categories
            and np.array_equal(self.breaks, other.breaks)
            and np.array_equal(self.merged(), other.merged())
        )

    __hash__ = None  # type: ignore[assignment]  # holds arrays

    def __reduce__(self) -> tuple[type[DimSpec], tuple[Any, ...]]:
        # A pickled or copied NumPy array is writeable again; the constructor makes it read-only.
        return type(self), (self.expr, self.breaks, self.bin_map, self.bin_merge, self.categories, self.closed)

    def merged(self) -> NDArray[np.int32]:
        """int32[num_bins]: `bin_map`, or the identity if there is none."""
        return np.arange(self.num_bins, dtype=np.int32) if self.bin_map is None else self.bin_map

    def bins_of(self, values: NDArray[np.float64]) -> NDArray[np.int32]:
        """The bin of each value before `bin_map`, -1 if it has none: int32 of their shape."""
        return bin_indices(values, self.breaks, self.closed)

    def label(self, index: int) -> str:
        """The name of a bin: its category, or its range ``0.4-0.5``, ``< 0.3``, ``>= 0.7``.

        Examples
        --------
        >>> dim = DimSpec("gc", [-np.inf, 0.3, 0.7, np.inf])
        >>> [dim.label(i) for i in range(3)]
        ['< 0.3', '0.3-0.7', '>= 0.7']
        """
        if self.categories is not None:
            return self.categories[index]
        low, high = self.breaks[index], self.breaks[index + 1]
        right = self.closed == "right"
        if np.isinf(low) and np.isinf(high):
            return "any"
        if np.isinf(low):
            return f"{'<=' if right else '<'} {high:g}"
        if np.isinf(high):
            return f"{'>' if right else '>='} {low:g}"
        return f"{low:g}-{high:g}"


DimLike = DimSpec | Mapping[str, object]
"""A dimension of the strata, or a dict: ``expr``, ``breaks`` and optionally ``bin_merge``, ``bin_map``, ``closed``."""


def dims_of(value: Iterable[DimLike]) -> tuple[DimSpec, ...]:
    """`value` as dimensions."""
    if isinstance(value, DimSpec | Mapping | str) or not isinstance(value, Iterable):
        raise ArgumentTypeError(f"dims must be a list of dimensions, found {shown(value)}")
    given = tuple(value)
    check_dims(len(given))
    return tuple(DimSpec.from_mapping(dim) for dim in given)
