"""Bytes as bgzip, compressed on all threads; its blocks are cut at multiples of one size, whoever brings the bytes."""

from __future__ import annotations

from typing import IO, Final

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from gsynth.files.bgzip import BLOCK, END, block_of_sequence
from gsynth.outputs.placed import BinaryFile, Target

_ENTRY: Final = np.dtype("<u8")


@define
class Blocks:
    """A stretch of the text: its bytes, and what its whole blocks are compressed."""

    data: NDArray[np.uint8]
    first: int
    """Where in `data` the first whole block begins; at its end if there is none."""
    packed: list[bytes]

    @property
    def last(self) -> int:
        """Where the last whole block ends."""
        return self.first + len(self.packed) * BLOCK


@define
class BgzipTarget:
    """Compresses what is made for a place of the text, and writes the blocks in order, and their index to `_index`.

    What of a stretch belongs to a block that its neighbours share is compressed when the stretches are taken: two
    blocks in some sixty.
    """

    _file: BinaryFile
    _index: IO[bytes] | None = None
    _out: Target = field(init=False)
    _waiting: bytearray = field(factory=bytearray, init=False)
    _sizes: list[int] = field(factory=list, init=False)

    @_out.default
    def _opened(self) -> Target:
        # A stream: where a block lies is known only once those before it are compressed.
        return Target(self._file)

    @property
    def path(self) -> None:
        """None: where a block lies is known only once those before it are compressed."""

    def made(self, data: NDArray[np.uint8], place: int) -> Blocks:
        """See `gsynth.outputs.placed.ByteTarget`."""
        first = min(-place % BLOCK, data.size)
        starts = range(first, data.size - BLOCK + 1, BLOCK)
        return Blocks(data, first, [block_of_sequence(data[start : start + BLOCK]) for start in starts])

    def corrected(self, made: Blocks, data: NDArray[np.uint8], place: int) -> None:
        """See `gsynth.outputs.placed.ByteTarget`."""
        made.data[: data.size] = data
        for number in range(len(made.packed)):
            start = made.first + number * BLOCK
            if start >= data.size:
                return
            made.packed[number] = block_of_sequence(made.data[start : start + BLOCK])

    def take(self, made: Blocks) -> None:
        """See `gsynth.outputs.placed.ByteTarget`."""
        self._waiting += made.data[: made.first].data
        # Nothing is left over where a stretch holds whole blocks, because its first one begins where a block does.
        if len(self._waiting) == BLOCK:
            self._end_block()
        for packed in made.packed:
            self._write(packed)
        self._waiting += made.data[made.last :].data

    def finish(self) -> None:
        """Write what is left, the block that marks the end, and the index."""
        if self._waiting:
            self._end_block()
        self._write(END)
        if self._index is not None:
            self._index.write(self._entries())

    def _end_block(self) -> None:
        self._write(block_of_sequence(np.frombuffer(bytes(self._waiting), dtype=np.uint8)))
        self._waiting.clear()

    def _write(self, packed: bytes) -> None:
        self._out.take(np.frombuffer(packed, dtype=np.uint8))
        self._sizes.append(len(packed))

    def _entries(self) -> bytes:
        """The ``.gzi``, as bgzip writes it: all blocks but the first and the empty one at the end."""
        ends = np.cumsum(self._sizes[:-1], dtype=_ENTRY)[:-1] if len(self._sizes) > 1 else np.empty(0, dtype=_ENTRY)
        plain = np.arange(1, ends.size + 1, dtype=_ENTRY) * _ENTRY.type(BLOCK)
        return len(ends).to_bytes(8, "little") + np.stack([ends, plain], axis=1).tobytes()
