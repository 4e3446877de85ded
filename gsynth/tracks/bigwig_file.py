"""The bigWig format, read by position: safe to use from many threads, and every size is checked before it is used.

Kent and others, Bioinformatics 26 (2010) 2204, supplementary tables 5 to 15. Only the full data is read, never the zoom
levels, so that means are exact.
"""

from __future__ import annotations

import os
import struct
import weakref
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gsynth.files.inflate import INFLATE_ERRORS
from gsynth.plugins import FormatError

_zlib: Any
try:
    from isal import isal_zlib as _zlib
except ImportError:
    _zlib = zlib

MAGIC: Final = 0x888FFC26
BIGBED: Final = 0x8789F2EB
_TREE: Final = 0x78CA8C91
_INDEX: Final = 0x2468ACE0
# Limits far above what writers produce: a damaged or hostile file must not make a call allocate gigabytes.
_BLOCK_LIMIT: Final = 1 << 26
_DEPTH_LIMIT: Final = 16
_HEADER: Final = "IHHQQQHHQQIQ"
_CONTIG: Final = 32
"""Bits of a position; the contig's number is above them, so that positions on all contigs lie on one axis."""
# A larger number, shifted by 32 bits, would not fit into int64.
_MOST_CONTIGS: Final = (1 << 31) - 1
_ITEM_BYTES: Final = {1: 12, 2: 8, 3: 4}

Records = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]


class BigWigFile:
    """An open bigWig.

    Attributes
    ----------
    contigs : dict of str to int
        Name -> length in bases.

    Raises
    ------
    FormatError
        Not a bigWig, or damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        # A bare descriptor for `pread`: a file object has one position, which threads would have to share.
        self._file = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        weakref.finalize(self, os.close, self._file)
        self._size = os.fstat(self._file).st_size
        self._order = self._byte_order()
        header = self._unpack(_HEADER, 0)
        self._unpacked_size = header[10]
        if self._unpacked_size > _BLOCK_LIMIT:
            raise self._damaged(f"blocks of {self._unpacked_size:,} bytes")
        self._ids: dict[str, int] = {}
        self.contigs: dict[str, int] = {}
        self._read_contigs(header[3])
        self._read_index(header[5], *self._unpack("Q", header[4]))

    def records(self, contig: str, start: int, end: int) -> Records:
        """The records that overlap ``[start, end)``, by start.

        Returns
        -------
        int64[n], int64[n], float32[n]
            Starts and ends, 0-based half-open, not cut at the stretch's ends, and values.
        """
        shift = self._ids[contig] << _CONTIG
        low, high = shift + start, shift + end
        (first,), (behind,) = self.blocks_at(np.array([low]), np.array([high]))
        # `blocks_at` searches by how far all blocks so far reach; those that end before the stretch are dropped here.
        starts, ends, values = self.records_in(first + np.flatnonzero(self._lasts[first:behind] > low))
        part = slice(int(np.searchsorted(ends, low, side="right")), int(np.searchsorted(starts, high, side="left")))
        return starts[part] - shift, ends[part] - shift, values[part]

    def axis_of(self, contigs: Sequence[str]) -> NDArray[np.int64]:
        """Where each contig begins on one axis for the positions of all; -1 for one that the file lacks: int64[n]."""
        numbers = [self._ids.get(contig, -1) for contig in contigs]
        return np.array([number if number < 0 else number << _CONTIG for number in numbers], dtype=np.int64)

    def blocks_at(
        self, lows: NDArray[np.int64], highs: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The first block that may meet each stretch ``[lows, highs)`` of the axis, and the one after the last."""
        firsts = np.searchsorted(self._reach, lows, side="right")
        return firsts, np.maximum(np.searchsorted(self._firsts, highs, side="left"), firsts)

    def records_in(self, blocks: NDArray[np.int64]) -> Records:
        """The records of some blocks, which are given in their order, on the axis of all contigs, by start."""
        parts = [self._decoded(block) for block in self._blocks(blocks)]
        for (starts, ends, _), first, last in zip(parts, self._firsts[blocks], self._lasts[blocks], strict=True):
            # A block outside of what the index says would be found by some questions and not by others.
            if starts.size and not (first <= starts.min() and ends.max() <= last):
                raise self._damaged("an index that says another place of a block than the block itself")
        # An index may say that a block begins before it does.
        parts = sorted((part for part in parts if part[0].size), key=lambda part: int(part[0][0]))
        if not parts:
            none = np.empty(0, dtype=np.int64)
            return none, none, np.empty(0, dtype=np.float32)
        starts, ends, values = (np.concatenate(column) for column in zip(*parts, strict=True))
        if not ((starts[1:] >= ends[:-1]).all() and bool((starts < ends).all())):
            raise self._damaged("records that are empty, overlap or are out of order")
        return starts, ends, values

    def _damaged(self, what: str) -> FormatError:
        return FormatError(f"{self.path}: damaged bigWig file, it has {what}")

    def _bytes(self, offset: int, size: int) -> bytes:
        if not (0 <= offset <= self._size and 0 <= size <= self._size - offset):
            raise self._damaged(f"{self._size:,} bytes, and points to {size:,} at {offset:,}")
        data = os.pread(self._file, size, offset)
        # A system may read less than it was asked for, as Linux does beyond 2 GiB.
        while len(data) < size:
            more = os.pread(self._file, size - len(data), offset + len(data))
            if not more:
                raise self._damaged(f"no byte {offset + len(data):,}")
            data += more
        return data

    def _unpack(self, layout: str, offset: int) -> tuple[int, ...]:
        layout = self._order + layout
        return struct.unpack(layout, self._bytes(offset, struct.calcsize(layout)))

    def _byte_order(self) -> str:
        head = self._bytes(0, min(64, self._size)).ljust(64, b"\0")
        for order in "<>":
            (magic,) = struct.unpack_from(order + "I", head)
            if magic == BIGBED:
                raise FormatError(f"{self.path}: this is a bigBed, but a bigWig is needed; convert it to BED")
            if magic == MAGIC:
                return order
        raise FormatError(f"{self.path}: not a bigWig file, it begins with {head[:4]!r}")

    def _nodes(self, offset: int, leaf_item: int, inner_item: int) -> Iterator[tuple[bool, bytes, int]]:
        """The nodes of a tree from the root on, each with whether it is a leaf, its items and their number."""
        waiting = [(offset, 0)]
        seen = set()
        # Nodes that lie apart are no larger together than the file; ones that overlap could be of any size.
        left = self._size
        while waiting:
            place, depth = waiting.pop()
            if place in seen or depth > _DEPTH_LIMIT:
                raise self._damaged("a tree that runs in circles")
            seen.add(place)
            leaf, _, count = self._unpack("BBH", place)
            size = leaf_item if leaf else inner_item
            items = self._bytes(place + 4, count * size)
            left -= len(items)
            if left < 0:
                raise self._damaged("a tree whose nodes overlap")
            yield bool(leaf), items, count
            if not leaf:
                offsets = [struct.unpack_from(self._order + "Q", items, (i + 1) * size - 8)[0] for i in range(count)]
                waiting += [(child, depth + 1) for child in reversed(offsets)]

    def _read_contigs(self, offset: int) -> None:
        magic, _, key_size, value_size, told, _ = self._unpack("IIIIQQ", offset)
        if magic != _TREE or value_size != 8 or not 0 < key_size <= 1 << 12:
            raise self._damaged("no list of contigs")
        for leaf, items, count in self._nodes(offset + 32, key_size + 8, key_size + 8):
            for place in range(0, count * (key_size + 8) if leaf else 0, key_size + 8):
                name = items[place : place + key_size].rstrip(b"\0").decode("utf-8", "replace")
                number, length = struct.unpack_from(self._order + "II", items, place + key_size)
                if number > _MOST_CONTIGS:
                    raise self._damaged(f"contig number {number}")
                if name in self._ids:
                    raise self._damaged(f"two contigs named {name[:60]!r}")
                self._ids[name] = number
                self.contigs[name] = length
        if len(set(self._ids.values())) < len(self._ids):
            raise self._damaged("two contigs of one number")
        if len(self._ids) != told:
            raise self._damaged(f"{len(self._ids):,} contigs where its list says {told:,}")

    def _read_index(self, offset: int, sections: int) -> None:
        """Where the sections lie; without any, some writers make no index."""
        empty = offset == 0 and sections == 0
        if not empty and self._unpack("I", offset)[0] != _INDEX:
            raise self._damaged("no index")
        dtype = np.dtype([("bounds", f"{self._order}u4", 4), ("place", f"{self._order}u8", 2)])
        # In the index a leaf's item holds an offset and a size (32 bytes), an inner one only an offset (24).
        nodes = [] if empty else self._nodes(offset + 48, 32, 24)
        leaves = [np.frombuffer(items, dtype) for leaf, items, _ in nodes if leaf]
        items = np.concatenate(leaves) if leaves else np.empty(0, dtype)
        bounds = items["bounds"].astype(np.int64)
        if sections and not items.size:
            raise self._damaged(f"an index of no blocks, though it holds {sections:,}")
        if bounds[:, [0, 2]].max(initial=0) > _MOST_CONTIGS:
            raise self._damaged("an index of impossible contigs")
        firsts = (bounds[:, 0] << _CONTIG) + bounds[:, 1]
        order = np.argsort(firsts, kind="stable")
        self._firsts = firsts[order]
        self._lasts = ((bounds[:, 2] << _CONTIG) + bounds[:, 3])[order]
        # How far the items up to each one reach: it never falls, so that the first that matters is found by search.
        self._reach = np.maximum.accumulate(self._lasts)
        self._places = items["place"].astype(np.int64)[order]
        self._check_places()

    def _check_places(self) -> None:
        """Each block has a place of its own in the file: one that many items share would be read for each of them."""
        by_offset = self._places[np.argsort(self._places[:, 0], kind="stable")]
        # NumPy's sum of an offset and a size beyond int64 would be negative, and is refused too.
        ends = by_offset.sum(axis=1)
        if (by_offset < 0).any() or (ends < by_offset[:, 0]).any() or (by_offset[1:, 0] < ends[:-1]).any():
            raise self._damaged("an index whose blocks overlap")

    def _blocks(self, chosen: NDArray[np.int64]) -> Iterator[bytes]:
        """The data blocks, decompressed; blocks that lie side by side in the file are read at once."""
        places = self._places[chosen]
        breaks = np.flatnonzero(places[1:, 0] != places[:-1].sum(axis=1)) + 1
        for run in np.split(places, breaks):
            if not run.size:
                continue
            first = int(run[0, 0])
            data = memoryview(self._bytes(first, int(run[-1].sum()) - first))
            for place, size in (run - [first, 0]).tolist():
                yield self._unpacked(data[place : place + size])

    def _unpacked(self, block: memoryview) -> bytes:
        if not self._unpacked_size:
            return bytes(block)
        stream = _zlib.decompressobj()
        try:
            # With a limit, as a small block of zeros can expand a thousandfold.
            data: bytes = stream.decompress(block, self._unpacked_size + 1)
        except INFLATE_ERRORS as error:
            raise self._damaged(f"a block that cannot be decompressed ({error})") from error
        if len(data) > self._unpacked_size:
            raise self._damaged(f"a block of more than the {self._unpacked_size:,} bytes that it declares")
        # Before its end the stream has not come to its checksum.
        if not stream.eof:
            raise self._damaged("a block that is cut short")
        return data

    def _decoded(self, block: bytes) -> Records:
        """The records of a block, on the axis of all contigs."""
        if len(block) < 24:
            raise self._damaged("a truncated block")
        contig, start, _, step, span, kind, _, count = struct.unpack_from(self._order + "IIIIIBBH", block)
        if kind not in _ITEM_BYTES or len(block) < 24 + count * _ITEM_BYTES[kind]:
            raise self._damaged(f"a block of kind {kind} with {count} records in {len(block)} bytes")
        width = _ITEM_BYTES[kind] // 4
        # Not reshape(count, -1): of a section without records, which some writers make, NumPy cannot tell the width.
        words = np.frombuffer(block, f"{self._order}u4", count * width, 24).reshape(count, width)
        values = words[:, -1].view(f"{self._order}f4").astype(np.float32)
        starts = start + step * np.arange(count, dtype=np.int64) if kind == 3 else words[:, 0].astype(np.int64)
        ends = words[:, 1].astype(np.int64) if kind == 1 else starts + span
        if contig > _MOST_CONTIGS or (count and int(ends.max()) > 1 << _CONTIG):
            raise self._damaged(f"a block of contig {contig} with positions up to {int(ends.max(initial=0)):,}")
        return starts + (contig << _CONTIG), ends + (contig << _CONTIG), values
