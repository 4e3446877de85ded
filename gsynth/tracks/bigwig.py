"""bigWig files: exact means of windows."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from gsynth.plugins import FormatError, Genome, Track
from gsynth.tracks.options import checked_options
from gsynth.tracks.overlaps import ValuedIntervals


@frozen(eq=False)
class BigWigTrack:
    """Mean over the bases that have a value, NaN where none has (see `gsynth.plugins.Track`).

    Attributes
    ----------
    path : Path
    contigs : dict of str to int
        The file's contigs and their lengths.
    """

    path: Path
    contigs: Mapping[str, int]
    uses_sequence: bool = False
    flank: int = 0
    # A reader has one position in its file, so each thread has its own.
    _readers: threading.local = field(factory=threading.local, init=False, repr=False)

    def window_values(
        self, contig: str, edges: NDArray[np.int64], sequence: NDArray[np.uint8] | None
    ) -> NDArray[np.float64]:
        """One value for each window."""
        result = np.full(edges.size - 1, np.nan)
        size = self.contigs.get(contig, 0)
        # Beyond the file's contig there is nothing, and a mean over what is covered is the same for the cut window.
        inside = int(np.searchsorted(edges[:-1], size, side="left"))
        if inside:
            cut = np.minimum(edges[: inside + 1], size)
            result[:inside] = self._means(contig, cut)
        return result

    def _means(self, contig: str, edges: NDArray[np.int64]) -> NDArray[np.float64]:
        first, last = _even_stretch(edges)
        if edges.size - 1 - (last - first) > 2:
            return self._intervals(contig, int(edges[0]), int(edges[-1])).means(edges)
        parts = [(j, j + 1) for j in range(first)] + [(first, last)] + [(j, j + 1) for j in range(last, edges.size - 1)]
        return np.concatenate([self._bins(contig, int(edges[a]), int(edges[b]), b - a) for a, b in parts if b > a])

    def _bins(self, contig: str, start: int, end: int, bins: int) -> NDArray[np.float64]:
        if end <= start:
            return np.full(bins, np.nan)
        reader = self._reader()
        values: NDArray[np.float64] = reader.values(
            contig, start, end, bins=bins, summary="mean", exact=True, fillna=None
        )
        return values

    def _intervals(self, contig: str, start: int, end: int) -> ValuedIntervals:
        records = np.array(list(self._reader().records(contig, start, end)), dtype=np.float64).reshape(-1, 3)
        return ValuedIntervals.of(records[:, 0].astype(np.int64), records[:, 1].astype(np.int64), records[:, 2])

    def _reader(self) -> Any:
        reader = getattr(self._readers, "reader", None)
        if reader is None:
            reader = self._readers.reader = _open(self.path)
        return reader


def _even_stretch(edges: NDArray[np.int64]) -> tuple[int, int]:
    """The windows ``first .. last`` of equal width, when at most the first and last window are of another."""
    widths = np.diff(edges)
    count = widths.size
    first = 1 if count > 2 and widths[0] != widths[1] else 0
    uneven = np.flatnonzero(widths[first:] != widths[first])
    return first, count if not uneven.size else first + int(uneven[0])


def _open(path: Path) -> Any:
    import pybigtools  # type: ignore[import-untyped]

    try:
        return pybigtools.open(str(path))
    except Exception as error:
        raise FormatError(f"{path}: cannot be read as bigWig ({error})") from error


class BigWigOpener:
    """Opens a bigWig file."""

    def open(self, source: object, genome: Genome) -> Track:
        path, _ = checked_options(source, ())
        reader = _open(path)
        if not reader.is_bigwig:
            raise FormatError(f"{path}: this is a bigBed, and a bigWig is needed; convert it to BED")
        return BigWigTrack(path, dict(reader.chroms()))
