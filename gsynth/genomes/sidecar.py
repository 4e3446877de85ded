"""Index files beside a genome: written in one step, where the folder allows it."""

from __future__ import annotations

import logging
import os
import stat
import warnings
from pathlib import Path

from gsynth.errors import FormatError
from gsynth.files.atomic import replacing

_log = logging.getLogger(__name__)


def sidecar(path: Path, suffix: str) -> Path:
    """The index of `path`: its whole name and `suffix`."""
    return path.with_name(path.name + suffix)


def read_sidecar(index: Path, most: int) -> bytes:
    """The bytes of an index, which has at most `most`.

    Raises
    ------
    FormatError
        A pipe, a socket or a device, which has no end, or a file that is larger than an index of this genome can be.
    """
    # O_NONBLOCK: opening a named pipe would wait for its other end.
    with open(os.open(index, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0)), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise FormatError("it is not a plain file")
        if status.st_size > most:
            raise FormatError(f"it has {status.st_size:,} bytes, an index of this file has at most {most:,}")
        return file.read(status.st_size)


def state_of(path: Path) -> tuple[int, ...]:
    """What changes when another file takes the place of the one at `path`, or it is written to; empty without one."""
    try:
        status = os.stat(path)
    except OSError:
        return ()
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def write_sidecar(path: Path, content: bytes, source: Path, state: tuple[int, ...]) -> bool:
    """Write `content`, which was made of `source` in that `state`, at `path`, all or nothing.

    False where the folder cannot be written to, or `source` is another file by now.
    """
    if state_of(source) != state:
        return False
    try:
        with replacing(path) as (file,):
            file.write(content)
        if state_of(source) != state:
            # No index is better than that of another file, even if this is the new file's own: it can be made again.
            path.unlink(missing_ok=True)
            return False
    except OSError as error:
        _log.info("%s could not be written (%s): the index stays in memory", path, error)
        return False
    return True


def warn_unusable(index: Path, source: Path, reason: object) -> None:
    """Warn that an index was ignored, why, and what to do."""
    warnings.warn(
        f"{index} does not match {source.name} ({reason}): it is not used, and a right index is kept in memory; "
        f"delete it to have a new one written",
        UserWarning,
        stacklevel=2,
    )
