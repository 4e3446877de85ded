"""A model in numbers, for the results of the commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from gsynth.model import GsynthModel


def summary(model: GsynthModel) -> dict[str, Any]:
    """The properties and totals of a model, without its tables."""
    # Not at the top: --help must not load it.
    from attrs import asdict

    return {
        "k": model.k,
        "n_dims": model.n_dims,
        "dim_sizes": model.dim_sizes,
        "dim_specs": model.dim_specs,
        "iterator": model.iterator,
        "total_bins": model.total_bins,
        "strands": model.strands,
        "total_kmers": model.total_kmers,
        "per_bin_kmers": model.per_bin_kmers,
        "total_masked": model.total_masked,
        "total_n": model.total_n,
        "smoothing_mode": model.smoothing_mode,
        "pseudocount": model.pseudocount,
        "prior_mode": model.prior_mode,
        "marginal_fallbacks": model.marginal_fallbacks,
        "min_obs": model.min_obs,
        "forbidden": None if model.forbidden is None else asdict(model.forbidden),
        "outside": _outside(model),
        "sparse_bins": model.sparse_bins,
        "thin_bins": model.thin_bins,
        "empty_bins": model.empty_bins,
    }


def _outside(model: GsynthModel) -> dict[str, Any] | None:
    if model.outside is None:
        return None
    return {
        "observations": model.outside.kmers,
        "share": model.outside_share,
        "dimensions": causes_by_dimension([dim.expr for dim in model.dims], model.outside.causes),
    }


def causes_by_dimension(exprs: Sequence[str], causes: NDArray[np.int64]) -> list[dict[str, Any]]:
    """Why windows (or bases) have no bin, int64[n_dims, 3], as a list with a dict for each dimension."""
    return [
        {"expr": expr, "nan": nan, "below": below, "above": above}
        for expr, (nan, below, above) in zip(exprs, causes.tolist(), strict=True)
    ]
