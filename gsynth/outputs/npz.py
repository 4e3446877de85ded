"""Scores as NumPy's .npz, one column after the other, none of them in memory as a whole."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import IO, Any, Final

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from gsynth.files.segments import places_of
from gsynth.intervals import Intervals
from gsynth.outputs.scores import Scores

_DATE: Final = (1980, 1, 1, 0, 0, 0)
_AT_ONCE: Final = 1 << 20
"""Windows whose positions are computed at once."""


@define
class NpzSink:
    """The array ``contigs`` (names), and for each window ``contig`` (index of its name), ``start``, ``end``, ``score``.

    Scores are float64, NaN where a window has none.
    """

    file: IO[bytes]
    intervals: Intervals
    resolution: int
    _first_windows: NDArray[np.int64] = field(init=False)
    _archive: zipfile.ZipFile = field(init=False)
    _scores: IO[bytes] = field(init=False)

    @_first_windows.default
    def _counted(self) -> NDArray[np.int64]:
        """The number of each interval's first window, and of all windows: int64[n + 1]."""
        starts, ends = self.intervals.starts, self.intervals.ends
        return places_of(np.where(ends > starts, -(-ends // self.resolution) - starts // self.resolution, 0))

    def __attrs_post_init__(self) -> None:
        self._archive = zipfile.ZipFile(self.file, "w")
        # The scores come first, as they are made: only one member of a zip can be open, and positions can be computed
        # later.
        self._scores = self._member("score", np.dtype("<f8"))

    def _member(self, name: str, dtype: np.dtype[Any]) -> IO[bytes]:
        """A member of the archive, its header written; with a fixed date: the same scores give the same bytes."""
        # zipfile chooses the width of sizes when a member is opened, and fails when 4 GiB are passed after that.
        member = self._archive.open(zipfile.ZipInfo(f"{name}.npy", _DATE), "w", force_zip64=True)
        shape = (int(self._first_windows[-1]),)
        header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(member, header)
        return member

    def made(self, scores: Scores) -> bytes:
        """See `ScoreSink`."""
        return scores.values().astype("<f8", copy=False).tobytes()

    def take(self, made: bytes) -> None:
        """See `ScoreSink`."""
        self._scores.write(made)

    def finish(self) -> None:
        """See `ScoreSink`."""
        self._scores.close()
        for column, (name, kind) in enumerate((("contig", "<i4"), ("start", "<i8"), ("end", "<i8"))):
            with self._member(name, np.dtype(kind)) as member:
                for places in self._places():
                    member.write(places[column].astype(kind).tobytes())
        with self._archive.open(zipfile.ZipInfo("contigs.npy", _DATE), "w") as member:
            # As text of one width: an array of objects would need pickle to be read.
            np.lib.format.write_array(member, np.array(self.intervals.names, dtype=np.str_), allow_pickle=False)
        self._archive.close()

    def _places(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
        """The contigs, starts and ends of all windows, `_AT_ONCE` at a time."""
        total, width = int(self._first_windows[-1]), self.resolution
        for first in range(0, total, _AT_ONCE):
            windows = np.arange(first, min(first + _AT_ONCE, total))
            rows = np.searchsorted(self._first_windows, windows, side="right") - 1
            starts, ends = self.intervals.starts[rows], self.intervals.ends[rows]
            begins = (starts // width + windows - self._first_windows[rows]) * width
            yield self.intervals.ids[rows], np.maximum(begins, starts), np.minimum(begins + width, ends)

    def result(self) -> None:
        """None: everything is in the file."""
