"""The one way in which a file gets its name: written beside it, made safe on the disk, then renamed.

A crash leaves the old file or the new one, and what it leaves beside them, the next run of the same output removes.
Links are followed: the link stays, and what it points to is replaced.
"""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from gsynth.files.locks import locked, try_lock

_SUFFIX: Final = ".part"
_BUFFER: Final = 1 << 20

# Some network file systems cannot sync a folder; they order its changes themselves.
_CANNOT_SYNC: Final = frozenset({"ENOSYS", "EINVAL", "EOPNOTSUPP", "ENOTSUP", "EPERM", "EACCES"})


def hidden_prefix(target: Path) -> str:
    """What the names of temporary siblings of `target` begin with; short enough for any file system."""
    return f".{target.name[:40]}."


def real(path: Path) -> Path:
    """`path` with its links followed, whether it exists or not."""
    return Path(os.path.realpath(path))


@contextlib.contextmanager
def replacing(*paths: Path) -> Iterator[list[IO[bytes]]]:
    """Files, open for writing, that take the places of `paths` together when the block ends well.

    When it does not, all is as it was. Where there are several, the first is the one that the others belong to: while
    they are put in place there is a moment in which the first has nothing beside it, but none in which it has what
    belongs to another, even where two processes write the same files at once.
    """
    targets = [real(path) for path in paths]
    with contextlib.ExitStack() as stack:
        temporaries = [stack.enter_context(_temporary(target)) for target in targets]
        yield [file for _, file in temporaries]
        for _, file in temporaries:
            file.flush()
            os.fsync(file.fileno())
        with locked(targets[0].parent):
            for target in targets[1:]:
                target.unlink(missing_ok=True)
            for (temporary, _), target in zip(temporaries, targets, strict=True):
                os.replace(temporary, target)
        sync_one(targets[0].parent)


@contextlib.contextmanager
def _temporary(target: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """A new sibling of `target`, locked while it is open, and deleted at the end if it is still there."""
    path = target.with_name(f"{hidden_prefix(target)}{secrets.token_hex(8)}{_SUFFIX}")
    try:
        # Within the block: Ctrl-C may come between any two lines. Not `tempfile`: that makes files which only their
        # owner may read, and the user's umask is to decide.
        with locked(target.parent):
            # Nobody else looks for leftovers between the making of a file and its lock.
            remove_leftovers(target)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o666)
            try_lock(descriptor)
        with os.fdopen(descriptor, "wb", buffering=_BUFFER) as file:
            with contextlib.suppress(OSError):
                os.fchmod(descriptor, stat.S_IMODE(os.stat(target).st_mode))
            yield path, file
    finally:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()


def remove_leftovers(target: Path) -> None:
    """Delete what killed runs of the same output left beside it: temporaries that no process holds locked."""
    for path in sorted(target.parent.glob(f"{glob.escape(hidden_prefix(target))}*{_SUFFIX}")):
        with contextlib.suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
            try:
                if try_lock(descriptor):
                    path.unlink()
            finally:
                os.close(descriptor)


def sync(path: Path) -> None:
    """Make the file, or the folder and all in it, safe on the disk."""
    if path.is_dir():
        for entry in sorted(path.iterdir()):
            sync(entry)
    sync_one(path)


def sync_one(path: Path) -> None:
    """Make the file, or the names in the folder, safe on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if not (path.is_dir() and errno.errorcode.get(error.errno or 0) in _CANNOT_SYNC):
            raise
    finally:
        os.close(descriptor)
