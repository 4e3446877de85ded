"""bigWig files: exact means of windows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from gsynth.plugins import Genome, Track
from gsynth.tracks.bigwig_file import BigWigFile
from gsynth.tracks.options import checked_options
from gsynth.tracks.overlaps import ValuedIntervals


@frozen(eq=False)
class BigWigTrack:
    """Mean over the bases that have a value, NaN where none has (see `gsynth.plugins.Track`).

    Attributes
    ----------
    path : Path
    """

    path: Path
    uses_sequence: bool = False
    flank: int = 0
    _file: BigWigFile = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_file", BigWigFile(self.path))

    def __reduce__(self) -> tuple[type[BigWigTrack], tuple[Path]]:
        return type(self), (self.path,)

    @property
    def contigs(self) -> Mapping[str, int]:
        """The file's contigs and their lengths."""
        return self._file.contigs

    def window_values(
        self, contig: str, edges: NDArray[np.int64], sequence: NDArray[np.uint8] | None
    ) -> NDArray[np.float64]:
        """One value for each window."""
        if contig not in self.contigs or edges[-1] <= edges[0]:
            return np.full(edges.size - 1, np.nan)
        starts, ends, values = self._file.records(contig, int(edges[0]), int(edges[-1]))
        records = ValuedIntervals(starts, ends, values.astype(np.float64))
        if np.isnan(values).any():
            records = ValuedIntervals.of(starts, ends, records.values)
        return records.means(edges)


class BigWigOpener:
    """Opens a bigWig file."""

    def open(self, source: object, genome: Genome) -> Track:
        path, _ = checked_options(source, ())
        return BigWigTrack(path)
