"""The model: counts of (k+1)-mers by stratum, and everything needed to turn them into probabilities."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final, SupportsIndex

import numpy as np
from attrs import define, field, fields_dict
from numpy.typing import NDArray

from gsynth.errors import ArgumentError, ArgumentTypeError
from gsynth.model import algebra, forbid
from gsynth.model.dimension import DimSpec, dims_of
from gsynth.model.freezing import freeze
from gsynth.model.outside import Outside, check_outside, outside_cdf
from gsynth.model.smoothing import ADDITIVE, BY_PSEUDOCOUNT, Smoothing, smoothed_cdf
from gsynth.model.strands import BOTH, check_strands
from gsynth.model.tables import checked_cdf, checked_counts
from gsynth.model.thresholds import thresholds_from_cdf, thresholds_from_counts
from gsynth.model.values import shown, whole

MIN_ORDER: Final = 1
MAX_ORDER: Final = 10
_MOST_KEPT: Final = 256 << 20
"""Bytes of probabilities that a model keeps once they have been computed."""

_MAX_ITERATOR: Final = 2**62 - 1
"""With this, the end of a window on any contig fits an int64."""

_SMOOTHING: Final = ("pseudocount", "prior_mode", "prior_matrix", "min_obs", "marginal_fallbacks", "smoothing_mode")


def check_order(k: SupportsIndex) -> int:
    """`k` as an int from 1 to 10."""
    return whole(k, "k", low=MIN_ORDER, high=MAX_ORDER)


def check_iterator(iterator: SupportsIndex | None) -> int | None:
    """`iterator` as a positive int, or None."""
    return None if iterator is None else whole(iterator, "iterator", low=1, high=_MAX_ITERATOR)


def _total_masked(value: SupportsIndex) -> int:
    return whole(value, "total_masked")


def _total_n(value: SupportsIndex) -> int:
    return whole(value, "total_n")


def _metadata(value: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ArgumentTypeError(f"metadata must be a dict, found {shown(value)}")
    return dict(value)


@define(eq=False, repr=False, kw_only=True, frozen=True)
class GsynthModel:
    """A stratified Markov model of order k. Checked when it is made, and immutable from then on.

    Arrays are copied (unless `gsynth.plugins.freeze` has given them up); its own are read-only, in pickles too.

    Attributes
    ----------
    k : int
        Markov order, 1..10.
    dims : tuple of DimSpec
        The dimensions of the strata, the first one fastest in the flat bin index; empty for an unstratified model.
    counts : uint64[total_bins, 4**k, 4]
        Observations of each (k+1)-mer on the counted strands; context index with the leftmost base most significant;
        bases in the order A, C, G, T. Whole numbers of any dtype are accepted; their sum must fit an int64.
    strands : {"both", "forward"}
        Whether each window counts with its reverse complement too.
    outside : Outside or None
        What was counted in windows without a bin; None without dimensions, and if a file has no such table.
    total_masked, total_n : int
        Windows left out because of the mask, and because of a base other than A, C, G and T.
    pseudocount, min_obs, prior_mode, prior_matrix, marginal_fallbacks, smoothing_mode
        See `smoothing`, which holds and checks them.
    smoothing : Smoothing
        How the counts become probabilities. Bins with fewer than ``min_obs`` observations are sparse: listed in
        `sparse_bins` and sampled uniformly.
    iterator : int or None
        Width of the windows (bp) on which the expressions were evaluated.
    stored_cdf : float64[total_bins, 4**k, 4] or None
        Set only if a file holds other probabilities than the counts give. Each row rises from 0 to 1 (to within a
        millionth: other programs compute in single precision), or is NaN in a sparse or an empty bin.
    forbidden : Forbidden or None
        The words that `stored_cdf` never makes (see `gsynth_forbid_kmer`).
    metadata : dict
        Whatever else a model file holds: its writer, chromosome sizes, and keys that gsynth does not know.

    Raises
    ------
    ValueError
        Counts that are fractional, negative or too large (with the place of the first one), an array of another shape,
        or any other value that cannot be used.
    TypeError
        Dimensions that are not DimSpecs or dicts, or metadata that is not a dict.

    Notes
    -----
    Two models are equal if every attribute is except `metadata`, which says who wrote a file and what else it holds.

    Examples
    --------
    >>> model = GsynthModel(k=1, counts=np.ones((1, 4, 4)))
    >>> model.total_kmers
    16
    >>> GsynthModel(k=1, counts=np.full((1, 4, 4), -1))
    Traceback (most recent call last):
    ...
    gsynth.errors.ArgumentError: counts must be whole numbers from 0 to 2**63 - 1, found -1 for A after A in bin 0 (all)
    """

    k: int = field(converter=check_order)
    dims: tuple[DimSpec, ...] = field(default=(), converter=dims_of)
    counts: NDArray[np.uint64]
    outside: Outside | None = None
    strands: str = field(default=BOTH, converter=check_strands)
    total_masked: int = field(default=0, converter=_total_masked)
    total_n: int = field(default=0, converter=_total_n)
    pseudocount: float = 1.0
    min_obs: int = 0
    iterator: int | None = field(default=None, converter=check_iterator)
    prior_mode: str = ADDITIVE
    prior_matrix: NDArray[np.float64] | None = None
    marginal_fallbacks: int = 0
    smoothing_mode: str = BY_PSEUDOCOUNT
    stored_cdf: NDArray[np.float64] | None = None
    forbidden: forbid.Forbidden | None = None
    metadata: dict[str, Any] = field(factory=dict, converter=_metadata)
    smoothing: Smoothing = field(init=False)
    per_bin_kmers: NDArray[np.int64] = field(init=False)
    """int64[total_bins]: observations per flat bin, on the counted strands."""
    _cdf: NDArray[np.float64] | None = field(init=False, default=None)

    def __attrs_post_init__(self) -> None:
        # The attributes are those of `smoothing`, checked there, so that a model and its smoothing can never disagree.
        smoothing = Smoothing(**{name: getattr(self, name) for name in _SMOOTHING})
        smoothing.check_bins(self.total_bins)
        shape = (self.total_bins, self.num_kmers, 4)
        counts, sums = checked_counts(self.counts, shape, self.bin_label)
        checked = {name: getattr(smoothing, name) for name in _SMOOTHING}
        checked |= {"smoothing": smoothing, "counts": counts, "per_bin_kmers": sums}
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        self._check_outside()
        if self.stored_cdf is not None:
            # Empty bins too: R writes NaN for them whatever min_obs is.
            may_lack = self._below_min_obs | (sums == 0)
            object.__setattr__(self, "stored_cdf", checked_cdf(self.stored_cdf, shape, may_lack, self.bin_label))
        if self.forbidden is not None:
            if not isinstance(self.forbidden, forbid.Forbidden):
                raise ArgumentTypeError(f"forbidden must be a Forbidden, found {shown(self.forbidden)}")
            forbid.check_never(self)

    def _check_outside(self) -> None:
        if self.outside is None:
            return
        if not isinstance(self.outside, Outside):
            raise ArgumentTypeError(f"outside must be an Outside, found {shown(self.outside)}")
        shapes = self.outside.counts.shape, len(self.outside.causes)
        if shapes != ((self.num_kmers, 4), self.n_dims):
            raise ArgumentError(
                f"outside has counts of shape {shapes[0]} and causes of {shapes[1]} dimensions; order {self.k} and "
                f"{self.n_dims} dimensions make {(self.num_kmers, 4)} and {self.n_dims}"
            )

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
    def _below_min_obs(self) -> NDArray[np.bool_]:
        return self.per_bin_kmers < self.min_obs

    @property
    def total_kmers(self) -> int:
        """Total observations: with both strands twice the counted windows."""
        return int(self.per_bin_kmers.sum())

    @property
    def outside_share(self) -> float:
        """The share of observations without a bin, 0..1; 0 if the model does not have it."""
        return 0.0 if self.outside is None else self.outside.share(self.total_kmers)

    @property
    def sparse_bins(self) -> NDArray[np.int64]:
        """The flat bins with fewer than `min_obs` observations, except those that are merged into others."""
        return self._bins_below(self.min_obs)

    @property
    def empty_bins(self) -> NDArray[np.int64]:
        """The flat bins without observations, except those that are merged into others."""
        return self._bins_below(1)

    @property
    def thin_bins(self) -> NDArray[np.int64]:
        """The flat bins with fewer observations than their table has cells (4**(k + 1)), except merged and empty ones.

        So few say little about most contexts: their samples are close to the genome's own sequence, or to the prior.
        """
        return np.setdiff1d(self._bins_below(self.num_kmers * 4), self.empty_bins)

    def _bins_below(self, observations: int) -> NDArray[np.int64]:
        """The flat bins with fewer observations, except those that are merged into others."""
        reachable = np.ones((), dtype=np.bool_)
        for dim in self.dims:
            # Dimension 0 is the fastest, so each further one becomes the first axis.
            reachable = np.isin(np.arange(dim.num_bins), dim.merged())[(..., *(None,) * reachable.ndim)] & reachable
        below: NDArray[np.int64] = np.flatnonzero(reachable.reshape(-1) & (self.per_bin_kmers < observations))
        return below

    def bin_label(self, flat: int) -> str:
        """A flat bin in words: ``gc 0.4-0.5, cpg 1-2``."""
        labels = []
        for dim in self.dims:
            flat, i = divmod(flat, dim.num_bins)
            labels.append(f"{dim.expr} {dim.label(i)}")
        return ", ".join(labels) or "all"

    @property
    def cdf(self) -> NDArray[np.float64]:
        """float64[total_bins, 4**k, 4]: cumulative probabilities; sparse bins are NaN. Read-only.

        Computed when first used, and kept if it takes at most 256 MiB. For a larger model, keep the array yourself, or
        ask `computed_cdf` for the bins that you need.
        """
        if self.stored_cdf is not None:
            return self.stored_cdf
        if self._cdf is not None:
            return self._cdf
        cdf = freeze(self.computed_cdf())
        if cdf.nbytes <= _MOST_KEPT:
            object.__setattr__(self, "_cdf", cdf)
        return cdf

    def computed_cdf(self, start: int = 0, stop: int | None = None) -> NDArray[np.float64]:
        """The cumulative probabilities that counts and prior give, float64[stop - start, 4**k, 4], computed anew.

        `start` and `stop` choose the flat bins, by default all.
        """
        bins = slice(start, stop)
        prior = None if self.prior_matrix is None else self.prior_matrix[bins]
        rare = self._below_min_obs[bins]
        return smoothed_cdf(self.counts[bins], self.pseudocount, prior, rare, self.smoothing.interpolated)

    def thresholds(self, outside: str | None = None) -> NDArray[np.uint32]:
        """`cdf` as a `gsynth.plugins.Sampler` takes it, the uniform table last: uint32[total_bins + 1, 4**k, 3].

        With `outside` (see `gsynth_sample`) the table of windows without a bin comes between the bins and the uniform
        one: uint32[total_bins + 2, 4**k, 3]. Computed at each call.
        """
        further = None if outside is None else self.outside_cdf(check_outside(outside))[None]
        if self.stored_cdf is not None:
            return thresholds_from_cdf(self.stored_cdf, further)
        rows = self.prior_matrix, self._below_min_obs, further, self.smoothing.interpolated
        return thresholds_from_counts(self.counts, self.pseudocount, *rows)

    def outside_cdf(self, how: str) -> NDArray[np.float64]:
        """The cumulative probabilities of windows without a bin (see `gsynth_sample`), float64[4**k, 4]."""
        if self.forbidden is not None:
            return forbid.outside_cdf(self, how)
        return outside_cdf(how, self.counts, self.outside, self.smoothing, self.stored_cdf)

    @property
    def model_data(self) -> dict[str, list[NDArray[Any]]]:
        """``{"counts": [...], "cdf": [...]}``, read-only arrays (4**k, 4), one for each flat bin."""
        return {"counts": list(self.counts), "cdf": list(self.cdf)}

    def marginal(self, dims: algebra.DimNames) -> GsynthModel:
        """The model without some dimensions, the counts of their bins summed.

        Equal to a model that is trained without them, where they left no window out: a window without a value in one
        of them may have a bin in the others, but its stratum was not counted, so it stays in `outside`, with a warning.
        Where no dimension is left, those windows are counted too.

        Parameters
        ----------
        dims : str, int or several of them
            The dimensions to sum away, by expression or 0-based index.

        Returns
        -------
        GsynthModel
            With the other dimensions, in their order. A "marginal" or "global" prior is that of the sums.

        Raises
        ------
        ValueError
            No such dimension; an explicit prior that differs between bins that are summed; other probabilities than
            the counts give (forbidden words).

        Examples
        --------
        >>> model = GsynthModel(k=1, dims=[DimSpec("gc", [0, 0.5, 1])], counts=np.ones((2, 4, 4)))
        >>> model.marginal("gc").counts[0, 0].tolist()
        [2, 2, 2, 2]
        """
        return algebra.without_dims(self, dims)

    def with_order(self, k: SupportsIndex) -> GsynthModel:
        """The model of a lower order, its (k+1)-mers counted in the first letters of those that were counted.

        The counts are exact sums: a window that was counted counts for its first ``k + 1`` bases, and (with both
        strands) for the reverse complement of its last ``k + 1``. A model that is trained with the lower order counts
        besides, in each stretch without N, the ``self.k - k`` windows at its end and the reverse complements of those
        at its beginning; and has the reverse complements in the stratum (or mask) ``self.k - k`` bases further on.
        `total_masked` and `total_n` stay numbers of the longer windows.

        Parameters
        ----------
        k : int
            From 1 to the model's own order.

        Returns
        -------
        GsynthModel
            With the same dimensions. A "marginal" or "global" prior is that of the new counts.

        Raises
        ------
        ValueError
            Another order; other probabilities than the counts give (forbidden words).

        Examples
        --------
        >>> GsynthModel(k=2, counts=np.ones((1, 16, 4))).with_order(1).counts[0, 0].tolist()
        [4, 4, 4, 4]
        """
        return algebra.of_order(self, k)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, GsynthModel):
            return NotImplemented
        plain = ("k", "dims", "outside", "strands", "total_masked", "total_n", "iterator", "smoothing", "forbidden")
        if any(getattr(self, name) != getattr(other, name) for name in plain):
            return False
        return np.array_equal(self.counts, other.counts) and _same(self.stored_cdf, other.stored_cdf)

    __hash__ = None  # type: ignore[assignment]  # holds arrays

    def __reduce__(self) -> tuple[Any, ...]:
        # A pickled or copied NumPy array is writeable again; the constructor makes it read-only. It also checks the
        # values: a pickle that was tampered with cannot make an impossible model either.
        names = [name for name, attribute in fields_dict(type(self)).items() if attribute.init]
        return _restored, (type(self), {name: getattr(self, name) for name in names})

    def __repr__(self) -> str:
        from gsynth.model.description import brief

        return brief(self)

    def to_frame(self) -> Any:
        """One row a stratum, context and base, with count and probability: a DataFrame, or a dict without pandas."""
        from gsynth.model.tidy import tidy

        return tidy(self)

    def _repr_html_(self) -> str:
        # Imported here because only notebooks ask for it.
        from gsynth.model.description import html

        return html(self)


def _restored(kind: type[GsynthModel], fields: dict[str, Any]) -> GsynthModel:
    """The model of a pickle or a deep copy, whose arrays nothing else refers to."""
    arrays = {name: freeze(value) for name, value in fields.items() if isinstance(value, np.ndarray)}
    return kind(**{**fields, **arrays})


def _same(one: NDArray[np.float64] | None, other: NDArray[np.float64] | None) -> bool:
    if one is None or other is None:
        return one is other
    return np.array_equal(one, other, equal_nan=True)
