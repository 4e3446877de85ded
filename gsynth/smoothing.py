"""From counts to probabilities: priors, cumulative distributions, and the sampler's integer thresholds."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gsynth.errors import ArgumentError, ArgumentTypeError

UNIFORMS_BITS: Final = 31
"""Random numbers have this many bits, so thresholds run from 0 to 2**31, both ends exact."""

NAMED_PRIORS: Final = ("uniform", "marginal", "global")
ADDITIVE: Final = "none"
"""`prior_mode` of a model that was trained with ``prior=None``: the pseudocount is added to every cell."""
EXPLICIT: Final = "explicit"


def resolve_prior(prior: Any, counts: NDArray[np.uint64]) -> tuple[str, NDArray[np.float64] | None, int]:
    """The prior mode, the matrix (bins, 4) of base probabilities and how many bins fell back to uniform.

    `prior` is None, one of `NAMED_PRIORS`, a vector of 4 or a matrix (bins, 4); weights are normalised row by row.
    """
    bins = counts.shape[0]
    if prior is None:
        return ADDITIVE, None, 0
    if isinstance(prior, str):
        return _named_prior(prior, counts)
    try:
        weights = np.array(prior, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ArgumentTypeError(f"prior must be numbers or one of {', '.join(NAMED_PRIORS)}") from error
    if weights.shape == (4,):
        weights = np.tile(weights, (bins, 1))
    if weights.shape != (bins, 4):
        raise ArgumentError(f"prior must have shape (4,) or ({bins}, 4), found {weights.shape}")
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise ArgumentError("prior must hold finite numbers that are not negative")
    sums = weights.sum(axis=1, keepdims=True)
    if (sums == 0).any():
        raise ArgumentError("every row of prior must have a positive sum")
    return EXPLICIT, weights / sums, 0


def _named_prior(prior: str, counts: NDArray[np.uint64]) -> tuple[str, NDArray[np.float64], int]:
    bins = counts.shape[0]
    if prior not in NAMED_PRIORS:
        raise ArgumentError(f"prior must be one of {', '.join(NAMED_PRIORS)}, or numbers; found {prior!r}")
    if prior == "uniform":
        return prior, np.full((bins, 4), 0.25), 0
    bases = counts.sum(axis=1)
    if prior == "global":
        bases = np.tile(bases.sum(axis=0), (bins, 1))
    sums = bases.sum(axis=1, keepdims=True)
    empty = sums[:, 0] == 0
    matrix = np.full((bins, 4), 0.25)
    np.divide(bases, sums, out=matrix, where=sums > 0)
    return prior, matrix, int(empty.sum()) if prior == "marginal" else 0


def smoothed_cdf(
    counts: NDArray[np.uint64],
    pseudocount: float,
    prior_matrix: NDArray[np.float64] | None,
    sparse: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """The cumulative probabilities A, AC, ACG, ACGT of every bin and context: float64[bins, 4**k, 4].

    Without a prior matrix P = (N + pseudocount) / (sum N + 4 pseudocount), with it
    P = (N + pseudocount * pi) / (sum N + pseudocount). The last column is exactly 1; a row with nothing at all is
    uniform; the rows of `sparse` bins are NaN.
    """
    cdf = np.empty(counts.shape, dtype=np.float64)
    for i in range(counts.shape[0]):
        cdf[i] = _bin_cdf(counts[i], pseudocount, None if prior_matrix is None else prior_matrix[i])
    cdf[sparse] = np.nan
    return cdf


def _bin_cdf(counts: NDArray[np.uint64], pseudocount: float, prior: NDArray[np.float64] | None) -> NDArray[np.float64]:
    # Column by column: NumPy's sums along so short an axis take ten times as long.
    totals = (counts[:, 0] + counts[:, 1] + counts[:, 2] + counts[:, 3]).astype(np.float64)
    weights = counts.astype(np.float64)
    if prior is None:
        totals += 4 * pseudocount
        weights += pseudocount
    else:
        totals += pseudocount
        weights += pseudocount * prior
    empty = totals <= 0
    weights[empty] = 1.0
    totals[empty] = 4.0
    weights /= totals[:, None]
    weights[:, 1] += weights[:, 0]
    weights[:, 2] += weights[:, 1]
    weights[:, 3] = 1.0
    return weights


def thresholds_from_cdf(cdf: NDArray[np.float64]) -> NDArray[np.uint32]:
    """The sampler's table: uint32[bins + 1, 4**k, 3] of floor(cdf * 2**31), the last table uniform.

    Rows that are NaN (sparse bins) become uniform too.
    """
    bins, contexts, _ = cdf.shape
    thresholds = np.empty((bins + 1, contexts, 3), dtype=np.uint32)
    quarter = 2 ** (UNIFORMS_BITS - 2)
    uniform = np.array([quarter, 2 * quarter, 3 * quarter], dtype=np.uint32)
    thresholds[bins] = uniform
    for i in range(bins):
        scaled = np.floor(cdf[i, :, :3] * 2.0**UNIFORMS_BITS)
        unknown = np.isnan(scaled[:, 0]) | np.isnan(scaled[:, 1]) | np.isnan(scaled[:, 2])
        scaled[unknown] = uniform
        # Rounding may lift a sum of probabilities a hair above 1, or let it fall along the row.
        np.clip(scaled, 0, 2.0**UNIFORMS_BITS, out=scaled)
        np.maximum(scaled[:, 1], scaled[:, 0], out=scaled[:, 1])
        np.maximum(scaled[:, 2], scaled[:, 1], out=scaled[:, 2])
        thresholds[i] = scaled
    return thresholds
