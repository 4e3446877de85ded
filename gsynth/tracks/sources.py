"""What a track can be made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gsynth.files import PathLike
from gsynth.plugins.contracts import Track

TrackLike = PathLike | Mapping[str, object] | Track | Callable[[str, NDArray[np.int64], NDArray[np.int64]], ArrayLike]
"""A path, a dict of a path with options, contigs with their arrays, a `Track`, or a function of windows."""

TracksLike = Mapping[str, TrackLike]
"""The tracks that expressions use, by their names."""
