"""The cdf of a model, some bins at a time, so that it never needs a second large array."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from gsynth.plugins import DimSpec, GsynthModel
from gsynth_gsm.arrays import blocks, check_cdf, read_blocks
from gsynth_gsm.container import Source
from gsynth_gsm.header import ArrayEntry


def computed_block(model: GsynthModel, start: int, stop: int) -> NDArray[np.float64]:
    """``model.computed_cdf()[start:stop]``, without the rest."""
    return _bins(model, start, stop).computed_cdf()


def cdf_block(model: GsynthModel, start: int, stop: int) -> NDArray[np.float64]:
    """``model.cdf[start:stop]``, without the rest."""
    return computed_block(model, start, stop) if model.stored_cdf is None else model.stored_cdf[start:stop]


def _bins(model: GsynthModel, start: int, stop: int) -> GsynthModel:
    prior = model.prior_matrix
    return attrs.evolve(
        model,
        dims=(DimSpec("bin", np.arange(stop - start + 1)),),
        counts=model.counts[start:stop],
        prior_matrix=None if prior is None else prior[start:stop],
        stored_cdf=None,
    )


def stored_cdf(source: Source, entry: ArrayEntry, model: GsynthModel) -> NDArray[np.float64] | None:
    """The file's cdf, or None where it is, to the bit, what `model` computes."""
    kept: NDArray[np.float64] | None = None
    for start, block in read_blocks(source, entry):
        check_cdf(block, source.where)
        stop = start + len(block)
        if kept is None and not np.array_equal(block, computed_block(model, start, stop), equal_nan=True):
            kept = np.empty(entry.shape, dtype=np.float64)
            for first, last in blocks((start, *entry.shape[1:])):
                kept[first:last] = computed_block(model, first, last)
        if kept is not None:
            kept[start:stop] = block
    return kept
