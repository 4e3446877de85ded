"""Where the bytes of an output go: to their place in a file from any thread, or one after the other to a stream."""

from __future__ import annotations

import errno
import io
import os
import weakref
from typing import Any, Protocol

import numpy as np
from attrs import define
from numpy.typing import NDArray


class BinaryFile(Protocol):
    """What a sink needs of an open file; `write` may take only a part of its argument if it returns how much."""

    def write(self, data: memoryview, /) -> int | None: ...

    def flush(self) -> object: ...


class ByteTarget(Protocol):
    """Takes the bytes of an output, stretch by stretch."""

    @property
    def path(self) -> str | None:
        """Where other processes find the file to write to its places; None if they cannot."""
        ...

    def made(self, data: NDArray[np.uint8], place: int) -> Any:
        """The stretch that lies at byte `place`, as it will be written; None if it is already. On any thread."""
        ...

    def corrected(self, made: Any, data: NDArray[np.uint8], place: int) -> None:
        """Put `data` in place of the first bytes of what was made for `place`."""
        ...

    def take(self, made: Any) -> None:
        """Write what was not yet written. In the order of the stretches, one at a time."""
        ...


@define
class Target:
    """A file that may be written anywhere (`descriptor`), or else a stream.

    The place of every byte is known before it is made, so threads write to a file at the same time: copying to the
    system's cache is a considerable part of the work.
    """

    file: BinaryFile | None
    descriptor: int | None = None

    @property
    def path(self) -> str | None:
        """Where other processes find the file; None for a stream."""
        # `gsynth.files.atomic` gives it the name; other files with a descriptor may have a number for one.
        name = getattr(self.file, "name", None)
        return name if self.descriptor is not None and isinstance(name, str) else None

    def __attrs_post_init__(self) -> None:
        if self.descriptor is not None:
            # A descriptor of its own, closed with the last reference: after a second Ctrl-C the file is closed while
            # threads still run, and by then its number may belong to another file.
            self.descriptor = os.dup(self.descriptor)
            weakref.finalize(self, os.close, self.descriptor)

    def made(self, data: NDArray[np.uint8], place: int) -> NDArray[np.uint8] | None:
        """Write at `place` if that is possible; else return the data, to be taken in turn."""
        if self.descriptor is None:
            return data
        write_at(self.descriptor, data, place)
        return None

    def corrected(self, made: NDArray[np.uint8] | None, data: NDArray[np.uint8], place: int) -> None:
        """See `ByteTarget`."""
        if made is not None:
            made[: data.size] = data
        elif self.descriptor is not None:
            write_at(self.descriptor, data, place)

    def take(self, made: NDArray[np.uint8] | None) -> None:
        """See `ByteTarget`."""
        if made is None or self.file is None:
            return
        view = made.data
        while view:
            written = self.file.write(view)
            # A buffered file takes everything in one call, and may return anything.
            if not isinstance(self.file, io.RawIOBase):
                return
            # A file without a buffer takes what it can: only a part of more than 2 GB, nothing if a pipe is full.
            if written is None:
                raise BlockingIOError(errno.EAGAIN, "the output takes no more for now: open it in blocking mode")
            view = view[written:]


def write_at(descriptor: int, data: NDArray[np.uint8], place: int) -> None:
    """Write all of `data` (contiguous) at byte `place` of an open file."""
    view = data.data
    while view:
        # The system writes at most 2 GiB in one call.
        written = os.pwrite(descriptor, view, place)
        view, place = view[written:], place + written
