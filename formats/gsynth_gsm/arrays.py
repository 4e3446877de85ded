"""Arrays as float64, little-endian, C order: streamed through a buffer, hashed and checked on the way."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray

from gsynth.plugins import FormatError, check_room, freeze
from gsynth_gsm.container import Source
from gsynth_gsm.header import ArrayEntry

LARGEST_COUNT: Final = 2**53
"""Above this, float64 cannot hold every whole number."""
_BUFFER_BYTES: Final = 8 * 2**20
_FLOAT: Final = np.dtype("<f8")


def bins_at_once(bin_bytes: int) -> int:
    """How many bins of `bin_bytes` fit the buffer; at least 1."""
    return max(1, _BUFFER_BYTES // bin_bytes)


def blocks(shape: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """Ranges of bins that fit the buffer, one after the other."""
    step = bins_at_once(8 * int(np.prod(shape[1:])))
    for start in range(0, shape[0], step):
        yield start, min(start + step, shape[0])


def read_blocks(source: Source, entry: ArrayEntry) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """The array block by block, each with its first bin.

    The size is checked before anything is read, the checksum (if there is one) after the last block.
    """
    digest = hashlib.sha256()
    with source.open(entry.file) as (file, size):
        if size != entry.nbytes:
            raise FormatError(
                f"{source.where}: {entry.file} has {size:,} bytes, its shape {list(entry.shape)} needs {entry.nbytes:,}"
            )
        for start, stop in blocks(entry.shape):
            block = np.empty((stop - start, *entry.shape[1:]), dtype=_FLOAT)
            _fill(file, block, source.where, entry.file)
            digest.update(block.data)
            yield start, block.astype(np.float64, copy=False)
        # A zip states the size itself, so the bytes may be more than that.
        if file.read(1):
            raise FormatError(f"{source.where}: {entry.file} is longer than its shape says")
    if entry.sha256 is not None and digest.hexdigest() != entry.sha256.lower():
        raise FormatError(f"{source.where}: {entry.file} is damaged: its SHA-256 is not the one in the metadata")


def _fill(file: IO[bytes], block: NDArray[Any], where: str, name: str) -> None:
    # readinto may return less than asked for: an unbuffered file at 2 GiB, a member of a zip at each of its chunks.
    view = block.data.cast("B")
    done = 0
    while done < len(view):
        got = file.readinto(view[done:])  # type: ignore[attr-defined]  # binary files have it
        if not got:
            raise FormatError(f"{where}: {name} ends too early")
        done += got


def read_counts(source: Source, entry: ArrayEntry) -> NDArray[np.uint64]:
    """uint64 counts; FormatError for values that are not counts."""
    counts: NDArray[np.uint64] | None = None
    for start, block in read_blocks(source, entry):
        # Allocated only now, when the size of the file is known to agree with the shape that it claims.
        if counts is None:
            # A zip of counts that are all alike is a thousandth of their size.
            check_room(entry.nbytes, f"reading {source.where}", "use a model of fewer bins or a lower order")
            counts = np.zeros(entry.shape, dtype=np.uint64)
        # NaN fails the first comparison, infinity the second.
        if not ((block >= 0) & (block < LARGEST_COUNT)).all() or (block != np.floor(block)).any():
            raise FormatError(f"{source.where}: {entry.file} holds values that are not counts (whole, from 0 to 2**53)")
        # Zeros that are not written take no memory, and most of a model of a high order can be zeros.
        if block.any():
            counts[start : start + len(block)] = block
    if counts is None:
        raise FormatError(f"{source.where}: {entry.file} has no bins")
    return freeze(counts)


def read_prior(source: Source, entry: ArrayEntry) -> NDArray[np.float64]:
    """float64[bins, 4]."""
    return np.concatenate([block for _, block in read_blocks(source, entry)])


def write_blocks(file: IO[bytes], shape: tuple[int, ...], block_of: Callable[[int, int], NDArray[Any]]) -> str:
    """Write the blocks that ``block_of(start, stop)`` gives; returns the SHA-256 of the bytes."""
    digest = hashlib.sha256()
    for start, stop in blocks(shape):
        data = np.ascontiguousarray(block_of(start, stop), dtype=_FLOAT)
        digest.update(data.data)
        file.write(data.data.cast("B"))
    return digest.hexdigest()
