"""The ``.gzi`` index of a bgzip file: read, checked against the file, made."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from gsynth.errors import FormatError
from gsynth.files.bytesource import FileBytes
from gsynth.genomes.bgzip import BlockTable, block_table, next_block, walk_blocks
from gsynth.genomes.sidecar import sidecar, state_of, warn_unusable, write_sidecar

# Blocks looked at, evenly spread: an index of another file is wrong nearly everywhere, and each look is a read.
_PROBES: Final = 64


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
        return block_table(*_checked(file, _decoded(index)))
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


def _decoded(index: Path) -> tuple[list[int], list[int]]:
    raw = index.read_bytes()
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
    """The table with the blocks after its last entry; FormatError where it does not fit the file."""
    offsets, plains = table
    if offsets[-1] >= file.size:
        raise FormatError(f"it points to byte {offsets[-1]} of {file.size}")
    for probe in range(0, len(offsets) - 1, max(1, len(offsets) // _PROBES)):
        _check_block(file, offsets, plains, probe)
    behind = walk_blocks(file, offsets[-1], plains[-1])
    return offsets + behind[0][1:], plains + behind[1][1:]


def _check_block(file: FileBytes, offsets: list[int], plains: list[int], block: int) -> None:
    size, packed = next_block(file, offsets[block])
    # A block that holds nothing may lie between two entries; then the sizes still agree.
    if plains[block] + size != plains[block + 1] or packed > offsets[block + 1]:
        raise FormatError(f"block {block} is not where it says")
