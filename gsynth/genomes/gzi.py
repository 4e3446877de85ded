"""The ``.gzi`` index of a bgzip file: read, checked against the file, made."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gsynth.errors import FormatError
from gsynth.files.bytesource import FileBytes
from gsynth.genomes.bgzip import HEADER, BlockTable, block_table, walk_blocks
from gsynth.genomes.sidecar import read_sidecar, sidecar, state_of, warn_unusable, write_sidecar

_MAGIC: Final = b"\x1f\x8b\x08\x04"
_TRAILER: Final = 4


def blocks_of(file: FileBytes, path: Path, *, write: bool = True) -> BlockTable:
    """The blocks of the bgzip file at `path`: from its ``.gzi``, or by walking the blocks; `write`: leave a new one."""
    index = sidecar(path, ".gzi")
    if not index.exists():
        state = state_of(path)
        offsets, plains = walk_blocks(file)
        if write:
            write_sidecar(index, _encoded(offsets, plains), path, state)
        return block_table(offsets, plains)
    try:
        return block_table(*_checked(file, _decoded(read_sidecar(index, 8 + file.size))))
    except (FormatError, OSError) as error:
        offsets, plains = walk_blocks(file)
        warn_unusable(index, path, error)
        return block_table(offsets, plains)


def _encoded(offsets: list[int], plains: list[int]) -> bytes:
    # As bgzip writes it: not the first block (at 0, 0), nor the empty one that marks the end, nor the end itself.
    pairs = [
        (packed, plain)
        for packed, plain, after in zip(offsets[1:-1], plains[1:-1], plains[2:], strict=True)
        if after > plain
    ]
    return len(pairs).to_bytes(8, "little") + np.array(pairs, dtype="<u8").tobytes()


def _decoded(raw: bytes) -> tuple[list[int], list[int]]:
    count = int.from_bytes(raw[:8], "little")
    if len(raw) < 8 or len(raw) != 8 + 16 * count:
        raise FormatError(f"it has {len(raw)} bytes, its count says {8 + 16 * count}")
    pairs = np.frombuffer(raw, dtype="<u8", offset=8).reshape(count, 2)
    if pairs.size and int(pairs.max()) >= 2**62:
        raise FormatError("an offset is beyond 2**62")
    table = np.vstack([np.zeros((1, 2), dtype=np.int64), pairs.astype(np.int64)])
    steps = np.diff(table, axis=0)
    # A block may hold nothing, so that the next one begins at the same place of the text.
    if (steps[:, 0] <= 0).any() or (steps[:, 1] < 0).any() or (steps[:, 1] > 1 << 16).any():
        raise FormatError("its offsets do not rise as those of blocks do")
    return table[:, 0].tolist(), table[:, 1].tolist()


def _checked(file: FileBytes, table: tuple[list[int], list[int]]) -> tuple[list[int], list[int]]:
    """The table with the blocks after its last entry; FormatError where it does not fit the file.

    Every block is looked at: one that is left out would shift all bases after it.
    """
    offsets, plains = table
    if offsets[-1] >= file.size:
        raise FormatError(f"it points to byte {offsets[-1]} of {file.size}")
    packed, plain = np.array(offsets, dtype=np.int64), np.array(plains, dtype=np.int64)
    sizes, found = _stored_sizes(file, packed)
    for block in np.flatnonzero((found != np.diff(packed)) | (sizes != np.diff(plain)) | (sizes == 0)).tolist():
        _check_block(file, offsets, plains, block)
    behind = walk_blocks(file, offsets[-1], plains[-1])
    return offsets + behind[0][1:], plains + behind[1][1:]


def _stored_sizes(file: FileBytes, packed: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each block but the last, the size that its end and the length that its beginning say: int64[n - 1] each."""
    # The end of a block and the beginning of the next one are read at once.
    around = np.zeros((packed.size, _TRAILER + HEADER), dtype=np.uint8)
    file.read_into(0, around[0, _TRAILER:])
    for row, offset in enumerate(packed.tolist()[1:], 1):
        file.read_into(offset - _TRAILER, around[row])
    sizes = np.ascontiguousarray(around[1:, :_TRAILER]).view("<u4").ravel().astype(np.int64)
    lengths = np.ascontiguousarray(around[:-1, -2:]).view("<u2").ravel().astype(np.int64) + 1
    # What is no bgzip header has no length.
    fits = (around[:-1, _TRAILER : _TRAILER + len(_MAGIC)] == np.frombuffer(_MAGIC, np.uint8)).all(axis=1)
    return sizes, np.where(fits, lengths, -1)


def _check_block(file: FileBytes, offsets: list[int], plains: list[int], block: int) -> None:
    """A block that holds nothing may lie between two entries; nothing else may."""
    walked = walk_blocks(file, offsets[block], plains[block], offsets[block + 1])
    filled = sum(after > before for before, after in itertools.pairwise(walked[1]))
    if walked[0][-1] != offsets[block + 1] or walked[1][-1] != plains[block + 1] or filled > 1:
        raise FormatError(f"block {block} is not where it says")
