"""One dimension of the strata: an expression over tracks, and the bins of its values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from gsynth.errors import ArgumentError, ArgumentTypeError
from gsynth.model.binning import check_breaks, gsynth_bin_map
from gsynth.model.values import frozen_array


def _categories(value: Iterable[str] | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(value)


def _breaks(value: Any) -> NDArray[np.float64]:
    breaks: NDArray[np.float64] = frozen_array(check_breaks(value))
    return breaks


def _bin_map(value: Any) -> NDArray[np.int32] | None:
    if value is None:
        return None
    found = np.asarray(value)
    if found.dtype.kind not in "uif" or not (np.isfinite(found).all() and (found == np.floor(found)).all()):
        raise ArgumentError(f"bin_map must hold whole numbers, found {value!r:.80}")
    if found.size and (found.min() < -(2**31) or found.max() >= 2**31):
        raise ArgumentError(f"bin_map holds {found.max()}, which is the number of no bin")
    bin_map: NDArray[np.int32] = frozen_array(found.astype(np.int32))
    return bin_map


@frozen(eq=False)
class DimSpec:
    """One dimension of the strata: an expression over tracks, and the bins of its values.

    Attributes
    ----------
    expr : str
        Expression over track names.
    breaks : float64[num_bins + 1]
        Bin edges; bins are half-open, the last one closed.
    bin_map : int32[num_bins] or None
        For each bin the 0-based bin that it is merged into.
    bin_merge : list of dict or None
        The merge ranges that `bin_map` came from (see `gsynth_bin_map`), where known.
    categories : tuple of str or None
        The names of the bins, where the values are the numbers of categories (chromatin states, say).
    """

    expr: str
    breaks: NDArray[np.float64] = field(converter=_breaks)
    bin_map: NDArray[np.int32] | None = field(default=None, converter=_bin_map)
    bin_merge: list[dict[str, Any]] | None = None
    categories: tuple[str, ...] | None = field(default=None, converter=_categories)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.expr, str) or not self.expr.strip():
            raise ArgumentError(f"'expr' must be a track expression, found {self.expr!r}")
        if self.bin_merge is not None:
            merged = gsynth_bin_map(self.breaks, self.bin_merge)
            if self.bin_map is None:
                object.__setattr__(self, "bin_map", frozen_array(merged))
            elif not np.array_equal(self.bin_map, merged):
                raise ArgumentError(
                    f"bin_merge of {self.expr!r} makes the bin_map {merged.tolist()}, found {self.bin_map.tolist()}"
                )
        if self.bin_map is not None:
            found = self.bin_map
            if found.shape != (self.num_bins,) or ((found < 0) | (found >= self.num_bins)).any():
                raise ArgumentError(
                    f"bin_map must hold {self.num_bins} bins from 0 to {self.num_bins - 1}, found {found.tolist()}"
                )
        if self.categories is not None and len(self.categories) != self.num_bins:
            raise ArgumentError(f"{self.num_bins} bins need as many categories, found {list(self.categories)}")

    def __reduce__(self) -> tuple[Any, ...]:
        # Through the constructor: NumPy forgets that an array was read-only.
        return DimSpec, (self.expr, self.breaks, self.bin_map, self.bin_merge, self.categories)

    @property
    def num_bins(self) -> int:
        """How many bins the breaks make."""
        return int(self.breaks.size - 1)

    @classmethod
    def from_mapping(cls, spec: object) -> DimSpec:
        """A DimSpec from what a user gives: a DimSpec, or a dict with expr, breaks and maybe bin_merge, bin_map."""
        if isinstance(spec, cls):
            return spec
        if not isinstance(spec, Mapping):
            raise ArgumentTypeError(
                f"a dimension must be a dict with 'expr' and 'breaks' or a DimSpec, found {type(spec).__name__}"
            )
        for key in ("expr", "breaks"):
            if key not in spec:
                raise ArgumentError(f"a dimension needs the key {key!r}, found {sorted(spec)}")
        known = {"expr", "breaks", "bin_merge", "bin_map", "num_bins", "categories"}
        if not known >= set(spec):
            raise ArgumentError(f"unknown keys in a dimension: {sorted(set(spec) - known)}; known are {sorted(known)}")
        return cls(spec["expr"], spec["breaks"], spec.get("bin_map"), spec.get("bin_merge"), spec.get("categories"))

    def as_dict(self) -> dict[str, Any]:
        """The dict form: expr, breaks, num_bins, bin_map, bin_merge, and categories where the bins have names."""
        named = {} if self.categories is None else {"categories": list(self.categories)}
        return {
            "expr": self.expr,
            "breaks": self.breaks.tolist(),
            "num_bins": self.num_bins,
            "bin_map": None if self.bin_map is None else self.bin_map.tolist(),
            "bin_merge": self.bin_merge,
            **named,
        }

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DimSpec):
            return NotImplemented
        return (
            self.expr == other.expr
            and self.categories == other.categories
            and np.array_equal(self.breaks, other.breaks)
            and np.array_equal(self.merged(), other.merged())
        )

    __hash__ = None  # type: ignore[assignment]  # holds arrays

    def merged(self) -> NDArray[np.int32]:
        """int32[num_bins]: `bin_map`, or the identity where there is none."""
        return np.arange(self.num_bins, dtype=np.int32) if self.bin_map is None else self.bin_map
