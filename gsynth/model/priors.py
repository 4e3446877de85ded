"""The prior that a caller asks for, before anything is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, SupportsFloat

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.errors import ArgumentError, ArgumentTypeError
from gsynth.files.frames import Frame, Series
from gsynth.model.bases import by_base
from gsynth.model.smoothing import ADDITIVE, EXPLICIT, GLOBAL, MARGINAL, NAMED_PRIORS, UNIFORM
from gsynth.model.values import reals, shown

_Weights = Sequence[SupportsFloat] | NDArray[Any] | Series

PriorLike = (
    Literal["uniform", "marginal", "global"]
    | _Weights
    | Sequence[_Weights]
    | Mapping[str, SupportsFloat | _Weights]
    | Frame
)
"""The name of a prior, or weights of the bases, for all bins or bin by bin; named, or in the order A, C, G, T."""


@frozen(eq=False)
class PriorRequest:
    """A prior as asked for: its mode, and for "explicit" probabilities, float64[4] or float64[bins, 4]."""

    mode: str
    shares: NDArray[np.float64] | None = None

    @classmethod
    def from_argument(cls, prior: PriorLike | None) -> PriorRequest:
        """From None, one of `NAMED_PRIORS`, or weights: a vector of 4 or a matrix (bins, 4), normalised row by row.

        Weights in a dict, a table or a labelled series are matched by the names of the bases; others are A, C, G, T.
        """
        if prior is None:
            return cls(ADDITIVE)
        if isinstance(prior, str):
            if prior not in NAMED_PRIORS:
                raise ArgumentError(f"prior must be one of {', '.join(NAMED_PRIORS)}, or numbers; found {shown(prior)}")
            return cls(prior)
        return cls(EXPLICIT, _normalised(prior))

    def check_bins(self, bins: int) -> None:
        """ArgumentError unless there is one vector for all bins, or a row for each."""
        if self.shares is not None and self.shares.shape not in ((4,), (bins, 4)):
            raise ArgumentError(f"prior must have shape (4,) or ({bins}, 4), found {self.shares.shape}")

    def resolve(self, counts: NDArray[np.uint64]) -> tuple[str, NDArray[np.float64] | None, int]:
        """The mode, the matrix float64[bins, 4] and how many bins fell back to uniform, given uint64[bins, 4**k, 4]."""
        # After merging: a marginal prior is that of the bin as it is sampled.
        bins = counts.shape[0]
        self.check_bins(bins)
        if self.mode == ADDITIVE:
            return self.mode, None, 0
        if self.shares is not None:
            return self.mode, np.broadcast_to(self.shares, (bins, 4)).copy(), 0
        matrix = np.full((bins, 4), 0.25)
        if self.mode == UNIFORM:
            return self.mode, matrix, 0
        observed = counts.sum(axis=1)
        if self.mode == GLOBAL:
            observed = np.tile(observed.sum(axis=0), (bins, 1))
        sums = observed.sum(axis=1, keepdims=True)
        # Bins without observations keep the 0.25 with which the matrix was filled.
        np.divide(observed, sums, out=matrix, where=sums > 0)
        return self.mode, matrix, int((sums == 0).sum()) if self.mode == MARGINAL else 0


def resolve_prior(prior: PriorLike | None, counts: NDArray[np.uint64]) -> tuple[str, NDArray[np.float64] | None, int]:
    """`PriorRequest.resolve` of an argument."""
    return PriorRequest.from_argument(prior).resolve(counts)


def _normalised(prior: PriorLike) -> NDArray[np.float64]:
    named = by_base(prior, "prior")
    try:
        weights = reals(prior if named is None else named, "prior")
    except ArgumentError as error:
        raise ArgumentTypeError(f"{error}; or one of {', '.join(NAMED_PRIORS)}") from error
    if weights.ndim not in (1, 2) or weights.shape[-1] != 4:
        raise ArgumentError(f"prior must have shape (4,) or (bins, 4), found {weights.shape}")
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise ArgumentError(f"prior must hold finite numbers that are not negative, found {shown(weights)}")
    # Weights near the largest float overflow to infinity, which is refused below with the row.
    with np.errstate(over="ignore"):
        sums = weights.sum(axis=-1, keepdims=True)
    if not np.isfinite(sums).all() or (sums == 0).any():
        raise ArgumentError(f"every row of prior must have a positive, finite sum, found {shown(weights)}")
    shares: NDArray[np.float64] = weights / sums
    return shares
