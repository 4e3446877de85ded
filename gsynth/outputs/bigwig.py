"""Scores as bigWig: the values in compressed sections, found by a tree, with zoom levels.

The format is described in the supplement of Kent et al. 2010, doi:10.1093/bioinformatics/btq351. There are many readers
but few writers, and those need a Python call for each value.
"""

from __future__ import annotations

import itertools
import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import IO, Any, Final

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from gsynth.errors import ArgumentError
from gsynth.outputs.bigwig_trees import SECTION, contig_tree, section_tree
from gsynth.outputs.bigwig_zooms import RECORD, Zooms
from gsynth.outputs.records import check_names
from gsynth.outputs.scores import Scores

_MAGIC: Final = 0x888FFC26
_VERSION: Final = 4
_HEADER: Final = struct.Struct("<IHHQQQHHQQIQ")
_ZOOM: Final = struct.Struct("<IIQQ")
_SUMMARY: Final = struct.Struct("<Qdddd")
_MOST_ZOOMS: Final = 8
_SECTION_HEADER: Final = struct.Struct("<IIIIIBBH")
_BEDGRAPH: Final = 1
_PLACE: Final = struct.Struct("<IIIIQQ")
"""A row of `SECTION`."""
# The default of UCSC's bedGraphToBigWig, as are the 256 children of a node and the step of 4 between zoom levels.
_VALUES: Final = 1024
"""In a section."""
_RECORDS: Final = 512
"""In a section of a zoom level."""
# Positions are 32-bit in the format.
_LONGEST: Final = 2**32 - 1
_LEVEL: Final = 6
_VALUE: Final = np.dtype([("start", "<u4"), ("end", "<u4"), ("value", "<f4")])

Rows = tuple[NDArray[np.int64], NDArray[Any]]
"""Contig numbers and values (`_VALUE`) of windows."""


def check_bigwig_contigs(names: Sequence[str], sizes: NDArray[np.int64]) -> None:
    """Refuse contigs that a bigWig cannot hold."""
    check_names(names)
    for name, size in zip(names, sizes.tolist(), strict=True):
        if size > _LONGEST:
            raise ArgumentError(
                f"contig {name} has {size:,} bases, but a bigWig holds at most {_LONGEST:,}: write bedGraph"
            )


@define
class BigWigSink:
    """Windows with a score, as single-precision values, in the order of the genome."""

    file: IO[bytes]
    names: Sequence[str]
    sizes: NDArray[np.int64]
    resolution: int
    _zooms: Zooms = field(init=False)
    _waiting: list[Rows] = field(factory=list, init=False)
    _sections: bytearray = field(factory=bytearray, init=False)
    _at: int = field(init=False, default=0)
    _data_at: int = field(init=False, default=0)

    @_zooms.default
    def _empty(self) -> Zooms:
        return Zooms.of(self.sizes, self.resolution)

    def __attrs_post_init__(self) -> None:
        # Only the room for it: the header names places that are known at the end.
        self._write(bytes(_HEADER.size + _MOST_ZOOMS * _ZOOM.size + _SUMMARY.size))
        self._write(contig_tree(self.names, self.sizes, self._at))
        self._data_at = self._at
        self._write(bytes(8))

    def _write(self, data: bytes) -> None:
        self.file.write(data)
        self._at += len(data)

    def made(self, scores: Scores) -> Rows:
        """See `ScoreSink`."""
        scores = scores[scores.scored]
        rows = np.empty(len(scores), dtype=_VALUE)
        rows["start"], rows["end"], rows["value"] = scores.starts, scores.ends, scores.values()
        return scores.ids, rows

    def take(self, made: Rows) -> None:
        """See `ScoreSink`."""
        ids, rows = made
        starts, ends = rows["start"].astype(np.int64), rows["end"].astype(np.int64)
        # Of the values as written, in single precision: a reader that adds them up itself must arrive at the same sums.
        self._zooms.add(ids, starts, ends, rows["value"].astype(np.float64))
        self._waiting.append(made)
        if sum(own.size for own, _ in self._waiting) >= _VALUES:
            self._write_sections(last=False)

    def _write_sections(self, *, last: bool) -> None:
        """Write the full sections, and the rest if nothing follows: batches must not decide where sections are cut."""
        ids, rows = (np.concatenate(column) for column in zip(*self._waiting, strict=True))
        self._waiting.clear()
        for start, end in _stretches(ids, _VALUES):
            # The last one may continue in the next batch.
            if end == ids.size and end - start < _VALUES and not last:
                self._waiting.append((ids[start:], rows[start:]))
                return
            self._write_section(int(ids[start]), rows[start:end])

    def _write_section(self, contig: int, rows: NDArray[Any]) -> None:
        span = int(rows["start"][0]), int(rows["end"][-1])
        header = _SECTION_HEADER.pack(contig, *span, 0, 0, _BEDGRAPH, 0, rows.size)
        data = zlib.compress(header + rows.tobytes(), _LEVEL)
        self._sections += _PLACE.pack(contig, span[0], contig, span[1], self._at, len(data))
        self._write(data)

    def finish(self) -> None:
        """See `ScoreSink`."""
        if self._waiting:
            self._write_sections(last=True)
        index_at = self._at
        self._write(section_tree(np.frombuffer(self._sections, dtype=SECTION), index_at, _VALUES))
        zooms = [self._write_zoom(level.width, level.records()) for level in self._zooms.levels()]
        self._write(struct.pack("<I", _MAGIC))
        header_size = _HEADER.size + _MOST_ZOOMS * _ZOOM.size
        # Readers allocate this much for unpacking, once, so it must hold the largest section of any kind.
        room = max(_SECTION_HEADER.size + _VALUES * _VALUE.itemsize, _RECORDS * RECORD.itemsize)
        # Relative to here: a caller's open file need not begin with the bigWig.
        self.file.seek(-self._at, 1)
        self.file.write(
            _HEADER.pack(
                _MAGIC, _VERSION, len(zooms), header_size + _SUMMARY.size, self._data_at, index_at,
                0, 0, 0, header_size, room, 0,
            )
        )  # fmt: skip
        self.file.write(b"".join(_ZOOM.pack(*zoom) for zoom in zooms).ljust(_MOST_ZOOMS * _ZOOM.size, b"\0"))
        self.file.write(_SUMMARY.pack(*self._zooms.summary()))
        self.file.seek(self._data_at - header_size - _SUMMARY.size, 1)
        self.file.write(struct.pack("<Q", len(self._sections) // _PLACE.size))
        self.file.seek(0, 2)

    def _write_zoom(self, width: int, records: NDArray[Any]) -> tuple[int, int, int, int]:
        """Write a zoom level, and return its entry for the header."""
        data_at, sections = self._at, bytearray()
        self._write(struct.pack("<I", records.size))
        for start, end in _stretches(records["id"], _RECORDS):
            part, contig = records[start:end], int(records["id"][start])
            data = zlib.compress(part.tobytes(), _LEVEL)
            sections += _PLACE.pack(contig, int(part["start"][0]), contig, int(part["end"][-1]), self._at, len(data))
            self._write(data)
        index_at = self._at
        self._write(section_tree(np.frombuffer(sections, dtype=SECTION), index_at, _RECORDS))
        return width, 0, data_at, index_at

    def result(self) -> None:
        """None: everything is in the file."""


def _stretches(ids: NDArray[Any], most: int) -> Iterator[tuple[int, int]]:
    """Where stretches of at most `most` rows of one contig begin and end: a section names a single contig."""
    edges = [0, *(np.flatnonzero(ids[1:] != ids[:-1]) + 1).tolist(), ids.size]
    for low, high in itertools.pairwise(edges):
        for start in range(low, high, most):
            yield start, min(start + most, high)
