"""The bins of tracks whose values are names, such as chromatin states."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gsynth.errors import ArgumentError
from gsynth.plugins.contracts import Categorical, Track


def category_breaks(track: Track, expr: str) -> NDArray[np.float64]:
    """The breaks -0.5, 0.5 .. n-0.5, which make one bin of each category of `track`.

    Raises
    ------
    ArgumentError
        If the values are not categories; `expr` is what the message calls the track.
    """
    if not isinstance(track, Categorical):
        raise ArgumentError(
            f"breaks='categories' need a track of names, but {expr!r} has numbers: give its breaks, or pass the track "
            "as {'path': FILE, 'column': 'name'} (--track NAME=FILE:name)"
        )
    # Halves, so that no value lies on a break, where the rule for edges would matter.
    return np.arange(len(track.categories) + 1, dtype=np.float64) - 0.5
