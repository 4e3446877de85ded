"""The one way in which a file gets its name: written under another one next to it, synced to the disk, then renamed.

A crash leaves the old file or the new one; the next run with the same output removes anything else it left behind.
Links are followed: the link stays, and what it points to is replaced.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final

from gsynth.errors import ArgumentError
from gsynth.files.siblings import in_turn, leftovers, named_when_full, new_file, remove, temporary

_SUFFIX: Final = ".part"
_BUFFER: Final = 1 << 20

# Some network file systems cannot sync a folder; they order changes to it themselves.
_CANNOT_SYNC: Final = frozenset({"ENOSYS", "EINVAL", "EOPNOTSUPP", "ENOTSUP", "EPERM", "EACCES"})


def real(path: Path) -> Path:
    """`path` with its links followed, whether it exists or not."""
    found = Path(os.path.realpath(path))
    if found.is_symlink():
        raise ArgumentError(f"{path} is a link that leads back to itself")
    return found


@contextlib.contextmanager
def replacing(*paths: Path, outdated: Sequence[Path] = ()) -> Iterator[list[IO[bytes]]]:
    """Files, open for writing, that take the places of `paths` together when the block ends without an error.

    After an error everything is as before. If there are several, the others belong to the first: while they are put in
    place there is a moment in which the first has no companions, but none in which it has those of another file, even
    if two processes write the same files at once.

    Parameters
    ----------
    *paths : Path
        Paths of the files.
    outdated : sequence of Path
        Companions of the present first file, which are deleted with it.
    """
    targets = [real(path) for path in paths]
    with named_when_full(targets[0]), contextlib.ExitStack() as stack:
        temporaries = [stack.enter_context(_temporary_file(target)) for target in targets]
        yield [file for _, file in temporaries]
        # Before the rename: after a crash the new name could otherwise stand for a file without its content.
        for _, file in temporaries:
            file.flush()
            os.fsync(file.fileno())
        with in_turn(targets[0]):
            # Companions first: an index without its file does no harm, one of other content does.
            for target in [*targets[1:], *outdated]:
                target.unlink(missing_ok=True)
            for (path, _), target in zip(temporaries, targets, strict=True):
                os.replace(path, target)
        # A rename is on the disk only once its folder is.
        for folder in sorted({target.parent for target in targets}):
            sync_one(folder)


@contextlib.contextmanager
def _temporary_file(target: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """A new sibling of `target` with the mode of the present file, and the file, open for writing."""
    for path in leftovers(target, _SUFFIX):
        with contextlib.suppress(OSError):
            remove(path)
    with temporary(target, _SUFFIX, new_file) as (path, descriptor):
        with contextlib.suppress(OSError):
            # Suppressed: there may be no file yet, or a file system without modes.
            os.fchmod(descriptor, stat.S_IMODE(os.stat(target).st_mode))
        # closefd=False: the descriptor holds the lock until the file has its name, and `temporary` closes it.
        with io.BufferedWriter(io.FileIO(descriptor, "wb", closefd=False), _BUFFER) as file:
            # Instead of the descriptor's number: other processes may have to open it by its name.
            raw: Any = file.raw
            raw.name = os.fspath(path)
            yield path, file


def sync(path: Path) -> None:
    """Sync the file, or the folder and everything in it, to the disk."""
    if path.is_dir():
        for entry in sorted(path.iterdir()):
            sync(entry)
    sync_one(path)


def sync_one(path: Path) -> None:
    """Sync the file, or the names in the folder, to the disk."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if not (path.is_dir() and errno.errorcode.get(error.errno or 0) in _CANNOT_SYNC):
            raise
