"""Locks between processes, where the file system has them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # not on every system
    fcntl = None  # type: ignore[assignment]  # then there is no locking


def try_lock(descriptor: int) -> bool | None:
    """Lock an open file for as long as it is open; False where another process has it, None where nobody can."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One process at a time within the block, for each folder; no file is left behind by that."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if fcntl is not None:
            # Network file systems may have no locks: then two writers at the same moment are what they were before.
            with contextlib.suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
