"""A model as human-readable text."""

from __future__ import annotations

from gsynth.cli.tables import table
from gsynth.model import GsynthModel
from gsynth.model.description import BIN_COLUMNS, MOST_BINS, bin_rows, facts


def describe(model: GsynthModel) -> str:
    """Order, dimensions, totals, smoothing, origin, and the observations of each bin."""
    lines = list(facts(model))
    width = max(len(name) for name, _ in lines)
    text = table(list(BIN_COLUMNS), list(bin_rows(model)), right=[True, False, True, True])
    left = model.total_bins - MOST_BINS
    more = f"\n... and {left:,} more bins; --json lists them all" if left > 0 else ""
    return "\n".join([*(f"{name:{width}}  {value}" for name, value in lines), "", text + more])
