"""Calls of a scorer, with checks of what it wrote."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gsynth.plugins.checking.naming import filled, refuse
from gsynth.plugins.contracts import Scorer

_ROLE: Final = "scorer"


def score(
    scorer: Scorer,
    codes: NDArray[np.uint8],
    edges: NDArray[np.int64],
    strata: NDArray[np.int32],
    cuts: NDArray[np.int64],
    *,
    order: int,
    logs: NDArray[np.int32],
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """What `Scorer.score` adds to zeros, checked: the sums, int64[w], and what was left out, int32[w, 4]."""
    sums = np.zeros(cuts.size - 1, dtype=np.int64)
    left_out = np.zeros((cuts.size - 1, 4), dtype=np.int32)

    def doing() -> str:
        return f"score of {int(cuts[-1])} windows in {sums.size} cells, order {order}"

    filled(
        scorer, _ROLE, doing,
        lambda: scorer.score(codes, edges, strata, cuts, order=order, logs=logs, sums=sums, left_out=left_out),
    )  # fmt: skip
    _check_left_out(scorer, doing(), left_out, np.diff(cuts))
    return sums, left_out


def _check_left_out(scorer: Scorer, doing: str, left_out: NDArray[np.int32], widths: NDArray[np.int64]) -> None:
    # Read as unsigned, negative counts are the largest of all. Summing along the short axis would take longer.
    counts = left_out.view(np.uint32)
    total = counts[:, 0].astype(np.int64)
    for column in range(1, 4):
        total += counts[:, column]
    wrong = total > widths
    if wrong.any():
        cell = int(np.argmax(wrong))
        found = f"{left_out[cell].tolist()} windows left out of the {widths[cell]} of cell {cell}"
        refuse(scorer, _ROLE, doing, found, "counts, not negative, of no more windows than the cell holds")
