"""The contigs of a .2bit file: packed bases, N blocks and soft masks, of one contig or of many on one axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.files.byteranges import fillings, read_ranges
from gsynth.files.bytesource import ByteSource
from gsynth.files.segments import copy_segments, places_of, runs_within

LOWER: Final = np.uint8(0x20)
N: Final = ord("N")


def _four_letters() -> NDArray[np.uint8]:
    """The letters of each packed byte, uint8[256, 4]: T, C, A, G are 0..3, the first base in the highest bits."""
    byte = np.arange(256)[:, None]
    letters: NDArray[np.uint8] = np.array(list(b"TCAG"), dtype=np.uint8)[byte >> np.array([6, 4, 2, 0]) & 3]
    return letters


# The four letters of a byte as one uint32, so that one look-up decodes four bases.
LETTERS: Final = np.ascontiguousarray(_four_letters()).view(np.uint32).ravel()


@frozen(eq=False)
class Blocks:
    """Runs of a contig, sorted and apart: ``starts[i] .. ends[i]``, uint32[n] as in the file."""

    starts: NDArray[np.uint32]
    ends: NDArray[np.uint32]

    def within(self, start: int, end: int) -> NDArray[np.int64]:
        """The runs that meet ``[start, end)``, clipped and counted from `start`: int64[m, 2]."""
        # A number of the same type: another would make NumPy convert the whole array for each query.
        low = int(np.searchsorted(self.ends, np.uint32(start), side="right"))
        high = max(low, int(np.searchsorted(self.starts, np.uint32(end), side="left")))
        runs = np.stack([self.starts[low:high], self.ends[low:high]], axis=1).astype(np.int64)
        return np.clip(runs, start, end) - start


@frozen(eq=False)
class TwoBitContig:
    """What the file says of one contig; `offset` is where its packed bases begin."""

    size: int
    unknown: Blocks
    soft: Blocks
    offset: int


@frozen(eq=False)
class TwoBitAxis:
    """All contigs on one axis, one after the other, for looking up many stretches at once.

    Attributes
    ----------
    offsets : int64[contigs]
        Where each contig's packed bases begin in the file.
    places : int64[contigs]
        Where each contig begins on the axis.
    unknown, soft : int64[m, 2]
        N blocks and soft masks on the axis, sorted.
    """

    offsets: NDArray[np.int64]
    places: NDArray[np.int64]
    unknown: NDArray[np.int64]
    soft: NDArray[np.int64]

    @classmethod
    def of(cls, contigs: Sequence[TwoBitContig]) -> TwoBitAxis:
        """The contigs in their order."""
        places = places_of(np.array([contig.size for contig in contigs], dtype=np.int64))[:-1]
        offsets = np.array([contig.offset for contig in contigs], dtype=np.int64)
        unknown = _on_axis([contig.unknown for contig in contigs], places)
        return cls(offsets, places, unknown, _on_axis([contig.soft for contig in contigs], places))

    def read(
        self,
        source: ByteSource,
        ids: NDArray[np.int64],
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        out: NDArray[np.uint8],
    ) -> None:
        """Write the letters of stretches into `out`, one after the other."""
        into = places_of(ends - starts)[:-1]
        begins, stops = self.offsets[ids] + starts // 4, self.offsets[ids] - (-ends // 4)
        for rows in fillings(begins, stops, source.near):
            packed, shift = read_ranges(source, begins[rows], stops[rows])
            letters = LETTERS[packed].view(np.uint8)
            first = 4 * (begins[rows] + shift) + starts[rows] % 4
            copy_segments(letters, first, out, into[rows], (ends - starts)[rows])
        # N blocks first, so that masked ones become n.
        for blocks, mark in ((self.unknown, _mark_unknown), (self.soft, _mark_soft)):
            runs = self._within(blocks, ids, starts, ends, into)
            if len(runs):
                mark(out, inside(runs, out.size))

    def _within(
        self,
        blocks: NDArray[np.int64],
        ids: NDArray[np.int64],
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        into: NDArray[np.int64],
    ) -> NDArray[np.int64]:
        """The parts of the blocks that lie in the stretches, as places in what is written: int64[m, 2], sorted."""
        firsts, lasts = self.places[ids] + starts, self.places[ids] + ends
        stretch, runs = runs_within(blocks, firsts, lasts)
        moved: NDArray[np.int64] = runs + (into - firsts)[stretch, None]
        return moved


def _on_axis(blocks: Sequence[Blocks], places: NDArray[np.int64]) -> NDArray[np.int64]:
    parts = [
        np.stack([own.starts, own.ends], axis=1).astype(np.int64) + place
        for own, place in zip(blocks, places.tolist(), strict=True)
        if own.starts.size
    ]
    return np.concatenate([np.empty((0, 2), dtype=np.int64), *parts])


def _mark_unknown(letters: NDArray[np.uint8], where: NDArray[np.bool_]) -> None:
    letters[where] = N


def _mark_soft(letters: NDArray[np.uint8], where: NDArray[np.bool_]) -> None:
    letters |= where.view(np.uint8) * LOWER


def inside(runs: NDArray[np.int64], size: int) -> NDArray[np.bool_]:
    """Which of `size` positions lie in the runs, which are apart or touch: bool[size]."""
    # Indexed += counts a repeated place once, and only an empty run can begin where another one does.
    runs = runs[runs[:, 0] < runs[:, 1]]
    steps = np.zeros(size + 1, dtype=np.int8)
    steps[runs[:, 0]] += 1
    steps[runs[:, 1]] -= 1
    # Runs do not overlap, so the sums are 0 or 1, and their bytes are valid bools.
    return np.cumsum(steps[:-1], dtype=np.int8).view(np.bool_)
