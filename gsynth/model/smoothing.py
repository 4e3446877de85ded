"""From counts to probabilities: smoothing, and cumulative distributions."""

from __future__ import annotations

import sys
from typing import Final, Literal, SupportsFloat, SupportsIndex, get_args

import numpy as np
from attrs import field, frozen
from numpy.typing import ArrayLike, NDArray

from gsynth.errors import ArgumentError
from gsynth.files.memory import check_room
from gsynth.model.freezing import freeze
from gsynth.model.probabilities import learned
from gsynth.model.values import real, reals, shown, whole

SmoothingMode = Literal["additive", "interpolated"]
"""How contexts that were seen seldom or never get their probabilities."""
BY_PSEUDOCOUNT: Final = "additive"
INTERPOLATED: Final = "interpolated"
SMOOTHING_MODES: Final = get_args(SmoothingMode)

ADDITIVE: Final = "none"
"""`prior_mode` of a model that was trained with ``prior=None``: the pseudocount is added to every cell."""
UNIFORM: Final = "uniform"
MARGINAL: Final = "marginal"
GLOBAL: Final = "global"
EXPLICIT: Final = "explicit"
NAMED_PRIORS: Final = (UNIFORM, MARGINAL, GLOBAL)
_MODES: Final = (ADDITIVE, *NAMED_PRIORS, EXPLICIT)

_LARGEST: Final = 1e15
"""A larger pseudocount would drown 2**53 observations, and eventually sums would overflow."""

_SMALLEST: Final = sys.float_info.min
"""Below this, a pseudocount times a prior loses digits and eventually becomes 0, which makes the last base certain."""

_ROUNDING: Final = 1e-6
"""Other programs write priors with fewer digits."""


def _pseudocount(value: SupportsFloat) -> float:
    found = real(value, "pseudocount")
    if not 0 <= found <= _LARGEST:
        raise ArgumentError(f"pseudocount must be from 0 to {_LARGEST:g}, found {found}")
    if 0 < found < _SMALLEST:
        raise ArgumentError(f"pseudocount {found} is too small to add: use 0, or at least {_SMALLEST}")
    return found


def _min_obs(value: SupportsIndex) -> int:
    return whole(value, "min_obs")


def _marginal_fallbacks(value: SupportsIndex) -> int:
    return whole(value, "marginal_fallbacks")


def _prior_mode(value: str) -> str:
    if not isinstance(value, str) or value not in _MODES:
        raise ArgumentError(f"prior_mode must be one of {', '.join(_MODES)}; found {shown(value)}")
    return value


def check_smoothing(value: str) -> str:
    """`value` if it is one of `SMOOTHING_MODES`."""
    if not isinstance(value, str) or value not in SMOOTHING_MODES:
        raise ArgumentError(f"smoothing must be one of {', '.join(SMOOTHING_MODES)}, found {shown(value)}")
    return value


def _prior_matrix(value: ArrayLike | None) -> NDArray[np.float64] | None:
    if value is None:
        return None
    matrix = reals(value, "prior_matrix")
    if matrix.ndim != 2 or matrix.shape[1] != 4:
        raise ArgumentError(f"prior_matrix must have 4 columns, a row for each bin; found shape {matrix.shape}")
    # NaN compares false, so test what is valid and negate.
    right = (matrix >= 0).all(axis=1) & (np.abs(matrix.sum(axis=1) - 1) <= _ROUNDING)
    if not right.all():
        row = int(right.argmin())
        raise ArgumentError(
            f"every row of prior_matrix must be probabilities that sum to 1, found {matrix[row].tolist()} for bin {row}"
        )
    return freeze(matrix)


@frozen(eq=False, kw_only=True)
class Smoothing:
    """How counts become probabilities. Checked when it is made, so that nothing can fail when it is used.

    Attributes
    ----------
    pseudocount : float
        From 0 to 1e15; not so small that the arithmetic would lose it.
    prior_mode : {"none", "uniform", "marginal", "global", "explicit"}
        "none" adds the pseudocount to every cell; the others share it out by `prior_matrix`, and say how that was made.
    prior_matrix : float64[bins, 4] or None
        Probabilities of A, C, G, T by which the pseudocount is shared out: each row sums to 1 (to within a millionth).
        None with "none", and only then. Read-only, and a copy of what was given.
    min_obs : int
        Bins with fewer observations are sparse.
    smoothing_mode : {"additive", "interpolated"}
        "additive": the pseudocount is added to every context. "interpolated" (Witten-Bell): every context leans on the
        one without its first base, and only the last, the empty one, on the pseudocount.
    marginal_fallbacks : int
        Bins without observations whose marginal prior fell back to uniform.

    Raises
    ------
    ValueError
        A value that cannot be used, which the message shows.

    Examples
    --------
    >>> Smoothing(pseudocount=0.5).min_obs
    0
    """

    pseudocount: float = field(default=1.0, converter=_pseudocount)
    prior_mode: str = field(default=ADDITIVE, converter=_prior_mode)
    prior_matrix: NDArray[np.float64] | None = field(default=None, converter=_prior_matrix)
    min_obs: int = field(default=0, converter=_min_obs)
    marginal_fallbacks: int = field(default=0, converter=_marginal_fallbacks)
    smoothing_mode: str = field(default=BY_PSEUDOCOUNT, converter=check_smoothing)

    def __attrs_post_init__(self) -> None:
        if (self.prior_mode == ADDITIVE) != (self.prior_matrix is None):
            needs = "has no prior_matrix" if self.prior_mode == ADDITIVE else "needs its prior_matrix"
            raise ArgumentError(f"prior_mode {self.prior_mode!r} {needs}")
        if self.prior_mode == UNIFORM and not np.allclose(self.prior_matrix, 0.25, rtol=0, atol=_ROUNDING):  # type: ignore[arg-type]  # not None, by the check above
            raise ArgumentError(f"prior_mode {UNIFORM!r} means 0.25 for every base; use {EXPLICIT!r} for other numbers")

    @property
    def interpolated(self) -> bool:
        """Whether counts are interpolated with those of shorter contexts."""
        return self.smoothing_mode == INTERPOLATED

    def check_bins(self, bins: int) -> None:
        """ArgumentError unless the prior has a row for each of `bins` bins."""
        if self.prior_matrix is not None and len(self.prior_matrix) != bins:
            raise ArgumentError(f"prior_matrix has shape {self.prior_matrix.shape}; {bins} bins make ({bins}, 4)")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Smoothing):
            return NotImplemented
        plain = ("pseudocount", "prior_mode", "min_obs", "marginal_fallbacks", "smoothing_mode")
        if any(getattr(self, name) != getattr(other, name) for name in plain):
            return False
        # With the same mode, both have a matrix or neither has.
        return self.prior_matrix is None or np.array_equal(self.prior_matrix, other.prior_matrix)  # type: ignore[arg-type]  # see above

    __hash__ = None  # type: ignore[assignment]  # holds an array


def smoothed_cdf(
    counts: NDArray[np.uint64],
    pseudocount: float,
    prior_matrix: NDArray[np.float64] | None,
    sparse: NDArray[np.bool_],
    interpolated: bool = False,
) -> NDArray[np.float64]:
    """The cumulative probabilities A, AC, ACG, ACGT of every bin and context: float64[bins, 4**k, 4].

    See `gsynth.model.probabilities`. The last column is exactly 1; a row with nothing at all is uniform; the rows of
    `sparse` bins are NaN.
    """
    check_room(8 * counts.size, f"computing the probabilities of {len(counts):,} bins", "ask for fewer bins at a time")
    cdf = np.empty(counts.shape, dtype=np.float64)
    cdf[sparse] = np.nan
    for i, rows, part in learned(counts, pseudocount, prior_matrix, sparse, interpolated):
        for j, column in enumerate(part.cumulative()):
            cdf[i, rows, j] = column
        cdf[i, rows, 3] = 1.0
    return cdf
