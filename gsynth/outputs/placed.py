"""Where the bytes of an output go: to their place in a file from any thread, or one after the other to a stream."""

from __future__ import annotations

import errno
import io
import os
import weakref
from typing import Protocol

import numpy as np
from attrs import define
from numpy.typing import NDArray


class BinaryFile(Protocol):
    """What a sink asks of an open file; what is written may be a part of what was handed over, where it says so."""

    def write(self, data: memoryview, /) -> int | None: ...

    def flush(self) -> object: ...


@define
class Target:
    """A file that may be written anywhere (`descriptor`), or else a stream.

    The place of every byte is known before it is made, so threads write to a file at the same time: copying to the
    system's cache is a good part of the work.
    """

    file: BinaryFile
    descriptor: int | None = None

    def __attrs_post_init__(self) -> None:
        if self.descriptor is not None:
            # One of its own, closed with the last reference: where a second Ctrl-C has cut the waiting for threads
            # short, the file is closed while they run, and its number may be that of another file by then.
            self.descriptor = os.dup(self.descriptor)
            weakref.finalize(self, os.close, self.descriptor)

    def made(self, data: NDArray[np.uint8], place: int) -> NDArray[np.uint8] | None:
        """Write at `place` where that can be done; else give the data back, to be taken in turn."""
        if self.descriptor is None:
            return data
        write_at(self.descriptor, data, place)
        return None

    def corrected(self, made: NDArray[np.uint8] | None, data: NDArray[np.uint8], place: int) -> None:
        """Put `data` in place of the first bytes of what was made for `place`."""
        if made is not None:
            made[: data.size] = data
        elif self.descriptor is not None:
            write_at(self.descriptor, data, place)

    def take(self, made: NDArray[np.uint8] | None) -> None:
        """Write what was not yet written."""
        if made is None:
            return
        view = made.data
        while view:
            written = self.file.write(view)
            if not isinstance(self.file, io.RawIOBase):
                return
            # A file without a buffer takes what it can: of more than 2 GB not all, of a full pipe nothing.
            if written is None:
                raise BlockingIOError(errno.EAGAIN, "the output takes no more for now: open it in blocking mode")
            view = view[written:]


def write_at(descriptor: int, data: NDArray[np.uint8], place: int) -> None:
    """Write all of `data` (contiguous) at byte `place` of an open file."""
    view = data.data
    while view:
        written = os.pwrite(descriptor, view, place)
        view, place = view[written:], place + written
