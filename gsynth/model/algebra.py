"""Models made of models: counts added, dimensions summed away, the order lowered."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, SupportsIndex, TypeVar

import attrs
import numpy as np
from numpy.typing import NDArray

from gsynth.errors import ArgumentError
from gsynth.model.dimension import DimSpec
from gsynth.model.freezing import freeze
from gsynth.model.outside import Outside, described_causes
from gsynth.model.priors import PriorRequest
from gsynth.model.smoothing import EXPLICIT
from gsynth.model.values import LARGEST, shown, whole

if TYPE_CHECKING:
    from gsynth.model.model import GsynthModel

log = logging.getLogger("gsynth")

DimNames = SupportsIndex | str | Iterable[SupportsIndex | str]
"""One dimension or several, each by its expression or its index."""

_Integer = TypeVar("_Integer", np.uint64, np.int64)

_SINGLE_PRECISION: Final = 1e-6
"""Other programs compute in single precision: probabilities that differ by at most this are those of the counts."""

_SIZES: Final = "chrom_sizes"
_OF_ONE_FILE: Final = ("writer",)
"""Metadata about who wrote a file, which do not apply to a model made from several."""


def added(models: Sequence[GsynthModel]) -> GsynthModel:
    """The model of all observations of `models`; see `gsynth.gsynth_merge`."""
    first = models[0]
    if len(models) == 1:
        return first
    for number, model in enumerate(models, 1):
        check_counts_decide(model, f"model {number} cannot be added")
    _check_alike(models)
    _warn_of_repeats(models)
    _check_sum("counts", [model.total_kmers for model in models])
    return _with_counts(
        first,
        _sum([model.counts for model in models]),
        outside=_added_outside(models),
        total_masked=sum(model.total_masked for model in models),
        total_n=sum(model.total_n for model in models),
        metadata=_joined([model.metadata for model in models]),
    )


def without_dims(model: GsynthModel, dims: DimNames) -> GsynthModel:
    """`model` with the counts of some dimensions' bins summed; see `GsynthModel.marginal`."""
    gone = _indices(model, dims)
    if not gone:
        return model
    check_counts_decide(model, "no dimension can be summed away")
    kept = [i for i in range(model.n_dims) if i not in gone]
    table = model.counts.reshape(*model.dim_sizes[::-1], model.num_kmers, 4)
    # Dimension 0 is the fastest, so the axes of the table stand in reverse.
    axes = tuple(model.n_dims - 1 - i for i in gone)
    counts = table.sum(axis=axes, dtype=np.uint64).reshape(-1, model.num_kmers, 4)
    outside, extras = _outside_of_fewer(model, gone, kept), model.metadata.get("dim_specs")
    metadata = dict(model.metadata)
    if isinstance(extras, list) and len(extras) == model.n_dims:
        metadata["dim_specs"] = [extras[i] for i in kept]
    if not kept and model.outside is not None:
        counts += model.outside.counts
    return _with_counts(
        model,
        counts,
        rows=_summed_rows(model, axes),
        dims=tuple(model.dims[i] for i in kept),
        outside=outside,
        iterator=model.iterator if kept else None,
        metadata=metadata,
    )


def of_order(model: GsynthModel, k: SupportsIndex) -> GsynthModel:
    """`model` with contexts of fewer bases; see `GsynthModel.with_order`."""
    order = whole(k, "k", low=1, high=model.k)
    if order == model.k:
        return model
    check_counts_decide(model, "the order cannot be lowered")
    outside = model.outside
    return _with_counts(
        model,
        first_letters(model.counts, order),
        k=order,
        outside=outside and Outside(first_letters(outside.counts[None], order)[0], outside.causes),
    )


def first_letters(counts: NDArray[np.uint64], order: int) -> NDArray[np.uint64]:
    """The counts of the first ``order + 1`` letters of each word: uint64[bins, 4**order, 4] of uint64[bins, 4**k, 4].

    Examples
    --------
    >>> first_letters(np.arange(64, dtype=np.uint64).reshape(1, 16, 4), 1)[0, 0].tolist()  # AA?, AC?, AG?, AT?
    [6, 22, 38, 54]
    """
    summed: NDArray[np.uint64] = counts.reshape(len(counts), 4**order, 4, -1).sum(axis=3, dtype=np.uint64)
    return summed


def check_counts_decide(model: GsynthModel, refused: str) -> None:
    """ArgumentError, which begins with `refused`, where a model has other probabilities than its counts give."""
    if model.stored_cdf is None:
        return
    for i, table in enumerate(model.stored_cdf):
        # A row that is NaN in one of the two says nothing: programs differ in which bins they consider sparse.
        apart = np.abs(table - model.computed_cdf(i, i + 1)[0])
        if np.nanmax(apart, initial=0.0) > _SINGLE_PRECISION:
            raise ArgumentError(
                f"{refused}: it has other probabilities than its counts give (in bin {i}, {model.bin_label(i)}; "
                "words were forbidden, for example), and only counts can be added: do this first, and forbid words in "
                "the result"
            )


def _with_counts(
    model: GsynthModel, counts: NDArray[np.uint64], rows: NDArray[np.float64] | None = None, **changes: Any
) -> GsynthModel:
    """`model` with other counts, uint64[bins, 4**k, 4], and the prior that training would have made from them.

    `rows` (float64[bins, 4]) are those of an explicit prior, by default the model's own.
    """
    request = PriorRequest(model.prior_mode)
    if model.prior_mode == EXPLICIT:
        request = PriorRequest(EXPLICIT, model.prior_matrix if rows is None else rows)
    _, matrix, fallbacks = request.resolve(counts)
    prior: dict[str, Any] = {"prior_matrix": matrix, "marginal_fallbacks": fallbacks}
    return attrs.evolve(model, counts=freeze(counts), stored_cdf=None, forbidden=None, **prior, **changes)


def _check_alike(models: Sequence[GsynthModel]) -> None:
    for number, model in enumerate(models[1:], 2):
        found = _differences(models[0], model)
        if found:
            listed = "; ".join(f"{what}: {other} there, {own} in model 1" for what, own, other in found)
            raise ArgumentError(
                f"model {number} of {len(models)} cannot be added to model 1: {listed}. Train both with the same "
                "settings (breaks by quantile and bin_merge='auto' depend on what is counted: give their numbers)"
            )


def _differences(one: GsynthModel, other: GsynthModel) -> list[tuple[str, str, str]]:
    """What two models do not share, so that their counts do not add up: its name, and both values."""
    names = ("k", "iterator", "strands", "pseudocount", "prior_mode", "smoothing_mode", "min_obs")
    found = [(name, shown(getattr(one, name)), shown(getattr(other, name))) for name in names]
    found.append(("outside", _whether(one.outside), _whether(other.outside)))
    found.append(("dimensions", str(one.n_dims), str(other.n_dims)))
    if one.n_dims == other.n_dims:
        found += [entry for i in range(one.n_dims) for entry in _dim_differences(i, one.dims[i], other.dims[i])]
    found = [entry for entry in found if entry[1] != entry[2]]
    if not found and one.prior_mode == EXPLICIT and not np.array_equal(one.prior_matrix, other.prior_matrix):  # type: ignore[arg-type]  # both have one
        found.append(("prior_matrix", shown(one.prior_matrix), shown(other.prior_matrix)))
    return found


def _whether(outside: Outside | None) -> str:
    return "not counted" if outside is None else "counted"


def _dim_differences(index: int, one: DimSpec, other: DimSpec) -> list[tuple[str, str, str]]:
    def parts(dim: DimSpec) -> list[tuple[str, str]]:
        values = {"expr": dim.expr, "breaks": dim.breaks, "closed": dim.closed, "bin_map": dim.merged()}
        return [(f"{name} of dimension {index + 1}", shown(value)) for name, value in values.items()] + [
            (f"categories of dimension {index + 1}", shown(dim.categories))
        ]

    found = [(name, own, theirs) for (name, own), (_, theirs) in zip(parts(one), parts(other), strict=True)]
    if one != other and all(own == theirs for _, own, theirs in found):
        # Long values look the same because messages cut them short.
        at = int(np.flatnonzero(one.breaks != other.breaks)[0]) if one.num_bins == other.num_bins else 0
        found.append((f"break {at} of dimension {index + 1}", repr(one.breaks[at]), repr(other.breaks[at])))
    return found


def _warn_of_repeats(models: Sequence[GsynthModel]) -> None:
    """Warn if the same observations are added twice, which is far more often a mistake than intended."""
    for number, model in enumerate(models[1:], 2):
        for earlier, other in enumerate(models[: number - 1], 1):
            # The short array first: most models already differ in it.
            same = np.array_equal(model.per_bin_kmers, other.per_bin_kmers)
            if model.total_kmers and same and np.array_equal(model.counts, other.counts):
                warnings.warn(
                    f"model {number} has exactly the counts of model {earlier}: the same observations are added twice",
                    stacklevel=4,
                )
                break


def _check_sum(what: str, totals: Sequence[int]) -> None:
    if sum(totals) > LARGEST:
        raise ArgumentError(f"{what} sum to {sum(totals):,} in all, at most 2**63 - 1 can be held")


def _added_outside(models: Sequence[GsynthModel]) -> Outside | None:
    # Either all have the table or none (`_check_alike`).
    tables = [model.outside for model in models if model.outside is not None]
    if not tables:
        return None
    _check_sum("observations outside of the strata", [table.kmers for table in tables])
    return Outside(freeze(_sum([table.counts for table in tables])), _sum([table.causes for table in tables]))


def _sum(tables: Sequence[NDArray[_Integer]]) -> NDArray[_Integer]:
    """The sum, in a single new array however many tables there are."""
    total = tables[0].copy()
    for table in tables[1:]:
        total += table
    return total


def _joined(all_metadata: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The metadata of several models: what all that have a key agree on, and the contigs of all."""
    joined: dict[str, Any] = {}
    dropped = set(_OF_ONE_FILE)
    for metadata in all_metadata:
        for key, value in metadata.items():
            both = joined.setdefault(key, value)
            if key == _SIZES and isinstance(value, Mapping) and isinstance(both, Mapping):
                value = joined[key] = {**both, **value}  # noqa: PLW2901  # the union, compared with what it came from
                if any(value[name] != size for name, size in both.items()):
                    dropped.add(key)
            elif value != both:
                dropped.add(key)
    for key in sorted(dropped & set(joined) - set(_OF_ONE_FILE)):
        log.warning("the models disagree on %s, so their sum does not have it", key)
    return {key: value for key, value in joined.items() if key not in dropped}


def _indices(model: GsynthModel, dims: DimNames) -> list[int]:
    """The indices of the named dimensions, in ascending order."""
    named = list(dims) if isinstance(dims, Iterable) and not isinstance(dims, str) else [dims]
    exprs = [dim.expr for dim in model.dims]
    found = []
    for name in named:
        if isinstance(name, str):
            if exprs.count(name) != 1:
                where = "several dimensions have the expression" if name in exprs else "no dimension has the expression"
                raise ArgumentError(f"{where} {name!r}; the model's are {exprs}, by index 0 to {model.n_dims - 1}")
            found.append(exprs.index(name))
        elif not model.n_dims:
            raise ArgumentError(f"there is no dimension {shown(name)}: the model has no strata")
        else:
            found.append(whole(name, "a dimension", high=model.n_dims - 1))
    if len(set(found)) < len(found):
        raise ArgumentError(f"dims names a dimension twice: {shown(named)}")
    return sorted(found)


def _summed_rows(model: GsynthModel, axes: tuple[int, ...]) -> NDArray[np.float64] | None:
    """The rows of an explicit prior for the bins that are left; ArgumentError where summed bins have different ones."""
    if model.prior_mode != EXPLICIT:
        return None
    assert model.prior_matrix is not None
    rows = model.prior_matrix.reshape(*model.dim_sizes[::-1], 4)
    if (rows != rows.max(axis=axes, keepdims=True)).any():
        raise ArgumentError(
            "the model's explicit prior differs between bins that would be summed, so their sum has no prior: "
            "use a model with another prior"
        )
    kept: NDArray[np.float64] = rows.max(axis=axes).reshape(-1, 4)
    return kept


def _outside_of_fewer(model: GsynthModel, gone: Sequence[int], kept: Sequence[int]) -> Outside | None:
    """What lies outside of the dimensions that are kept, as far as it is known."""
    if model.outside is None or not kept:
        return None
    lost = model.outside.causes[gone]
    if lost.any():
        warnings.warn(
            f"windows without a value in what is summed away ({described_causes([model.dims[i] for i in gone], lost)}) "
            "may have a bin in what is left, but which one was not counted: they stay outside of the strata",
            stacklevel=4,
        )
    return Outside(model.outside.counts, model.outside.causes[kept])
