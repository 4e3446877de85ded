"""Where on a genome: intervals as users give them, turned into columns for the core."""

from __future__ import annotations

from gsynth.intervals.resolving import resolve_intervals
from gsynth.intervals.table import Interval, Intervals, contig_sizes

__all__ = ["Interval", "Intervals", "contig_sizes", "resolve_intervals"]
