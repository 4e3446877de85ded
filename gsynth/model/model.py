"""The model: counts of (k+1)-mers by stratum, and all that is needed to turn them into probabilities."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from attrs import define, field, fields
from numpy.typing import NDArray

from gsynth.errors import ArgumentError
from gsynth.model.dimension import DimSpec
from gsynth.model.smoothing import ADDITIVE, Smoothing, smoothed_cdf
from gsynth.model.thresholds import thresholds_from_cdf, thresholds_from_counts
from gsynth.model.values import checked_cdf, checked_counts, checked_prior, frozen_array, whole_number

MIN_ORDER: Final = 1
MAX_ORDER: Final = 10

_MOST_KEPT: Final = 256 << 20
"""Bytes of probabilities that a model keeps once they are computed."""


def check_order(k: object) -> int:
    """`k` as an int from 1 to 10."""
    return whole_number(k, "k", least=MIN_ORDER, most=MAX_ORDER)


def check_iterator(iterator: object) -> int | None:
    """`iterator` as a positive int, or None."""
    return None if iterator is None else whole_number(iterator, "iterator (bp)", least=1, most=2**62)


def _total(value: object) -> int:
    return whole_number(value, "total_masked and total_n")


def _dims(value: Iterable[DimSpec]) -> tuple[DimSpec, ...]:
    dims = tuple(value)
    for dim in dims:
        if not isinstance(dim, DimSpec):
            raise ArgumentError(f"dims must be DimSpec, found a {type(dim).__name__}: see DimSpec.from_mapping")
    return dims


@define(eq=False, repr=False, kw_only=True, frozen=True)
class GsynthModel:
    """A stratified Markov model of order k.

    Attributes
    ----------
    k : int
        Markov order, 1..10.
    dims : tuple of DimSpec
        The dimensions of the strata, the first one fastest in the flat bin index; empty for an unstratified model.
    counts : uint64[total_bins, 4**k, 4]
        Observations of each (k+1)-mer on both strands; context index with the leftmost base most significant;
        bases in the order A, C, G, T. Read-only.
    total_masked, total_n : int
        Windows left out for the mask, and for a base that is not A, C, G or T.
    pseudocount : float
    min_obs : int
        Bins with fewer observations are sparse: listed in `sparse_bins` and sampled uniformly.
    iterator : int or None
        Width of the windows (bp) on which the expressions were evaluated.
    prior_mode : str
        "none" (pseudocount on every cell), "uniform", "marginal", "global" or "explicit".
    prior_matrix : float64[total_bins, 4] or None
        The base probabilities that `pseudocount` weighs.
    marginal_fallbacks : int
        Bins without observations whose marginal prior fell back to uniform.
    stored_cdf : float64[total_bins, 4**k, 4] or None
        Set only where a file holds other probabilities than the counts give.
    metadata : dict
        What else a model file says: its writer, chromosome sizes, and keys that gsynth does not know.
    """

    k: int = field(converter=check_order)
    dims: tuple[DimSpec, ...] = field(default=(), converter=_dims)
    counts: NDArray[np.uint64] = field(converter=checked_counts)
    total_masked: int = field(default=0, converter=_total)
    total_n: int = field(default=0, converter=_total)
    pseudocount: float = 1.0
    min_obs: int = 0
    iterator: int | None = field(default=None, converter=check_iterator)
    prior_mode: str = ADDITIVE
    prior_matrix: NDArray[np.float64] | None = field(default=None, converter=checked_prior)
    marginal_fallbacks: int = 0
    stored_cdf: NDArray[np.float64] | None = field(default=None, converter=checked_cdf)
    metadata: dict[str, Any] = field(factory=dict)
    smoothing: Smoothing = field(init=False, repr=False)
    _kept: dict[str, NDArray[Any]] = field(init=False, factory=dict, repr=False)

    @smoothing.default
    def _checked_smoothing(self) -> Smoothing:
        return Smoothing(self.pseudocount, self.min_obs, self.prior_mode, self.prior_matrix, self.marginal_fallbacks)

    def __attrs_post_init__(self) -> None:
        shape = (self.total_bins, self.num_kmers, 4)
        for name, array, expected in (
            ("counts", self.counts, shape),
            ("stored_cdf", self.stored_cdf, shape),
            ("prior_matrix", self.prior_matrix, (self.total_bins, 4)),
        ):
            if array is not None and array.shape != expected:
                raise ArgumentError(
                    f"{name} has shape {array.shape}; order {self.k} and {self.total_bins} bins make {expected}"
                )
        for name in ("pseudocount", "min_obs", "marginal_fallbacks"):
            object.__setattr__(self, name, getattr(self.smoothing, name))
        self._check_unlearned_rows()

    def _check_unlearned_rows(self) -> None:
        """Rows of `stored_cdf` that are NaN are for sparse bins, and for those without observations."""
        if self.stored_cdf is None:
            return
        unlearned = np.isnan(self.stored_cdf[:, :, 0]).any(axis=1)
        wrong = np.flatnonzero(unlearned & ~self._below_min_obs & (self.per_bin_kmers > 0))
        if wrong.size:
            row = int(wrong[0])
            raise ArgumentError(
                f"stored_cdf is NaN in bin {row}, which has {int(self.per_bin_kmers[row]):,} observations and is not "
                f"sparse (min_obs {self.min_obs:,})"
            )

    def __reduce__(self) -> tuple[Any, ...]:
        # Through the constructor: NumPy forgets that an array was read-only.
        values = {a.name: getattr(self, a.name) for a in fields(type(self)) if a.init}
        return _remade, (values,)

    @property
    def n_dims(self) -> int:
        """Number of dimensions; 0 for an unstratified model."""
        return len(self.dims)

    @property
    def dim_sizes(self) -> list[int]:
        """Bins per dimension; ``[1]`` for an unstratified model."""
        return [dim.num_bins for dim in self.dims] or [1]

    @property
    def dim_specs(self) -> list[dict[str, Any]]:
        """The dimensions as dicts: expr, breaks, num_bins, bin_map, bin_merge."""
        return [dim.as_dict() for dim in self.dims]

    @property
    def total_bins(self) -> int:
        """Number of flat bins."""
        return math.prod(self.dim_sizes)

    @property
    def num_kmers(self) -> int:
        """Number of contexts, 4**k."""
        return int(4**self.k)

    @property
    def per_bin_kmers(self) -> NDArray[np.int64]:
        """int64[total_bins]: observations per flat bin, both strands. Read-only."""
        if "per_bin" not in self._kept:
            self._kept["per_bin"] = frozen_array(self.counts.sum(axis=(1, 2)).astype(np.int64))
        return self._kept["per_bin"]

    @property
    def _below_min_obs(self) -> NDArray[np.bool_]:
        return self.per_bin_kmers < self.min_obs

    @property
    def total_kmers(self) -> int:
        """Observations in all, both strands (twice the counted windows)."""
        return int(self.per_bin_kmers.sum())

    @property
    def sparse_bins(self) -> NDArray[np.int64]:
        """The flat bins with fewer than `min_obs` observations, but those that are merged into others."""
        reachable = np.ones((), dtype=np.bool_)
        for dim in self.dims:
            # Dimension 0 is the fastest, so each further one comes in front.
            reachable = np.isin(np.arange(dim.num_bins), dim.merged())[(..., *(None,) * reachable.ndim)] & reachable
        sparse: NDArray[np.int64] = np.flatnonzero(reachable.reshape(-1) & self._below_min_obs)
        return sparse

    def bin_label(self, flat: int) -> str:
        """Where a flat bin lies, for people: ``gc 0.4-0.5, cpg 1-2``."""
        labels = []
        for dim in self.dims:
            flat, i = divmod(flat, dim.num_bins)
            span = f"{dim.breaks[i]:g}-{dim.breaks[i + 1]:g}" if dim.categories is None else dim.categories[i]
            labels.append(f"{dim.expr} {span}")
        return ", ".join(labels) or "all"

    @property
    def cdf(self) -> NDArray[np.float64]:
        """float64[total_bins, 4**k, 4]: cumulative probabilities; sparse bins are NaN. Read-only.

        Computed when first asked for, and kept where that takes at most 256 MB: keep what you get of larger models.
        """
        if self.stored_cdf is not None:
            return self.stored_cdf
        if "cdf" in self._kept:
            return self._kept["cdf"]
        cdf = self.computed_cdf()
        cdf.flags.writeable = False
        if cdf.nbytes <= _MOST_KEPT:
            self._kept["cdf"] = cdf
        return cdf

    def computed_cdf(self) -> NDArray[np.float64]:
        """The cumulative probabilities that the counts and the prior give."""
        return smoothed_cdf(self.counts, self.pseudocount, self.prior_matrix, self._below_min_obs)

    def thresholds(self) -> NDArray[np.uint32]:
        """uint32[total_bins + 1, 4**k, 3]: `cdf` as a `gsynth.plugins.Sampler` takes it, computed at each call."""
        if self.stored_cdf is not None:
            return thresholds_from_cdf(self.stored_cdf)
        return thresholds_from_counts(self.counts, self.pseudocount, self.prior_matrix, self._below_min_obs)

    @property
    def model_data(self) -> dict[str, list[NDArray[Any]]]:
        """``{"counts": [...], "cdf": [...]}``, an array (4**k, 4) per flat bin."""
        return {"counts": list(self.counts), "cdf": list(self.cdf)}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, GsynthModel):
            return NotImplemented
        plain = ("k", "total_masked", "total_n", "pseudocount", "min_obs", "iterator", "prior_mode",
                 "marginal_fallbacks", "dims")  # fmt: skip
        if any(getattr(self, name) != getattr(other, name) for name in plain):
            return False
        if not np.array_equal(self.counts, other.counts):
            return False
        return _same(self.prior_matrix, other.prior_matrix) and _same(self.stored_cdf, other.stored_cdf)

    __hash__ = None  # type: ignore[assignment]  # holds arrays

    def __repr__(self) -> str:
        strata = " x ".join(f"{dim.expr} ({dim.num_bins} bins)" for dim in self.dims) or "none"
        prior = "on every cell" if self.prior_mode == ADDITIVE else f"{self.prior_mode} prior"
        lines = [
            f"GsynthModel: Markov order {self.k}, {self.total_bins} {'bin' if self.total_bins == 1 else 'bins'}",
            f"  strata: {strata}" + (f", every {self.iterator} bp" if self.iterator and self.dims else ""),
            f"  observations: {self.total_kmers:,} (masked {self.total_masked:,}, with N {self.total_n:,} windows)",
            f"  pseudocount: {self.pseudocount:g} ({prior})",
        ]
        sparse = self.sparse_bins.size
        if sparse:
            lines.append(f"  sparse: {sparse} bins with fewer than {self.min_obs:,} observations")
        return "\n".join(lines)


def _remade(values: dict[str, Any]) -> GsynthModel:
    return GsynthModel(**values)


def _same(one: NDArray[np.float64] | None, other: NDArray[np.float64] | None) -> bool:
    if one is None or other is None:
        return one is other
    return np.array_equal(one, other, equal_nan=True)
