"""The composition from which independent bases are drawn."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gsynth.errors import ArgumentError, ArgumentTypeError


def composition(nuc_probs: Mapping[str, float] | None) -> NDArray[np.float64]:
    """The probabilities of A, C, G, T: float64[4].

    Examples
    --------
    >>> composition({"a": 1, "C": 1, "g": 1, "T": 1}).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    if nuc_probs is None:
        return np.full(4, 0.25)
    if not isinstance(nuc_probs, Mapping):
        raise ArgumentTypeError(f"nuc_probs must map A, C, G, T to weights, found {type(nuc_probs).__name__}")
    upper = {str(base).upper(): weight for base, weight in nuc_probs.items()}
    if set(upper) != set("ACGT") or len(nuc_probs) != 4:
        raise ArgumentError(f"nuc_probs must have exactly A, C, G and T, found {sorted(map(str, nuc_probs))}")
    try:
        weights = np.array([float(upper[base]) for base in "ACGT"])
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"nuc_probs must be numbers, found {dict(nuc_probs)!r}") from error
    if not np.isfinite(weights).all() or (weights < 0).any() or weights.sum() == 0:
        raise ArgumentError(f"nuc_probs must be finite, not negative and not all 0, found {dict(nuc_probs)!r}")
    normalised: NDArray[np.float64] = weights / weights.sum()
    return normalised
