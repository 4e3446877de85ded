"""Measuring tracks over all windows, for breaks at quantiles."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import attrs
import numpy as np
from numpy.typing import NDArray

from gsynth.blocks.batches import Batch, batches
from gsynth.blocks.executor import run_in_order
from gsynth.genomes.fetching import fetch
from gsynth.intervals import Intervals
from gsynth.model import DimSpec
from gsynth.plugins.contracts import Genome, Track
from gsynth.strata import Strata
from gsynth.strata.requests import DimRequest, by_category, quantile_breaks


def resolve_dims(
    requests: Sequence[DimRequest],
    tracks: Sequence[Track],
    iterator: int | None,
    genome: Genome,
    intervals: Intervals,
    block: int,
    workers: int,
) -> tuple[DimSpec, ...]:
    """The dimensions with their breaks: given, from the track's categories, or measured on the windows."""
    dims = []
    for request, track in zip(requests, tracks, strict=True):
        spec = request.spec
        if request.categories:
            spec = by_category(spec, track)
        elif request.quantiles is not None:
            values = _window_values(spec, track, iterator, genome, intervals, block, workers)
            spec = attrs.evolve(spec, breaks=quantile_breaks(values, request.quantiles, spec.expr))
        dims.append(spec)
    return tuple(dims)


def _window_values(
    spec: DimSpec, track: Track, iterator: int | None, genome: Genome, intervals: Intervals, block: int, workers: int
) -> NDArray[np.float64]:
    """The values of all windows that have one."""
    strata = Strata((spec,), (track,), iterator, genome)
    parts: list[NDArray[np.float64]] = []
    run_in_order(
        partial(values_of, strata),
        batches(intervals, block),
        lambda values: parts.append(values[~np.isnan(values)]),
        workers,
    )
    return np.concatenate(parts) if parts else np.empty(0)


def values_of(strata: Strata, batch: Batch) -> NDArray[np.float64]:
    """The values of the first track in the windows that begin in the batch's pieces."""
    pieces = batch.pieces
    lows, highs = strata.spans(pieces)
    fetched = fetch(strata.genome, pieces.names, pieces.ids, lows, highs)
    return strata.values(pieces, fetched)
