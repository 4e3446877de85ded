"""Locks between processes, if the file system has them."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

try:
    import fcntl
except ImportError:  # not on every system
    fcntl = None  # type: ignore[assignment]  # then there is no locking


_DELETED: Final = frozenset({errno.ENOENT, errno.ESTALE})


def try_lock(descriptor: int) -> bool | None:
    """Lock an open file for as long as it is open; False if another process holds the lock, None if nobody can."""
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
def locked(path: Path) -> Iterator[None]:
    """One process at a time within the block; the file `path` exists only meanwhile.

    The folder itself is not locked: whoever started the process may hold a lock on it (``flock FOLDER COMMAND``).
    """
    descriptor = _held(path)
    try:
        yield
    finally:
        if descriptor is not None:
            with contextlib.suppress(OSError):
                path.unlink()
            os.close(descriptor)


def _held(path: Path) -> int | None:
    """A descriptor of the locked file; None if it cannot be locked: a network file system, another user's file.

    Then two writers at the same moment behave as they would without locks.
    """
    if fcntl is None:
        return None
    while True:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        except OSError as error:
            # Some file systems answer so where another process deletes the file at the same moment.
            if error.errno in _DELETED and path.parent.is_dir():
                continue
            return None
        try:
            if not _lock(descriptor) or _is_still(descriptor, path):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError:
        return False
    return True


def _is_still(descriptor: int, path: Path) -> bool:
    """Whether the file has its name: if its previous holder has deleted it, another process may hold a new one."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path, follow_symlinks=False))
    except OSError:
        return False
