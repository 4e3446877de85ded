"""UCSC .2bit genomes, versions 0 and 1 [1]_: any range is decoded from its own bytes alone.

.. [1] https://genome.ucsc.edu/FAQ/FAQformat.html#format7
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from gsynth.errors import FormatError
from gsynth.files.addressing import FileAddress
from gsynth.files.bytesource import FileBytes, read_bytes
from gsynth.genomes.bounds import check_range
from gsynth.genomes.paths import path_in
from gsynth.genomes.reopening import by_address
from gsynth.genomes.sniffing import sniff
from gsynth.genomes.twobit_contigs import LETTERS, LOWER, Blocks, N, TwoBitAxis, TwoBitContig, inside

_SIGNATURE: Final = 0x1A412743
_HEADER: Final = 16
# Packed bytes at a time, so that the letters of a piece are still in the cache when they are copied.
_PIECE: Final = 1 << 16
# Bases a run, above which writing run by run is faster than marking every base.
_SPARSE: Final = 256


def is_twobit_source(source: object) -> bool:
    """True for the path of a .2bit file of either byte order."""
    return isinstance(source, str | os.PathLike) and sniff(Path(source)) == "2bit"


@frozen(eq=False, slots=False)
class TwoBitGenome:
    """The contigs of a .2bit file: N blocks as N, soft masks as lower case. Reading takes no lock."""

    path: Path
    source: FileBytes = field(repr=False)
    table: Mapping[str, TwoBitContig] = field(repr=False)
    contigs: Mapping[str, int] = field(init=False, repr=False)
    has_sequence: bool = field(default=True, init=False)

    def __attrs_post_init__(self) -> None:
        sizes = {name: contig.size for name, contig in self.table.items()}
        object.__setattr__(self, "contigs", MappingProxyType(sizes))

    @property
    def name(self) -> str:
        return os.fspath(self.path)

    def fetch(self, contig: str, start: int, end: int) -> NDArray[np.uint8]:
        """The bases of ``[start, end)``, 0-based half-open, as ASCII bytes: uint8[end - start], the caller's own."""
        check_range(self, contig, start, end)
        record = self.table[contig]
        out = self._letters(record, start, end)
        unknown, soft = record.unknown.within(start, end), record.soft.within(start, end)
        if len(unknown) + len(soft) > out.size // _SPARSE:
            out[inside(unknown, out.size)] = N
            out |= inside(soft, out.size).view(np.uint8) * LOWER
            return out
        for low, high in unknown.tolist():
            out[low:high] = N
        for low, high in soft.tolist():
            out[low:high] |= LOWER
        return out

    def fetch_many(
        self, ids: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64], out: NDArray[np.uint8]
    ) -> None:
        """Write the bases of many stretches, one after the other; a `gsynth.plugins.ManyFetcher`."""
        self._axis.read(self.source, ids, starts, ends, out)

    @cached_property
    def _axis(self) -> TwoBitAxis:
        return TwoBitAxis.of(list(self.table.values()))

    def _letters(self, record: TwoBitContig, start: int, end: int) -> NDArray[np.uint8]:
        first, last = start // 4, -(-end // 4)
        words = np.empty(last - first, dtype=np.uint32)
        packed = np.empty(min(_PIECE, words.size), dtype=np.uint8)
        for done in range(0, words.size, _PIECE):
            piece = packed[: min(_PIECE, words.size - done)]
            self.source.read_into(record.offset + first + done, piece)
            # mode="clip" only for speed: with the default NumPy writes `out` through a copy. A byte is always within
            # the table.
            np.take(LETTERS, piece, out=words[done : done + piece.size], mode="clip")
        return words.view(np.uint8)[start - 4 * first : end - 4 * first]

    def close(self) -> None:
        """Close the file."""
        self.source.close()

    def __reduce__(self) -> tuple[object, ...]:
        return by_address(self, open_twobit, FileAddress.of(self.path))


def open_twobit(path: Path) -> TwoBitGenome:
    """Open a .2bit file, of either byte order; every size and offset in it is checked.

    Raises
    ------
    MissingFileError, FormatError
    """
    file = FileBytes.open(path)
    try:
        order, version, count = _header(file)
        offsets = _contig_offsets(file, order, 8 if version else 4, count)
        table = _table(file, order, offsets)
    except FormatError as error:
        raise FormatError(f"{path}: not a valid .2bit file: {error}") from None
    return TwoBitGenome(path, file, table)


_Order = Literal["<", ">"]


def _integers(file: FileBytes, order: _Order, offset: int, count: int, width: int = 4) -> NDArray[np.uint32]:
    """`count` unsigned integers in the file's byte order; refused before anything is read if they are not there."""
    if offset < 0 or offset + width * count > file.size:
        raise FormatError(f"{count} numbers at byte {offset} reach beyond the file's {file.size} bytes")
    raw = read_bytes(file, offset, width * count)
    return np.frombuffer(raw, dtype=f"{order}u{width}")


def _header(file: FileBytes) -> tuple[_Order, int, int]:
    for order in ("<", ">"):
        signature, version, count, _ = _integers(file, order, 0, 4).tolist()
        if signature == _SIGNATURE:
            if version > 1:
                raise FormatError(f"version {version} is not known, expected 0 or 1")
            if count == 0:
                raise FormatError("it holds no contig")
            return order, version, count
    raise FormatError("its signature is not 0x1A412743")


def _contig_offsets(file: FileBytes, order: _Order, width: int, count: int) -> dict[str, int]:
    """The index: contig name -> where its record begins."""
    if count * (2 + width) > file.size - _HEADER:
        raise FormatError(f"it claims {count} contigs in {file.size} bytes")
    # A name is at most 255 bytes long, so the index cannot be longer than this.
    text = read_bytes(file, _HEADER, min(count * (256 + width), file.size - _HEADER))
    offsets: dict[str, int] = {}
    at = 0
    for number in range(1, count + 1):
        after = at + 1 + text[at] + width if at < len(text) else len(text) + 1
        if after > len(text):
            raise FormatError(f"its index ends within contig {number} of {count}")
        name = _name(text[at + 1 : after - width], number)
        if name in offsets:
            raise FormatError(f"contig {name!r} appears twice")
        offsets[name] = int.from_bytes(text[after - width : after], "little" if order == "<" else "big")
        at = after
    return offsets


def _name(raw: bytes, number: int) -> str:
    try:
        name = raw.decode()
    except UnicodeDecodeError:
        name = ""
    if not name:
        raise FormatError(f"the name of contig {number} is {raw[:60]!r}")
    return name


def _table(file: FileBytes, order: _Order, offsets: dict[str, int]) -> dict[str, TwoBitContig]:
    """The contigs; FormatError where two of them share bytes: then a small file could claim any amount of memory."""
    table: dict[str, TwoBitContig] = {}
    before = _HEADER
    for name, offset in sorted(offsets.items(), key=lambda item: item[1]):
        # Before its lists are read.
        if offset < before:
            raise FormatError(f"the record of contig {name!r}, at byte {offset}, begins within what lies before it")
        table[name] = contig = _contig(file, order, name, offset)
        before = contig.offset + -(-contig.size // 4)
    return {name: table[name] for name in offsets}


def _contig(file: FileBytes, order: _Order, name: str, offset: int) -> TwoBitContig:
    try:
        (size,) = _integers(file, order, offset, 1).tolist()
        unknown, offset = _blocks(file, order, offset + 4, size)
        soft, offset = _blocks(file, order, offset, size)
        packed = offset + 4
        if packed + -(-size // 4) > file.size:
            raise FormatError(f"its {size} bases reach beyond the file's {file.size} bytes")
    except FormatError as error:
        raise FormatError(f"contig {name!r}: {error}") from None
    return TwoBitContig(size, unknown, soft, packed)


def _blocks(file: FileBytes, order: _Order, offset: int, size: int) -> tuple[Blocks, int]:
    """A list of runs (count, starts, lengths), and where it ends."""
    (count,) = _integers(file, order, offset, 1).tolist()
    numbers = _integers(file, order, offset + 4, 2 * count)
    starts, lengths = numbers[:count].astype(np.uint32), numbers[count:]
    # In 64 bits: in a damaged file a start and a length may add up beyond 2**32.
    ends = starts.astype(np.uint64) + lengths
    if (ends > size).any():
        raise FormatError(f"a block ends at {int(ends.max())} of {size}")
    if (ends[:-1] > starts[1:]).any():
        raise FormatError("its blocks overlap or are not in order")
    return Blocks(starts, ends.astype(np.uint32)), offset + 4 + 8 * count


class TwoBitOpener:
    """Opens .2bit files."""

    def open(self, source: object) -> TwoBitGenome:
        return open_twobit(path_in(source, "the path of a .2bit file"))
