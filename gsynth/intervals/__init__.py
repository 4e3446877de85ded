"""Where on a genome: intervals as users give them, as columns that the core reads."""

from __future__ import annotations

from gsynth.intervals.resolving import resolve_intervals
from gsynth.intervals.table import Interval, Intervals

__all__ = ["Interval", "Intervals", "resolve_intervals"]
