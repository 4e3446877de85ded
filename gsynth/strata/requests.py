"""The dimensions that a training call asks for: known at once, or only after measuring or counting."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from typing import Final

import attrs
import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.errors import ArgumentError
from gsynth.model import DimSpec
from gsynth.model.merging import AUTO
from gsynth.plugins.contracts import Categorical, Track
from gsynth.strata.quantiles import Measure, quantiles, spread_of

CATEGORIES: Final = "categories"
_QUANTILES: Final = re.compile(r"q([1-9][0-9]{0,8})")


@frozen
class DimRequest:
    """A dimension as asked for: `quantiles` and `categories` are None and False if the breaks are given."""

    spec: DimSpec
    quantiles: int | None = None
    categories: bool = False
    auto_merge: bool = False

    @classmethod
    def from_mapping(cls, spec: object) -> DimRequest:
        """From a DimSpec or a dict; ``breaks`` may be "q10" or "categories", ``bin_merge`` may be "auto"."""
        if not isinstance(spec, Mapping):
            return cls(DimSpec.from_mapping(spec))
        auto = isinstance(spec.get("bin_merge"), str) and spec["bin_merge"] == AUTO
        given = {**spec, "bin_merge": None} if auto else dict(spec)
        breaks = given.get("breaks")
        if not isinstance(breaks, str):
            return cls(DimSpec.from_mapping(given), auto_merge=auto)
        # With placeholder edges, so that the rest of the dimension is checked before anything is read.
        checked = DimSpec.from_mapping({**given, "breaks": [0, 1], "bin_merge": None})
        if given.get("bin_merge") is not None or given.get("bin_map") is not None:
            raise ArgumentError(f"breaks {breaks!r} are known only after measuring: bin_merge can be 'auto' or None")
        if breaks == CATEGORIES:
            return cls(checked, categories=True, auto_merge=auto)
        found = _QUANTILES.fullmatch(breaks)
        if found is None:
            raise ArgumentError(
                f"breaks must be numbers, 'categories', or 'qN' for N bins with equal counts; found {breaks!r}"
            )
        return cls(checked, quantiles=int(found[1]), auto_merge=auto)


def by_category(spec: DimSpec, track: Track) -> DimSpec:
    """The dimension with a bin for each name of a categorical track."""
    from gsynth.tracks import category_breaks

    breaks = category_breaks(track, spec.expr)
    categories = track.categories if isinstance(track, Categorical) else None
    return attrs.evolve(spec, breaks=breaks, categories=categories)


def quantile_breaks(measure: Measure, bins: int, expr: str) -> NDArray[np.float64]:
    """Breaks of `bins` bins with the same number of values in each (fewer bins, with a warning, if values tie).

    `measure` gives the values (see `gsynth.strata.quantiles.Measure`). The outer bins are open: values beyond those
    measured, infinite ones too, fall into the nearest bin.

    Examples
    --------
    >>> quantile_breaks(lambda take: take(np.arange(101.0)), 4, "gc").tolist()
    [-inf, 25.0, 50.0, 75.0, inf]
    """
    spread = spread_of(measure)
    if not spread.total and not spread.infinite:
        raise ArgumentError(f"no window has a value of {expr!r}: there is nothing to take quantiles of")
    if not spread.total:
        raise ArgumentError(f"every value of {expr!r} is infinite: there is nothing to take quantiles of")
    if spread.infinite:
        warnings.warn(
            f"{spread.infinite:,} values of {expr!r} are infinite: the breaks are those of the others, and the windows "
            "with infinite values are in the outer bins",
            stacklevel=4,
        )
    edges = np.unique(quantiles(spread, measure, np.linspace(0, 1, bins + 1)))
    if edges.size < 2:
        raise ArgumentError(f"every window has the same value {edges[0]:g} of {expr!r}: give breaks")
    if edges.size < bins + 1:
        warnings.warn(f"values of {expr!r} tie: {edges.size - 1} bins in place of {bins}", stacklevel=4)
    # Open, because sampling and other genomes may have values beyond those measured here.
    edges[0], edges[-1] = -np.inf, np.inf
    return edges
