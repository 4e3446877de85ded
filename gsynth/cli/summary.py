"""A model in numbers, for the results of the commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gsynth.model import GsynthModel


def summary(model: GsynthModel) -> dict[str, Any]:
    """What a model is and holds, without its tables."""
    return {
        "k": model.k,
        "n_dims": model.n_dims,
        "dim_sizes": model.dim_sizes,
        "dim_specs": model.dim_specs,
        "iterator": model.iterator,
        "total_bins": model.total_bins,
        "total_kmers": model.total_kmers,
        "per_bin_kmers": model.per_bin_kmers,
        "total_masked": model.total_masked,
        "total_n": model.total_n,
        "pseudocount": model.pseudocount,
        "prior_mode": model.prior_mode,
        "marginal_fallbacks": model.marginal_fallbacks,
        "min_obs": model.min_obs,
        "sparse_bins": model.sparse_bins,
    }
