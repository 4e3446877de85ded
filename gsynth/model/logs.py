"""The scorer's table: natural logarithms of probabilities, in whole numbers of a fixed unit."""

from __future__ import annotations

import math
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from gsynth.model.model import GsynthModel
from gsynth.model.outside import UNIFORM
from gsynth.model.probabilities import learned
from gsynth.plugins.contracts import IMPOSSIBLE, LOG_BITS

ScorePolicy = Literal["NA", "uniform"]
"""The score of a base about which the model knows too little: none, or log(1/4)."""

ScoreOutside = Literal["NA", "uniform", "learned", "pooled"]
"""The score of a base without a stratum."""

UNIT: Final = 2.0**-LOG_BITS
"""The unit of the whole numbers."""

LEAST: Final = (IMPOSSIBLE + 1) * UNIT
"""The least logarithm, about -128: a smaller probability (below 10**-55) counts as this one."""

_ROUNDING: Final = 2.0**-50
"""A smaller difference of cumulative probabilities near 1 is a rounding error of 0."""

_TERMS: Final = 12
"""The last term of the series for a logarithm; the next one would be below 2**-60."""


def natural_logs(probabilities: NDArray[np.float64]) -> NDArray[np.int32]:
    """The natural logarithms of probabilities in units of ``2**-24``, rounded; `IMPOSSIBLE` for that of 0.

    Computed with sums, products and quotients only, which are the same on every machine; NumPy's logarithm is not.

    Examples
    --------
    >>> natural_logs(np.array([0.25, 1.0, 0.0])).tolist()
    [-23258160, 0, -2147483648]
    """
    fraction, exponent = np.frexp(probabilities)
    low = fraction < math.sqrt(0.5)
    fraction = np.where(low, 2 * fraction, fraction)
    exponent -= low
    # log(f) = 2 atanh((f - 1) / (f + 1)), with f from 0.7 to 1.4.
    ratio = (fraction - 1) / (fraction + 1)
    square = ratio * ratio
    series = np.zeros_like(square)
    for term in range(_TERMS, -1, -1):
        series = series * square + 1 / (2 * term + 1)
    logs = exponent * math.log(2) + 2 * ratio * series
    table = np.maximum(np.rint(logs / UNIT), IMPOSSIBLE + 1)
    table[probabilities <= 0] = IMPOSSIBLE
    return np.asarray(table, dtype=np.int32)


UNIFORM_LOG: Final = int(natural_logs(np.array([0.25]))[0])
"""The logarithm of one base in four."""


def log_tables(model: GsynthModel, outside: str | None) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """The logarithms of a model's probabilities, and which of its bins are sparse.

    Parameters
    ----------
    model : GsynthModel
    outside : {"learned", "pooled", "uniform"} or None
        How to make one more table, for windows without a stratum (see `gsynth_sample`); None: there is none.

    Returns
    -------
    int32[total_bins, 4**k, 4] or int32[total_bins + 1, 4**k, 4], bool[total_bins]
        Rows without probabilities are uniform, and their bins sparse.
    """
    logs = np.full((model.total_bins + (outside is not None), model.num_kmers, 4), UNIFORM_LOG, dtype=np.int32)
    if model.stored_cdf is None:
        sparse = np.asarray(model.per_bin_kmers < model.min_obs)
        _write_computed(model, sparse, logs)
    else:
        sparse = np.asarray(np.isnan(model.stored_cdf).any(axis=(1, 2)))
        if model.forbidden is not None:
            # Their sparse bins have rows, uniform but for what is forbidden.
            sparse |= model.per_bin_kmers < model.min_obs
        for flat, cdf in enumerate(model.stored_cdf):
            _write_differences(cdf, logs[flat])
    if outside is not None and (outside != UNIFORM or model.forbidden is not None):
        _write_differences(model.outside_cdf(outside), logs[-1])
    return logs, sparse


def _write_computed(model: GsynthModel, sparse: NDArray[np.bool_], logs: NDArray[np.int32]) -> None:
    """The logarithms of the probabilities that counts and prior give."""
    smoothing = model.smoothing
    tables = learned(model.counts, smoothing.pseudocount, smoothing.prior_matrix, sparse, smoothing.interpolated)
    for flat, rows, part in tables:
        for base, column in enumerate(part.probabilities()):
            logs[flat, rows, base] = natural_logs(column)


def _write_differences(cdf: NDArray[np.float64], logs: NDArray[np.int32]) -> None:
    """The logarithms of the steps of cumulative probabilities, float64[4**k, 4]; rows that are NaN stay as they are."""
    known = ~np.isnan(cdf[:, 0])
    steps = np.diff(cdf[known], axis=1, prepend=0.0)
    # The first column is not a difference, so nothing was rounded there.
    steps[:, 1:][steps[:, 1:] < _ROUNDING] = 0.0
    logs[known] = natural_logs(np.minimum(steps, 1.0))
