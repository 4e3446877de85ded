"""The tests: how far the drawn bases are from what they should be."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Pearson's correlation; NaN if one of them is constant or not a number.

    Examples
    --------
    >>> round(correlation(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0])), 12)
    1.0
    """
    first, second = one - one.mean(), other - other.mean()
    norm = float(np.sqrt((first @ first) * (second @ second)))
    return float(first @ second) / norm if norm > 0 else float("nan")


def chi_square(counts: NDArray[np.uint64], cdf: NDArray[np.float64]) -> tuple[float, float, float]:
    """Pearson's chi-square of bases given their contexts, its exact mean and its exact variance.

    Parameters
    ----------
    counts : uint64[contexts, 4]
        Drawn bases by context.
    cdf : float64[contexts, 4]
        The cumulative probabilities with which they were drawn; NaN rows are uniform.

    Notes
    -----
    Of n draws from m bases with probabilities p the mean is m - 1, and the variance
    2 (m - 1) + (sum(1 / p) - m**2 - 2 m + 2) / n [1]_; so contexts with few draws are treated correctly, too. A drawn
    base of probability 0 makes it infinite.

    .. [1] Haldane: The exact value of the moments of the distribution of chi-square, Biometrika 29, 1937.
    """
    chances = np.diff(np.nan_to_num(cdf, nan=0.0), axis=1, prepend=0.0)
    chances[np.isnan(cdf).any(axis=1)] = 0.25
    # A cdf from a file may decrease by a rounding error.
    chances = np.maximum(chances, 0.0)
    draws = counts.sum(axis=1).astype(np.float64)
    used = draws > 0
    chances, seen, draws = chances[used], counts[used].astype(np.float64), draws[used]
    possible = chances > 0
    if (seen[~possible] > 0).any():
        return float("inf"), 0.0, 1.0
    # 1.0 where a base is impossible only avoids a division by 0; such cells add nothing.
    expected = np.where(possible, chances * draws[:, None], 1.0)
    statistic = np.where(possible, (seen - expected) ** 2 / expected, 0.0).sum()
    m = possible.sum(axis=1)
    inverse = np.where(possible, 1 / np.where(possible, chances, 1.0), 0.0).sum(axis=1)
    variance = 2 * (m - 1) + (inverse - m**2 - 2 * m + 2) / draws
    return float(statistic), float((m - 1).sum()), float(variance.sum())
