"""Temporary siblings: files and folders that get their name later, and what killed runs left of them.

Siblings, because a rename is atomic only within a file system.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from gsynth.files.locks import locked, try_lock

_FULL: Final = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT})
_CLOEXEC: Final = getattr(os, "O_CLOEXEC", 0)
_NOT_FOLLOWED: Final = os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_NOFOLLOW", 0) | _CLOEXEC


def _hidden(target: Path, ending: str) -> Path:
    """A hidden sibling, with a name short enough for any file system however long the name of `target` is."""
    return target.with_name(f".{target.name[:40]}.{ending}")


def new_file(path: Path) -> int:
    """A descriptor of a new file, to read and write; the umask decides who may (unlike in `tempfile`)."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _CLOEXEC, 0o666)


def new_folder(path: Path) -> int:
    """A descriptor of a new folder, which only its owner may enter."""
    while True:
        path.mkdir(mode=0o700)
        # Already gone, if another process took it for a leftover.
        with contextlib.suppress(FileNotFoundError):
            return os.open(path, _NOT_FOLLOWED)


@contextlib.contextmanager
def temporary(target: Path, suffix: str, create: Callable[[Path], int]) -> Iterator[tuple[Path, int]]:
    """A new sibling of `target` and its descriptor; removed at the end in any case, unless it was renamed.

    It is locked meanwhile: a sibling without a lock is one that a killed run has left.

    Raises
    ------
    OSError
        It cannot be made in the folder; the error names `target`.
    """
    while True:
        path = _hidden(target, secrets.token_hex(8) + suffix)
        # Within the block from the first line on: Ctrl-C may come between any two.
        try:
            descriptor = create(path)
            try:
                # Between making and locking it, another process may have taken it for a leftover.
                if try_lock(descriptor) is not False and _is_at(descriptor, path):
                    yield path, descriptor
                    return
            finally:
                os.close(descriptor)
        except OSError as error:
            if str(error.filename) != str(path):
                raise
            # The name that the user gave, not the temporary one.
            raise OSError(error.errno, error.strerror, str(target)) from error
        finally:
            remove(path)


@contextlib.contextmanager
def named_when_full(target: Path) -> Iterator[None]:
    """Within the block, the error of a full disk or quota names what was being written."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL and error.filename is None:
            raise OSError(error.errno, error.strerror, str(target)) from error
        raise


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path, follow_symlinks=False))
    except FileNotFoundError:
        return False


def remove(path: Path) -> None:
    """Delete the file, or the folder and everything in it, if it exists."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def siblings(target: Path, suffix: str) -> list[Path]:
    """The existing temporary siblings of `target`, in use or not."""
    begin, end = (re.escape(part) for part in (_hidden(target, "").name, suffix))
    pattern = re.compile(f"{begin}[0-9a-f]{{16}}{end}")
    try:
        names = os.listdir(target.parent)
    except OSError:  # a folder that may be written to but not listed
        return []
    return [target.with_name(name) for name in sorted(names) if pattern.fullmatch(name)]


def leftovers(target: Path, suffix: str) -> Iterator[Path]:
    """Those siblings whose process is gone, each locked while it is yielded."""
    for path in siblings(target, suffix):
        with contextlib.suppress(OSError):
            descriptor = os.open(path, _NOT_FOLLOWED)
            try:
                if try_lock(descriptor):
                    yield path
            finally:
                os.close(descriptor)


def in_turn(target: Path) -> contextlib.AbstractContextManager[None]:
    """One process at a time puts what belongs to `target` into place."""
    return locked(_hidden(target, "gsynth-lock"))
