"""A track that is computed from other tracks."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.plugins import Track
from gsynth.tracks.expressions import Expression


@frozen
class ExpressionTrack:
    """The values of an expression (see `gsynth.plugins.Track`).

    Attributes
    ----------
    expression : Expression
    tracks : dict of str to Track
        For each of the expression's leaves, by its canonical text, the track.
    """

    expression: Expression
    tracks: Mapping[str, Track]

    @property
    def uses_sequence(self) -> bool:
        return any(track.uses_sequence for track in self.tracks.values())

    @property
    def flank(self) -> int:
        return max((track.flank for track in self.tracks.values()), default=0)

    def window_values(
        self, contig: str, edges: NDArray[np.int64], sequence: NDArray[np.uint8] | None
    ) -> NDArray[np.float64]:
        """The expression's value in each window."""
        values = {text: self._leaf_values(track, contig, edges, sequence) for text, track in self.tracks.items()}
        return self.combined(values, edges.size - 1)

    def combined(self, values: Mapping[str, NDArray[np.float64]], windows: int) -> NDArray[np.float64]:
        """The expression's value in each of `windows` windows, from those of its leaves."""
        result = np.empty(windows, dtype=np.float64)
        # An expression without tracks is a scalar, which fills all windows.
        result[...] = self.expression.evaluate(dict(values))
        return result

    def _leaf_values(
        self, track: Track, contig: str, edges: NDArray[np.int64], sequence: NDArray[np.uint8] | None
    ) -> NDArray[np.float64]:
        if not track.uses_sequence or sequence is None:
            return track.window_values(contig, edges, None)
        # Each track gets the flank that it asked for, not the longest one.
        return track.window_values(contig, edges, sequence[: int(edges[-1] - edges[0]) + track.flank])
