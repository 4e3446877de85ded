"""The bytes of a .2bit file: header, index, and for each record its size, its runs and its packed bases."""

from __future__ import annotations

import struct
from typing import IO, Final

import numpy as np
from numpy.typing import NDArray

from gsynth.errors import ArgumentError
from gsynth.files.segments import places_of
from gsynth.outputs.placed import BinaryFile, Target
from gsynth.outputs.records import Records

_SIGNATURE: Final = 0x1A412743
_HEADER: Final = struct.Struct("<IIII")
_LONGEST: Final = 2**32 - 1
_LONGEST_NAME: Final = 255
_AT_ONCE: Final = 1 << 22
"""Bytes that are copied at once."""

Table = tuple[NDArray[np.int64], NDArray[np.uint32]]
"""Where the runs of each record begin, int64[records + 1], and the runs, uint32[m, 2]."""


def check_twobit(records: Records) -> None:
    """Refuse records that a .2bit cannot hold."""
    numbers = np.arange(len(records), dtype=np.int64)
    if (records.lengths(numbers) > _LONGEST).any():
        raise ArgumentError(f"a record has more than {_LONGEST:,} bases, the most that a .2bit holds: write FASTA")
    long = numbers[records.name_lengths(numbers) > _LONGEST_NAME]
    if long.size:
        name = records.names(long[:1]).words()[0].decode()
        raise ArgumentError(f"the name {name[:40]}... has more than {_LONGEST_NAME} bytes, the most that a .2bit holds")


def write_twobit(file: BinaryFile, records: Records, unknown: Table, lower: Table, bases: IO[bytes]) -> None:
    """Write the file; `bases` holds the packed bases of the records, one after the other."""
    out = Target(file)
    lengths = records.lengths(np.arange(len(records), dtype=np.int64))
    sizes = -(-lengths // 4)

    def write(data: bytes) -> None:
        out.take(np.frombuffer(data, dtype=np.uint8))

    write(_index(records, 16 + 8 * (np.diff(unknown[0]) + np.diff(lower[0])) + sizes))
    for number, (length, size) in enumerate(zip(lengths.tolist(), sizes.tolist(), strict=True)):
        write(length.to_bytes(4, "little") + _runs(unknown, number) + _runs(lower, number) + bytes(4))
        for first in range(0, size, _AT_ONCE):
            write(bases.read(min(_AT_ONCE, size - first)))


def _index(records: Records, sizes: NDArray[np.int64]) -> bytes:
    """The header of the file, and for each record its name and where it begins, given their sizes in bytes."""
    names = records.names(np.arange(len(records), dtype=np.int64)).words()
    places = places_of(sizes)
    begin = _HEADER.size + sum(map(len, names)) + 5 * len(names)
    # Version 1 of the format has places of 64 bits; version 0, which more programs read, those of 32.
    wide = begin + int(places[-1]) > _LONGEST
    begin += 4 * len(names) * wide
    width = 8 if wide else 4
    entries = [
        bytes([len(name)]) + name + (begin + place).to_bytes(width, "little")
        for name, place in zip(names, places.tolist(), strict=False)
    ]
    return _HEADER.pack(_SIGNATURE, int(wide), len(names), 0) + b"".join(entries)


def _runs(table: Table, number: int) -> bytes:
    """The number of a record's runs, where they begin, and how long they are."""
    places, runs = table
    first, last = int(places[number]), int(places[number + 1])
    if first == last:
        return bytes(4)
    own = runs[first:last]
    starts, lengths = own[:, 0].astype("<u4"), (own[:, 1] - own[:, 0]).astype("<u4")
    return (last - first).to_bytes(4, "little") + starts.tobytes() + lengths.tobytes()
