"""Bytes that can be read at any position, from many threads at once."""

from __future__ import annotations

import os
import stat
import weakref
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gsynth.errors import ArgumentError, FormatError, MissingFileError


class ByteSource(Protocol):
    """Random access to text of a known size. Safe to read from many threads at once."""

    @property
    def name(self) -> str:
        """How messages refer to it."""
        ...

    @property
    def size(self) -> int:
        """How many bytes it holds."""
        ...

    @property
    def near(self) -> int:
        """Distance in bytes up to which reading on is faster than beginning another read."""
        ...

    def read_into(self, offset: int, out: NDArray[np.uint8]) -> None:
        """Fill all of `out` (uint8[n], contiguous) from `offset` on; FormatError if the source ends before."""
        ...

    def close(self) -> None:
        """Close the file; nothing is read from now on."""
        ...


def read_bytes(source: ByteSource, offset: int, size: int) -> bytes:
    """`size` bytes from `offset` on."""
    out = np.empty(size, dtype=np.uint8)
    source.read_into(offset, out)
    return out.tobytes()


class FileBytes:
    """A file read by position (pread), which needs no lock and, unlike a memory map, adds nothing to resident memory.

    A file that is truncated while it is open gives an error here; with a memory map it would end the process.
    """

    near = 1 << 14

    def __init__(self, descriptor: int, name: str) -> None:
        self._descriptor = descriptor
        self.name = name
        self.size = os.fstat(descriptor).st_size
        self._finalizer = weakref.finalize(self, os.close, descriptor)

    @classmethod
    def open(cls, path: Path) -> FileBytes:
        """The file at `path`; MissingFileError if there is none, FormatError for a pipe, a socket or a device."""
        try:
            # O_NONBLOCK: opening a named pipe would wait for its other end.
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0))
        except (FileNotFoundError, NotADirectoryError):
            raise MissingFileError(f"no file {str(path)!r}") from None
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise FormatError(f"{os.fspath(path)} is not a plain file")
        return cls(descriptor, os.fspath(path))

    def close(self) -> None:
        # No later read may go to a file that got the same number.
        self._descriptor = -1
        self._finalizer()

    def read_into(self, offset: int, out: NDArray[np.uint8]) -> None:
        if self._descriptor < 0:
            raise ArgumentError(f"{self.name} was closed; open it again")
        # Read straight into the array: `os.pread` would make bytes that have to be copied.
        view = out.data
        done = 0
        while done < len(view):
            # The system may return less than asked for, at most 2 GiB at once.
            got = os.preadv(self._descriptor, [view[done:]], offset + done)
            if got == 0:
                raise FormatError(
                    f"{self.name} ends at byte {offset + done}, expected {len(view) - done} more: it was {self.size} "
                    "bytes when it was opened, or its index does not belong to it"
                )
            done += got
