"""Windows without a stratum: counted next to the bins, with the reason, and a table to sample them from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, get_args

import numpy as np
from attrs import field, frozen
from numpy.typing import ArrayLike, NDArray

from gsynth.errors import ArgumentError
from gsynth.model.binning import CAUSES
from gsynth.model.dimension import DimSpec
from gsynth.model.freezing import freeze
from gsynth.model.smoothing import EXPLICIT, MARGINAL, Smoothing, smoothed_cdf
from gsynth.model.tables import checked_counts
from gsynth.model.values import array, reals, shown

OutsideSource = Literal["learned", "pooled", "uniform"]
"""From what windows without a stratum can be sampled."""
LEARNED: Final = "learned"
POOLED: Final = "pooled"
UNIFORM: Final = "uniform"
HOW: Final = get_args(OutsideSource)

WORTH_A_WARNING: Final = 0.01
"""The share of windows without a stratum at which a call begins to warn about them."""


def check_outside(outside: object) -> str:
    """`outside` if it is one of `HOW`."""
    if not isinstance(outside, str) or outside not in HOW:
        raise ArgumentError(f"outside must be one of {', '.join(HOW)}, found {shown(outside)}")
    return outside


def _counts(value: Any) -> NDArray[np.uint64]:
    given = array(value, "outside.counts")
    if given.ndim != 2 or given.shape[1] != 4 or given.shape[0] not in [4**k for k in range(1, 11)]:
        raise ArgumentError(f"outside.counts must have shape (4**k, 4), found {given.shape}")
    return freeze(checked_counts(given[None], (1, *given.shape), lambda _: "outside of the strata")[0][0])


def _causes(value: ArrayLike) -> NDArray[np.int64]:
    given = reals(value, "outside.causes")
    # NaN compares false, so test what is valid and negate.
    right = (given >= 0) & (given < 2.0**63) & (given == np.floor(given))
    if given.ndim != 2 or given.shape[1] != len(CAUSES) or not right.all():
        raise ArgumentError(
            f"outside.causes must be whole numbers, a row of {', '.join(CAUSES)} for each dimension; "
            f"found {shown(value)}"
        )
    return freeze(given.astype(np.int64))


@frozen(eq=False)
class Outside:
    """What was counted where a dimension had no bin. Checked when it is made, and immutable from then on.

    Attributes
    ----------
    counts : uint64[4**k, 4]
        Observations of each (k+1)-mer, as in ``GsynthModel.counts``; not part of its ``total_kmers``.
    causes : int64[n_dims, 3]
        For each dimension, how many of the windows had no value (NaN), a value below the lowest break, a value above
        the highest. A window that several dimensions leave out counts in each of them.

    Raises
    ------
    ValueError
        Counts of another shape, or anything but whole numbers.

    Examples
    --------
    >>> outside = Outside(counts=np.ones((4, 4)), causes=[[0, 6, 2]])
    >>> outside.kmers
    16
    """

    counts: NDArray[np.uint64] = field(converter=_counts)
    causes: NDArray[np.int64] = field(converter=_causes)

    @property
    def kmers(self) -> int:
        """Total observations."""
        return int(self.counts.sum())

    def share(self, kmers: int) -> float:
        """Its share of all observations, given `kmers` in the bins; 0 if there are none."""
        return self.kmers / (self.kmers + kmers) if self.kmers else 0.0

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Outside):
            return NotImplemented
        return np.array_equal(self.counts, other.counts) and np.array_equal(self.causes, other.causes)

    __hash__ = None  # type: ignore[assignment]  # holds arrays

    def __reduce__(self) -> tuple[type[Outside], tuple[Any, ...]]:
        # A pickled or copied NumPy array is writeable again; the constructor makes it read-only.
        return type(self), (self.counts, self.causes)


def described_causes(dims: Sequence[DimSpec], causes: NDArray[np.int64]) -> str:
    """The causes in words: ``gc 12 NaN, 1,300 below 0.3; cpg 7 above 0.05``; empty if there are none.

    `causes` is int64[n_dims, 3] as in `Outside`.

    Examples
    --------
    >>> described_causes([DimSpec("gc", [0.3, 0.7])], np.array([[12, 1300, 0]]))
    'gc 12 NaN, 1,300 below 0.3'
    """
    parts = []
    for dim, (nan, below, above) in zip(dims, causes.tolist(), strict=True):
        at = "at or " if dim.closed == "right" else ""
        found = (
            (nan, "NaN"),
            (below, f"{at}below {dim.breaks[0]:g}"),
            (above, f"above {dim.breaks[-1]:g}"),
        )
        words = [f"{count:,} {what}" for count, what in found if count]
        if words:
            parts.append(f"{dim.expr} {', '.join(words)}")
    return "; ".join(parts)


def outside_counts(how: str, counts: NDArray[np.uint64], outside: Outside | None, min_obs: int) -> NDArray[np.uint64]:
    """The observations from which windows without a stratum are sampled: uint64[4**k, 4].

    "learned" is their own table, or the sum of all if the model has no such table, or one with fewer observations than
    `min_obs` or none at all. "pooled" is the sum of all.
    """
    if how == LEARNED and outside is not None and outside.kmers >= max(1, min_obs):
        return outside.counts
    pooled: NDArray[np.uint64] = counts.sum(axis=0, dtype=np.uint64)
    return pooled if outside is None else pooled + outside.counts


def outside_cdf(
    how: str,
    counts: NDArray[np.uint64],
    outside: Outside | None,
    smoothing: Smoothing,
    stored_cdf: NDArray[np.float64] | None,
) -> NDArray[np.float64]:
    """The cumulative probabilities of `outside_counts`, smoothed as the bins are: float64[4**k, 4].

    If a model has other probabilities than its counts give (because words were forbidden, for example), those are
    pooled, each context weighted by its observations in each bin.
    """
    if how == UNIFORM:
        return np.tile([0.25, 0.5, 0.75, 1.0], (counts.shape[1], 1))
    if stored_cdf is not None and (outside is None or how == POOLED):
        return _pooled_cdf(counts, stored_cdf)
    own = outside_counts(how, counts, outside, smoothing.min_obs)
    prior = None if smoothing.prior_matrix is None else outside_prior(own, smoothing)[None]
    none_sparse = np.zeros(1, dtype=np.bool_)
    return np.asarray(smoothed_cdf(own[None], smoothing.pseudocount, prior, none_sparse, smoothing.interpolated)[0])


def outside_prior(own: NDArray[np.uint64], smoothing: Smoothing) -> NDArray[np.float64]:
    """The prior of the outside table, float64[4]: its own composition if "marginal", else that of the bins."""
    matrix = smoothing.prior_matrix
    assert matrix is not None
    if smoothing.prior_mode == MARGINAL:
        bases = own.sum(axis=0).astype(np.float64)
        return np.asarray(bases / bases.sum()) if bases.sum() else np.full(4, 0.25)
    if smoothing.prior_mode == EXPLICIT and not (matrix == matrix[0]).all():
        # The table belongs to no bin, so no row is its own.
        return np.asarray(matrix.mean(axis=0))
    return np.asarray(matrix[0])


def _pooled_cdf(counts: NDArray[np.uint64], cdf: NDArray[np.float64]) -> NDArray[np.float64]:
    weights = counts.sum(axis=2).astype(np.float64)
    pooled = np.zeros(counts.shape[1:])
    total = np.zeros(counts.shape[1])
    for weight, table in zip(weights, cdf, strict=True):
        known = ~np.isnan(table[:, 0])
        # A context that no bin has seen gets the mean of the bins: its weight is not 0, but too small to matter next to
        # any count.
        heavy = np.where(known, np.maximum(weight, 2.0**-60), 0.0)
        pooled[known] += heavy[known, None] * table[known]
        total += heavy
    pooled[total == 0] = [0.25, 0.5, 0.75, 1.0]
    pooled[total > 0] /= total[total > 0, None]
    # The contract says exactly 1, and the divisions round.
    pooled[:, 3] = 1.0
    return pooled
