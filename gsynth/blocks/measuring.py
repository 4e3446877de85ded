"""Measuring tracks over all windows, for breaks at quantiles."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import attrs
import numpy as np
from numpy.typing import NDArray

from gsynth.blocks.batches import Batch, batches
from gsynth.blocks.compute import Compute
from gsynth.blocks.inputs import Inputs
from gsynth.genomes.fetching import fetch
from gsynth.intervals import Intervals
from gsynth.model import DimSpec
from gsynth.plugins.contracts import Track
from gsynth.strata import Strata
from gsynth.strata.quantiles import Measure
from gsynth.strata.requests import DimRequest, by_category, quantile_breaks


def resolve_dims(
    requests: Sequence[DimRequest], tracks: Sequence[Track], iterator: int | None, inputs: Inputs, compute: Compute
) -> tuple[DimSpec, ...]:
    """The dimensions with their breaks: given, from the track's categories, or measured on the windows."""
    dims = []
    for request, track in zip(requests, tracks, strict=True):
        spec = request.spec
        if request.categories:
            spec = by_category(spec, track)
        elif request.quantiles is not None:
            measure = _measure(Strata((spec,), (track,), iterator, inputs.genome), inputs.intervals, compute)
            spec = attrs.evolve(spec, breaks=quantile_breaks(measure, request.quantiles, spec.expr))
        dims.append(spec)
    return tuple(dims)


def _measure(strata: Strata, intervals: Intervals, compute: Compute) -> Measure:
    """Passes on the values of the first track in all windows, block by block."""
    block = compute.block_for(intervals.total, strata.step)
    # Read again each time it is called: holding all values would take eight bytes for each window of the genome.
    return lambda take: compute.run(partial(values_of, strata), batches(intervals, block), take)


def values_of(strata: Strata, batch: Batch) -> NDArray[np.float64]:
    """The values of the first track in the windows that begin in the batch's pieces."""
    pieces = batch.pieces
    lows, highs = strata.spans(pieces)
    fetched = fetch(strata.genome, pieces.names, pieces.ids, lows, highs)
    return strata.values(pieces, fetched)
