"""Where the bytes of an output go: to their place in a file from any thread, or one after the other to a stream."""

from __future__ import annotations

import os
from typing import IO

import numpy as np
from attrs import define
from numpy.typing import NDArray


@define
class Target:
    """A file that may be written anywhere (`descriptor`), or else a stream.

    The place of every byte is known before it is made, so threads write to a file at the same time: copying to the
    system's cache is a good part of the work.
    """

    file: IO[bytes]
    descriptor: int | None = None

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
        if made is not None:
            self.file.write(made.data)


def write_at(descriptor: int, data: NDArray[np.uint8], place: int) -> None:
    """Write all of `data` (contiguous) at byte `place` of an open file."""
    view = data.data
    while view:
        written = os.pwrite(descriptor, view, place)
        view, place = view[written:], place + written
