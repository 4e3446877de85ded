"""Which bin a window falls in: what a user asks for, and the runs of strata over a stretch of a genome."""

from __future__ import annotations

from gsynth.strata.runs import Runs, lay_over
from gsynth.strata.strata import FindsRuns, Strata, composer_of, open_dim_tracks, open_strata

__all__ = ["FindsRuns", "Runs", "Strata", "composer_of", "lay_over", "open_dim_tracks", "open_strata"]
