"""The sampler's integer thresholds: probabilities in units of 2**-31."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gsynth.files.memory import check_room
from gsynth.model.probabilities import learned, slices

UNIFORMS_BITS: Final = 31
"""Random numbers have this many bits, so thresholds run from 0 to 2**31, both exact.

With 32 bits the threshold of a certain base would be 2**32, which a uint32 does not hold.
"""

_UNIFORM: Final = np.array([1, 2, 3], dtype=np.uint32) << np.uint32(UNIFORMS_BITS - 2)
"""Thresholds of a uniform row."""


def thresholds_from_counts(
    counts: NDArray[np.uint64],
    pseudocount: float,
    prior_matrix: NDArray[np.float64] | None,
    sparse: NDArray[np.bool_],
    further: NDArray[np.float64] | None = None,
    interpolated: bool = False,
) -> NDArray[np.uint32]:
    """``thresholds_from_cdf(smoothed_cdf(...), further)``, without the memory for all the probabilities."""
    thresholds = _tables(counts.shape[0], counts.shape[1], further)
    thresholds[:-1][np.flatnonzero(sparse)] = _UNIFORM
    for i, rows, part in learned(counts, pseudocount, prior_matrix, sparse, interpolated):
        _write_thresholds(part.cumulative(), thresholds[i, rows])
    return thresholds


def thresholds_from_cdf(cdf: NDArray[np.float64], further: NDArray[np.float64] | None = None) -> NDArray[np.uint32]:
    """The sampler's table: uint32[bins + further + 1, 4**k, 3] of floor(cdf * 2**31), the last table uniform.

    Rows of NaN (sparse bins) become uniform too. `further` (float64[f, 4**k, 4]) comes after the bins.
    """
    thresholds = _tables(cdf.shape[0], cdf.shape[1], further)
    _write_cdf(cdf, thresholds)
    return thresholds


def _tables(bins: int, contexts: int, further: NDArray[np.float64] | None) -> NDArray[np.uint32]:
    """Thresholds of `bins` tables, not yet filled, those of `further`, and the uniform ones."""
    extra = 0 if further is None else len(further)
    check_room(12 * (bins + extra + 1) * contexts, f"sampling from {bins:,} bins", "use a model with fewer bins")
    thresholds = np.empty((bins + extra + 1, contexts, 3), dtype=np.uint32)
    thresholds[-1] = _UNIFORM
    if further is not None:
        _write_cdf(further, thresholds[bins:])
    return thresholds


def _write_cdf(cdf: NDArray[np.float64], thresholds: NDArray[np.uint32]) -> None:
    for i, table in enumerate(cdf):
        for rows in slices(len(table)):
            _write_thresholds([table[rows, j] for j in range(3)], thresholds[i, rows])


def _write_thresholds(columns: list[NDArray[np.float64]], out: NDArray[np.uint32]) -> None:
    """The thresholds, uint32[rows, 3], of probabilities A, AC and ACG; uniform where one is NaN."""
    unknown = np.flatnonzero(np.isnan(columns[0]) | np.isnan(columns[1]) | np.isnan(columns[2]))
    before: NDArray[np.float64] | float = 0.0
    for j, column in enumerate(columns):
        scaled = np.floor(column * 2.0**UNIFORMS_BITS)
        scaled[unknown] = _UNIFORM[j]
        # Rounding may raise a sum of probabilities slightly above 1, or lower it along the row.
        before = np.clip(scaled, before, 2.0**UNIFORMS_BITS, out=scaled)
        out[:, j] = scaled
