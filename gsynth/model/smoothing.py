"""From counts to probabilities: priors and cumulative distributions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from gsynth.errors import ArgumentError, ArgumentTypeError
from gsynth.files.frames import by_name
from gsynth.model.values import checked_prior, is_number, whole_number

_ROWS: Final = 1 << 14
"""Contexts that are worked on at once: what is made on the way stays in the cache, and its memory is used again."""

NAMED_PRIORS: Final = ("uniform", "marginal", "global")
ADDITIVE: Final = "none"
"""`prior_mode` of a model that was trained with ``prior=None``: the pseudocount is added to every cell."""
EXPLICIT: Final = "explicit"
PRIOR_MODES: Final = (ADDITIVE, *NAMED_PRIORS, EXPLICIT)

BASES: Final = "ACGT"

_MOST_PSEUDOCOUNT: Final = 1e15


@frozen(eq=False)
class Smoothing:
    """How counts become probabilities; every value is checked here, for training and for models from elsewhere.

    Attributes
    ----------
    pseudocount : float
        Finite, from 0 to 1e15.
    min_obs : int
        Bins with fewer observations are sparse.
    prior_mode : str
        "none" (the pseudocount on every cell), "uniform", "marginal", "global" or "explicit".
    prior_matrix : float64[bins, 4] or None
        The base probabilities that the pseudocount weighs; None in mode "none" alone.
    marginal_fallbacks : int
        Bins without observations whose marginal prior is uniform.
    """

    pseudocount: float = 1.0
    min_obs: int = 0
    prior_mode: str = ADDITIVE
    prior_matrix: NDArray[np.float64] | None = field(default=None, converter=checked_prior, repr=False)
    marginal_fallbacks: int = 0

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "pseudocount", _checked_pseudocount(self.pseudocount))
        for name in ("min_obs", "marginal_fallbacks"):
            object.__setattr__(self, name, whole_number(getattr(self, name), name))
        if self.prior_mode not in PRIOR_MODES:
            raise ArgumentError(f"prior_mode must be one of {', '.join(PRIOR_MODES)}, found {self.prior_mode!r:.60}")
        if (self.prior_mode == ADDITIVE) != (self.prior_matrix is None):
            needs = "has no prior_matrix" if self.prior_mode == ADDITIVE else "needs its prior_matrix"
            raise ArgumentError(f"prior_mode {self.prior_mode!r} {needs}")


def _checked_pseudocount(value: object) -> float:
    # Larger ones would drown 2**53 observations, and the sums overflow in the end; NaN compares false.
    if is_number(value) and 0 <= value <= _MOST_PSEUDOCOUNT:
        return float(value)
    raise ArgumentError(f"pseudocount must be a number from 0 to {_MOST_PSEUDOCOUNT:g}, found {value!r:.60}")


def resolve_prior(prior: Any, counts: NDArray[np.uint64]) -> tuple[str, NDArray[np.float64] | None, int]:
    """The prior mode, the matrix (bins, 4) of base probabilities and how many bins fell back to uniform.

    `prior` is None, one of `NAMED_PRIORS`, a vector of 4 or a matrix (bins, 4); weights are normalised row by row.
    What has names (a mapping, a Series, a DataFrame) goes by them, else the order is A, C, G, T.
    """
    bins = counts.shape[0]
    if prior is None:
        return ADDITIVE, None, 0
    if isinstance(prior, str):
        return _named_prior(prior, counts)
    named = by_name(prior)
    given = prior if named is None else _in_order(named)
    try:
        weights = np.array(given, dtype=np.float64)
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


def _in_order(named: Mapping[Any, Any]) -> NDArray[np.float64]:
    """Weights by the names of the bases, of either case: float64[4] or float64[bins, 4]."""
    upper = {str(name).upper(): value for name, value in named.items()}
    if len(named) != 4 or set(upper) != set(BASES):
        raise ArgumentError(f"a prior with names must have exactly A, C, G and T, found {sorted(map(str, named))}")
    try:
        return np.stack([np.asarray(upper[base], dtype=np.float64) for base in BASES], axis=-1)
    except (TypeError, ValueError) as error:
        raise ArgumentTypeError(f"a prior must hold numbers, found {dict(named)!r:.80}") from error


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
    cdf[sparse] = np.nan
    for i, rows in learned_rows(sparse, counts.shape[1]):
        for j, column in enumerate(cdf_columns(counts, i, rows, pseudocount, prior_matrix)):
            cdf[i, rows, j] = column
        cdf[i, rows, 3] = 1.0
    return cdf


def learned_rows(sparse: NDArray[np.bool_], contexts: int) -> Iterator[tuple[int, slice]]:
    """The bins that are not sparse, each in slices of rows."""
    for i in np.flatnonzero(~sparse).tolist():
        for start in range(0, contexts, _ROWS):
            yield i, slice(start, start + _ROWS)


# Column by column: along so short an axis, NumPy takes several times as long.


def cdf_columns(
    counts: NDArray[np.uint64], i: int, rows: slice, pseudocount: float, prior_matrix: NDArray[np.float64] | None
) -> list[NDArray[np.float64]]:
    """The probabilities A, AC and ACG of some rows of a bin, float64[rows] each."""
    part = counts[i, rows]
    totals = (part[:, 0] + part[:, 1] + part[:, 2] + part[:, 3]).astype(np.float64)
    totals += 4 * pseudocount if prior_matrix is None else pseudocount
    empty = np.flatnonzero(totals <= 0)
    totals[empty] = 4.0
    columns: list[NDArray[np.float64]] = []
    for j in range(3):
        column = part[:, j].astype(np.float64)
        column += pseudocount if prior_matrix is None else pseudocount * prior_matrix[i, j]
        column[empty] = 1.0
        column /= totals
        if columns:
            column += columns[-1]
        columns.append(column)
    return columns
