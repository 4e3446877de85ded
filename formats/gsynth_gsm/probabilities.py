"""The cdf of a model, some bins at a time, so that it never needs a second large array."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gsynth.plugins import GsynthModel, check_room, freeze
from gsynth_gsm.arrays import blocks, read_blocks
from gsynth_gsm.container import Source
from gsynth_gsm.header import ArrayEntry


def cdf_block(model: GsynthModel, start: int, stop: int) -> NDArray[np.float64]:
    """``model.cdf[start:stop]``, without the rest."""
    return model.computed_cdf(start, stop) if model.stored_cdf is None else model.stored_cdf[start:stop]


def stored_cdf(source: Source, entry: ArrayEntry, model: GsynthModel) -> NDArray[np.float64] | None:
    """The file's cdf, or None if every bit of it is what `model` computes."""
    kept: NDArray[np.float64] | None = None
    for start, block in read_blocks(source, entry):
        stop = start + len(block)
        if kept is None and not np.array_equal(block, model.computed_cdf(start, stop), equal_nan=True):
            # The blocks before were equal and have been dropped; they are computed again instead of kept for every
            # model.
            check_room(entry.nbytes, f"reading {source.where}", "use a model of fewer bins or a lower order")
            kept = np.empty(entry.shape, dtype=np.float64)
            for first, last in blocks((start, *entry.shape[1:])):
                kept[first:last] = model.computed_cdf(first, last)
        if kept is not None:
            kept[start:stop] = block
    return None if kept is None else freeze(kept)
