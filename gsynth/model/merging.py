"""Merging: bins of a dimension, when trained and when sampled, and single joint cells."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypeVar, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from gsynth.errors import ArgumentError, ArgumentTypeError
from gsynth.files.frames import Frame, columns, like
from gsynth.model.binning import NO_BIN, MergeRanges
from gsynth.model.dimension import DimSpec
from gsynth.model.model import GsynthModel

AUTO: Final = "auto"
"""In place of merge ranges: bins with too few observations are merged into their nearest learned neighbour."""

MergeLike = Literal["auto"] | Sequence[MergeRanges | None]
"""For each dimension of a model its merge ranges, or None: as trained; or "auto"."""

CellsLike = Sequence[Mapping[str, object]] | Frame
"""Redirects of joint cells: each with ``from`` and ``to``, or a DataFrame with the columns from_1, to_1, from_2, ..."""

FrameT = TypeVar("FrameT", bound=Frame)


def merge_sparse(
    counts: NDArray[np.uint64], dims: Sequence[DimSpec], axis: int, min_obs: int
) -> tuple[NDArray[np.uint64], DimSpec]:
    """Merge the bins of dimension `axis` with too few observations into their nearest learned neighbour.

    A bin is learned if it has at least `min_obs` observations (at least 1), over all bins of the other dimensions; of
    two at the same distance, the lower one is taken. Returns the counts after merging (uint64[bins, 4**k, 4]) and the
    dimension with its `bin_map`.
    """
    sizes = [dim.num_bins for dim in dims]
    # Dimension 0 is the fastest, so the axes of the table are in reverse order.
    table = counts.reshape(*sizes[::-1], *counts.shape[1:]).copy()
    at = len(sizes) - 1 - axis
    others = tuple(i for i in range(table.ndim) if i != at)
    # At least 1: with min_obs 0 every bin would be learned, the empty ones too, and nothing would be merged.
    learned = np.flatnonzero(table.sum(axis=others) >= max(min_obs, 1))
    dim = dims[axis]
    if learned.size == 0:
        raise ArgumentError(f"bin_merge='auto': no bin of {dim.expr!r} has {max(min_obs, 1):,} observations")
    bins = np.arange(dim.num_bins)
    # argmin takes the first of equal distances, which is the lower bin.
    nearest = learned[np.abs(bins[:, None] - learned[None, :]).argmin(axis=1)]
    by_bin = np.moveaxis(table, at, 0)
    for source in np.flatnonzero(nearest != bins):
        by_bin[nearest[source]] += by_bin[source]
        by_bin[source] = 0
    return table.reshape(counts.shape), attrs.evolve(dim, bin_map=nearest, bin_merge=None)


def merged_dims(model: GsynthModel, bin_merge: MergeLike | None) -> tuple[DimSpec, ...]:
    """The model's dimensions with the merges of a sampling call: for each dimension None or merge ranges.

    None and "auto" leave them as trained.
    """
    if bin_merge is None or _is_auto(bin_merge):
        return model.dims
    if isinstance(bin_merge, str | Mapping) or len(bin_merge) != model.n_dims:
        raise ArgumentError(
            f"bin_merge must be a list of {model.n_dims}, one for each dimension (None: as trained), "
            f"found {bin_merge!r}"
        )
    return tuple(
        dim if merge is None else attrs.evolve(dim, bin_map=None, bin_merge=list(merge))
        for dim, merge in zip(model.dims, bin_merge, strict=True)
    )


def _is_auto(bin_merge: MergeLike | None) -> bool:
    return isinstance(bin_merge, str) and bin_merge == AUTO


def nearest_learned(model: GsynthModel) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The joint cells with too few observations and, for each, the nearest cell with enough (``bin_merge="auto"``).

    Enough is `min_obs`, at least 1. Distance is counted in bins, summed over the dimensions; of several cells at the
    same distance, the one with the lowest flat bin is taken.
    """
    enough = model.per_bin_kmers >= max(model.min_obs, 1)
    learned, poor = np.flatnonzero(enough), np.flatnonzero(~enough)
    if learned.size == 0:
        raise ArgumentError(f"bin_merge='auto': no bin has {max(model.min_obs, 1):,} observations")
    # order="F": dimension 0 is the fastest.
    axes = np.array(np.unravel_index(np.arange(model.total_bins), model.dim_sizes, order="F"))
    nearest = [learned[np.abs(axes[:, learned] - axes[:, [cell]]).sum(axis=0).argmin()] for cell in poor]
    return poor, np.array(nearest, dtype=np.int64)


@overload
def gsynth_cell_merge(
    model: GsynthModel, cell_merge: Sequence[Mapping[str, object]], bin_merge: MergeLike | None = None
) -> Frame | dict[str, NDArray[np.int64]]: ...


@overload
def gsynth_cell_merge(model: GsynthModel, cell_merge: FrameT, bin_merge: MergeLike | None = None) -> FrameT: ...


def gsynth_cell_merge(
    model: GsynthModel, cell_merge: CellsLike, bin_merge: MergeLike | None = None
) -> Frame | dict[str, NDArray[np.int64]]:
    """Resolve redirects of joint cells to flat bins.

    Parameters
    ----------
    model : GsynthModel
        With at least one dimension.
    cell_merge : list of dict or DataFrame
        Each entry has ``from`` and ``to``, a value for each dimension; a DataFrame has the columns ``from_1``,
        ``to_1``, ``from_2``, ... Values are binned as in training, after the merges of their dimension.
    bin_merge : list, optional
        As in `gsynth_sample`.

    Returns
    -------
    DataFrame or dict of arrays
        Columns ``source_flat`` and ``target_flat`` (1-based flat bins), then ``from_1``, ``to_1``, ... (1-based bins
        of each dimension), a row for each entry. A DataFrame of the same library as `cell_merge`; if that is a list, of
        pandas if it is installed, else a dict of int64 arrays.

    Examples
    --------
    >>> model = GsynthModel(k=1, dims=[DimSpec("gc", [0, 0.5, 1])], counts=np.ones((2, 4, 4)))
    >>> table = gsynth_cell_merge(model, [{"from": [0.9], "to": [0.1]}])
    >>> [int(table[column][0]) for column in ("source_flat", "target_flat")]
    [2, 1]
    """
    sources, targets = _joint_bins(model, cell_merge, bin_merge)
    # From 1, as in R misha.
    table = {"source_flat": _flat(sources, model) + 1, "target_flat": _flat(targets, model) + 1}
    for i in range(model.n_dims):
        table[f"from_{i + 1}"] = sources[:, i] + 1
        table[f"to_{i + 1}"] = targets[:, i] + 1
    return like(table, cell_merge)


def redirects(
    model: GsynthModel, cell_merge: CellsLike, bin_merge: MergeLike | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The 0-based flat bins to redirect and their targets, each source once; warns about what looks like a mistake."""
    source_bins, target_bins = _joint_bins(model, cell_merge, bin_merge)
    sources, targets = _flat(source_bins, model), _flat(target_bins, model)
    own = sources == targets
    if own.any():
        warnings.warn(f"cell_merge: dropped {int(own.sum())} redirects of a cell to itself", stacklevel=4)
        sources, targets = sources[~own], targets[~own]
    last = dict(zip(sources.tolist(), targets.tolist(), strict=True))
    if len(last) < sources.size:
        warnings.warn(
            f"cell_merge: {sources.size - len(last)} cells are redirected more than once; the last redirect wins",
            stacklevel=4,
        )
    sparse = sorted(set(last.values()) & set(model.sparse_bins.tolist()))
    if sparse:
        warnings.warn(
            f"cell_merge: redirects to sparse cells (flat bins {sparse}), which are sampled uniformly", stacklevel=4
        )
    return np.array(list(last), dtype=np.int64), np.array(list(last.values()), dtype=np.int64)


def _flat(bins: NDArray[np.int64], model: GsynthModel) -> NDArray[np.int64]:
    strides = np.cumprod([1, *model.dim_sizes[:-1]], dtype=np.int64)
    flat: NDArray[np.int64] = bins @ strides
    return flat


def _joint_bins(
    model: GsynthModel, cell_merge: CellsLike, bin_merge: MergeLike | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """0-based bins int64[entries, n_dims] of the sources and of the targets."""
    if not isinstance(model, GsynthModel):
        raise ArgumentTypeError(f"model must be a GsynthModel, found {type(model).__name__}")
    if model.n_dims == 0:
        raise ArgumentError("cell_merge needs a model with strata; this one has no dimensions")
    dims = merged_dims(model, bin_merge)
    values = _entries(cell_merge, model.n_dims)
    joint = np.empty((2, values.shape[1], model.n_dims), dtype=np.int64)
    for end, name in enumerate(("from", "to")):
        for i, dim in enumerate(dims):
            bins = dim.bins_of(values[end, :, i])
            if (bins == NO_BIN).any():
                rows = (np.flatnonzero(bins == NO_BIN) + 1).tolist()
                raise ArgumentError(
                    f"cell_merge: {name!r} of dimension {i + 1} ({dim.expr}) is outside the breaks "
                    f"{dim.breaks[0]:g} to {dim.breaks[-1]:g} in entries {rows}"
                )
            joint[end, :, i] = dim.merged()[bins]
    return joint[0], joint[1]


def _entries(cell_merge: CellsLike, n_dims: int) -> NDArray[np.float64]:
    """The values float64[2, entries, n_dims]: from, to."""
    if isinstance(cell_merge, Sequence) and not isinstance(cell_merge, str):
        rows = [[_vector(entry, end, n_dims) for entry in cell_merge] for end in ("from", "to")]
        return np.array(rows, dtype=np.float64).reshape(2, len(cell_merge), n_dims)
    names = [f"{end}_{i + 1}" for end in ("from", "to") for i in range(n_dims)]
    table = columns(cell_merge, names, what="cell_merge")
    return np.array([table[name] for name in names], dtype=np.float64).reshape(2, n_dims, -1).transpose(0, 2, 1)


def _vector(entry: Any, end: str, n_dims: int) -> list[float]:
    if not isinstance(entry, Mapping) or not {"from", "to"} <= set(entry):
        raise ArgumentError(f"a cell_merge entry must have the keys 'from' and 'to', found {entry!r}")
    values = entry[end] if isinstance(entry[end], Sequence | np.ndarray) else [entry[end]]
    if len(values) != n_dims:
        raise ArgumentError(f"cell_merge: {end!r} must hold {n_dims} values, one for each dimension, found {values!r}")
    return [float(value) for value in values]
