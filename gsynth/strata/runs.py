"""Runs of strata: stretches of windows of one flat bin, and a mask laid over them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gsynth.plugins.contracts import MASKED

Runs = tuple[NDArray[np.int64], NDArray[np.int32]]
"""Edges int64[m + 1] and strata int32[m]: run j covers ``edges[j] <= position < edges[j + 1]``."""


def lay_over(runs: Runs, mask: NDArray[np.int64], stratum: int = MASKED) -> Runs:
    """`runs` with the disjoint, sorted half-open runs `mask` (int64[m, 2], within them) set to `stratum`."""
    edges, strata = runs
    if mask.size == 0:
        return runs
    cuts = np.unique(np.concatenate([edges, mask.reshape(-1)]))
    which = np.searchsorted(edges, cuts[:-1], side="right") - 1
    laid = strata[which]
    before = np.searchsorted(mask[:, 0], cuts[:-1], side="right") - 1
    inside = (before >= 0) & (cuts[:-1] < mask[np.maximum(before, 0), 1])
    laid[inside] = stratum
    return cuts, laid
