"""Writing bgzip: gzip in blocks that can be read one by one, closed by an empty one."""

from __future__ import annotations

import struct
import zlib
from typing import IO, Final

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

BLOCK: Final = 0xFF00
"""Bytes in a block, as in bgzip itself: compressed, their size fits 16 bits whatever they are."""
_HEADER: Final = struct.Struct("<4BI2BH2BHH")
END: Final = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
_LEVEL: Final = 3


_MEMORY: Final = 9
"""The most that zlib may use: larger stretches that share a code."""


@define
class BgzipWriter:
    """Writes a stream of bytes to a binary file, with zlib and not ISA-L: the same bytes whatever is installed."""

    file: IO[bytes]
    _waiting: bytearray = field(factory=bytearray, init=False)

    def write(self, data: bytes) -> None:
        """Write the blocks that are full."""
        self._waiting += data
        full = len(self._waiting) // BLOCK * BLOCK
        for start in range(0, full, BLOCK):
            self.file.write(_compressed(bytes(self._waiting[start : start + BLOCK])))
        del self._waiting[:full]

    def finish(self) -> None:
        """Write what is left, and the end."""
        if self._waiting:
            self.file.write(_compressed(bytes(self._waiting)))
        self._waiting.clear()
        self.file.write(END)


def _compressed(data: bytes) -> bytes:
    # Negative: without zlib's own header, as the header of a block follows here.
    return _framed(data, zlib.compress(data, _LEVEL, wbits=-15))


def block_of_sequence(data: NDArray[np.uint8]) -> bytes:
    """A block of text that is mostly bases: with a code of its own, and runs of one letter as one.

    Bases drawn at random repeat nothing that is worth a search: this is smaller than what the search gives, in a
    fraction of the time.
    """
    packer = zlib.compressobj(1, zlib.DEFLATED, -15, _MEMORY, zlib.Z_RLE)
    return _framed(data.data, packer.compress(data.data) + packer.flush())


def _framed(data: bytes | memoryview, deflated: bytes) -> bytes:
    """The block with its header and its check."""
    size = _HEADER.size + len(deflated) + 8
    header = _HEADER.pack(0x1F, 0x8B, 8, 4, 0, 0, 0xFF, 6, ord("B"), ord("C"), 2, size - 1)
    return header + deflated + struct.pack("<II", zlib.crc32(data), len(data))
