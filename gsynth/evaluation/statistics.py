"""The tests: how far the drawn bases are from what they should be."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Pearson's correlation; NaN if one of them is constant or not a number.

    Examples
    --------
    >>> round(correlation(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0])), 12)
    1.0
    """
    if one.size < 2:
        return float("nan")
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
    chances = probabilities_of(cdf)
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


def probabilities_of(cdf: NDArray[np.float64]) -> NDArray[np.float64]:
    """The probabilities whose sums are the rows of `cdf`, float64[contexts, 4]; rows that are NaN become uniform."""
    chances = np.diff(np.nan_to_num(cdf, nan=0.0), axis=1, prepend=0.0)
    chances[np.isnan(cdf).any(axis=1)] = 0.25
    # A cdf from a file may decrease by a rounding error.
    clipped: NDArray[np.float64] = np.maximum(chances, 0.0)
    return clipped


def normal_score(found: float, mean: float, variance: float) -> float:
    """How far a positive quantity is from its mean, as a standard normal; NaN if it cannot vary.

    The cube root of a quantity like a chi-square is nearly normal [1]_, also far from its mean, where the quantity
    itself is skewed.

    .. [1] Wilson and Hilferty: The distribution of chi-square, PNAS 17, 1931.

    Examples
    --------
    >>> round(normal_score(21.666, 9, 18), 2)  # chi-square with 9 degrees of freedom exceeds this once in 100 times
    2.32
    """
    if not variance > 0:
        return float("nan")
    if not math.isfinite(found) or mean <= 0:
        return float("inf")
    ninth = variance / (9 * mean * mean)
    return (float(np.cbrt(found / mean)) - 1 + ninth) / math.sqrt(ninth)


def log_tail(z: float) -> float:
    """The natural logarithm of the probability that a standard normal is at least `z`.

    Examples
    --------
    >>> round(math.exp(log_tail(1.6449)), 4), round(log_tail(40.0), 1)
    (0.05, -804.6)
    """
    if z < 30:
        return math.log(math.erfc(z / math.sqrt(2)) / 2)
    # Beyond what erfc can hold: the first term of its expansion.
    return -z * z / 2 - math.log(z * math.sqrt(2 * math.pi)) if math.isfinite(z) else -math.inf


def log_tail_of_most(z: float, tests: int) -> float:
    """The logarithm of the probability that any of `tests` standard normals is beyond -|z| or |z|, at most.

    Examples
    --------
    >>> round(math.exp(log_tail_of_most(5.0, 1000)), 6)
    0.000573
    """
    return min(0.0, log_tail(abs(z)) + math.log(2 * max(tests, 1)))


def usual_largest(tests: int) -> float:
    """The median of the largest of the absolute values of `tests` independent standard normals.

    Examples
    --------
    >>> round(usual_largest(1), 3), round(usual_largest(4096), 2)
    (0.674, 3.76)
    """
    wanted = 1 - 0.5 ** (1 / max(tests, 1))
    low, high = 0.0, 40.0
    # The tail falls, so halving finds where it passes; sixty times is to the last bit.
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if math.erfc(middle / math.sqrt(2)) > wanted else (low, middle)
    return low


def poisson_score(
    found: NDArray[np.float64], expected: NDArray[np.float64], variance: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How far counts are from what is expected, as standard normals: float64 of their shape.

    The signed root of the deviance of a Poisson count, scaled by the variance that the count has: normal farther out
    than the plain difference in standard errors. Infinite where something impossible was found, 0 where nothing varies.

    Examples
    --------
    >>> poisson_score(np.array([26.0, 10.0]), np.array([10.0, 10.0]), np.array([10.0, 10.0])).round(2).tolist()
    [4.21, 0.0]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(found > 0, found * np.log(found / expected), 0.0)
        deviance = 2 * np.maximum(logs - found + expected, 0.0)
        scale = np.sqrt(expected / variance)
        scores = np.sign(found - expected) * np.sqrt(deviance) * scale
    scores[(variance <= 0) & (found <= expected)] = 0.0
    scores[(expected <= 0) & (found > 0)] = np.inf
    filled: NDArray[np.float64] = np.nan_to_num(scores, nan=0.0, posinf=np.inf, neginf=-np.inf)
    return filled
