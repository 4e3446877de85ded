"""A file that several processes write at once, each at places that were reserved for it beforehand."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, runtime_checkable

from attrs import frozen

from gsynth.errors import ExecutorError
from gsynth.outputs.placed import Target
from gsynth.outputs.sinks import Sink


@frozen
class SharedFile:
    """Where the file lies, and the sink by which parts are written to it.

    Parameters
    ----------
    path : str
        Absolute; the file's temporary name, on a file system that all processes see.
    make : callable
        Takes the file and the place of the next record, and returns the sink.
    """

    path: str
    make: Callable[[Target, int], Sink]

    @contextmanager
    def opened(self, place: int) -> Iterator[Sink]:
        """The sink of this process; what it has written is safe when the block ends.

        Raises
        ------
        ExecutorError
            The file cannot be opened where this process runs.
        """
        try:
            # Never made here: once the call has ended, a worker that was thought dead must find nothing to write to.
            descriptor = os.open(self.path, os.O_WRONLY | getattr(os, "O_CLOEXEC", 0))
        except OSError as error:
            raise ExecutorError(
                f"a worker on {os.uname().nodename} cannot write to {self.path} ({error.strerror}): the folder of the "
                "output must be on a file system that all workers share"
            ) from error
        try:
            yield self.make(Target(None, descriptor), place)
            # A machine that fails after its worker has reported must not take what was written with it.
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@runtime_checkable
class SharesFile(Protocol):
    """Optional ability of a sink: other processes make its parts and write them to its file themselves."""

    def shared(self) -> SharedFile | None:
        """The file for them; None if this output has none.

        What `Sink.made` returns there is small and can be pickled; `Sink.take` gets it here, with a part that is empty.
        """
        ...
