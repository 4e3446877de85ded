"""Random access to bgzip files: a chain of gzip blocks of at most 64 KiB, found through a table of their offsets."""

from __future__ import annotations

import threading
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.errors import FormatError
from gsynth.files.bytesource import FileBytes, read_bytes
from gsynth.files.inflate import inflate_block
from gsynth.genomes.sniffing import is_bgzip

HEADER: Final = 18
# The format allows no larger block, packed or inflated: a length is stored in 16 bits, less one.
_MOST: Final = 1 << 16
_TRAILER: Final = 4


_END: Final = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
"""The empty block at the end of every whole bgzip file."""


class NotBgzipError(FormatError):
    """Something else follows the blocks: plain gzip, or bytes of no kind."""


def lacks_end(file: FileBytes) -> bool:
    """True for a bgzip file without the block that marks its end."""
    return file.size < len(_END) or read_bytes(file, file.size - len(_END), len(_END)) != _END


@frozen(eq=False)
class BlockTable:
    """Where the blocks lie: block i is bytes ``packed[i] .. packed[i+1]``, and ``plain[i] .. plain[i+1]`` inflated."""

    packed: NDArray[np.int64]
    plain: NDArray[np.int64]


def next_block(file: FileBytes, packed: int) -> tuple[int, int]:
    """The inflated size of the block at `packed`, and where the next one begins; FormatError if it is none."""
    header = read_bytes(file, packed, HEADER) if packed + HEADER <= file.size else b""
    if not is_bgzip(header):
        raise NotBgzipError(f"{file.name}: expected a bgzip block at byte {packed}; the file is damaged or cut short")
    after = packed + _packed_size(header)
    if not packed + HEADER + _TRAILER < after <= file.size:
        raise FormatError(f"{file.name}: the bgzip block at byte {packed} is cut short")
    # The size that gzip stores last, so that a walk reads 22 bytes a block and inflates none.
    size = int.from_bytes(read_bytes(file, after - _TRAILER, _TRAILER), "little")
    if size > _MOST:
        raise FormatError(f"{file.name}: the bgzip block at byte {packed} claims {size} bytes, at most {_MOST}")
    if size == 0:
        # It will never be read, so this is the only chance to see that it holds what it claims.
        inflate_block(read_bytes(file, packed, after - packed), 0, f"{file.name}, byte {packed}")
    return size, after


def _packed_size(header: bytes) -> int:
    return int.from_bytes(header[16:18], "little") + 1


def walk_blocks(
    file: FileBytes, packed: int = 0, plain: int = 0, end: int | None = None
) -> tuple[list[int], list[int]]:
    """The offsets (in the file, inflated) of the blocks from the one at `packed` up to `end`, by their headers.

    `end`, that of the file by default, is the last offset, unless a block goes beyond it.
    """
    offsets, plains = [packed], [plain]
    while packed < (file.size if end is None else end):
        size, packed = next_block(file, packed)
        plain += size
        offsets.append(packed)
        plains.append(plain)
    return offsets, plains


def block_table(offsets: list[int], plains: list[int]) -> BlockTable:
    """The table of what `walk_blocks` gave, without the blocks that hold nothing."""
    packed = np.array(offsets, dtype=np.int64)
    plain = np.array(plains, dtype=np.int64)
    # With empty blocks `searchsorted` could find a block that does not hold the byte.
    kept = np.append(np.diff(plain) > 0, True)
    return BlockTable(packed[kept], plain[kept])


class BgzipBytes:
    """The inflated text of a bgzip file. Each thread keeps the last block that it inflated."""

    # A block is inflated whole, so what lies in the next one may as well be read along.
    near = _MOST

    def __init__(self, file: FileBytes, table: BlockTable) -> None:
        self._file = file
        self._table = table
        self._last = threading.local()
        self.name = file.name
        self.size = int(table.plain[-1])

    def read_into(self, offset: int, out: NDArray[np.uint8]) -> None:
        if offset < 0 or offset + out.size > self.size:
            raise FormatError(f"{self.name}: its index points beyond its {self.size} (inflated) bytes")
        plain = self._table.plain
        block = int(np.searchsorted(plain, offset, side="right")) - 1
        done = 0
        while done < out.size:
            data = self._inflated(block)
            first = offset + done - int(plain[block])
            part = np.frombuffer(data, dtype=np.uint8)[first : first + out.size - done]
            out[done : done + part.size] = part
            done += part.size
            block += 1

    def close(self) -> None:
        self._file.close()
        # Without the blocks that threads keep, so that reading fails wherever it is tried.
        self._last = threading.local()

    def _inflated(self, block: int) -> bytes:
        # One block per thread: fetches mostly go on where the last one ended, and threads need no lock.
        cached: tuple[int, bytes] = getattr(self._last, "block", (-1, b""))
        if cached[0] == block:
            return cached[1]
        packed, plain = self._table.packed, self._table.plain
        start, size = int(packed[block]), int(plain[block + 1] - plain[block])
        # Dropped empty blocks may lie between this block and the next one of the table; they are not needed.
        raw = read_bytes(self._file, start, min(int(packed[block + 1]) - start, _MOST))
        data = inflate_block(raw[: _packed_size(raw)], size, f"{self.name}, byte {start}")
        self._last.block = (block, data)
        return data
