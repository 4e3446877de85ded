"""Puts a finished model, a file or a folder, in its place, so that a crash leaves the old one or the new one."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import glob
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gsynth.errors import OutputExistsError
from gsynth.files.atomic import hidden_prefix, sync, sync_one
from gsynth.files.locks import locked, try_lock

WORKSPACE_SUFFIX: Final = ".saving"
"""Ends the name of the hidden sibling folder in which a save is prepared."""

_OLD_SUFFIX: Final = ".replaced"
_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2
_NOT_POSSIBLE: Final = frozenset({errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EPERM})


@contextlib.contextmanager
def workspace(target: Path) -> Iterator[Path]:
    """A new hidden sibling folder of `target`, on the same file system; deleted with all in it at the end."""
    with locked(target.parent):
        # Nobody else looks for leftovers between the making of a folder and its lock.
        _remove_leftovers(target)
        folder = Path(tempfile.mkdtemp(prefix=hidden_prefix(target), suffix=WORKSPACE_SUFFIX, dir=target.parent))
        descriptor = os.open(folder, os.O_RDONLY)
        try_lock(descriptor)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def _workspaces(target: Path) -> list[Path]:
    return sorted(target.parent.glob(f"{glob.escape(hidden_prefix(target))}*{WORKSPACE_SUFFIX}"))


def _remove_leftovers(target: Path) -> None:
    """Delete the workspaces of killed saves, but for an old model that was moved aside."""
    for folder in _workspaces(target):
        with contextlib.suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
            try:
                if try_lock(descriptor) and not (folder / (target.name + _OLD_SUFFIX)).exists():
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(descriptor)


def interrupted_saves(target: Path) -> list[Path]:
    """The old models that saves of `target` moved aside and were killed before they put the new one in its place."""
    return [old for folder in _workspaces(target) if (old := folder / (target.name + _OLD_SUFFIX)).exists()]


def place(new: Path, target: Path) -> None:
    """Move `new`, which lies in the `workspace` of `target`, to `target`, replacing what is there.

    All of `new` is on the disk before it gets its name. A file replaces a file in one step, and so does a folder a
    folder where the system can exchange two names; elsewhere the old one waits in the workspace for the moment
    between two renames, and comes back if the second one fails.

    Raises
    ------
    FileExistsError
        `target` is a folder with entries that the new model does not bring again.
    """
    sync(new)
    with locked(target.parent):
        if not os.path.lexists(target) or not (target.is_dir() or new.is_dir()):
            os.replace(new, target)
        else:
            _refuse_foreign_entries(new, target)
            if not _exchange(new, target):
                _step_aside(new, target)
    sync_one(target.parent)


def _refuse_foreign_entries(new: Path, target: Path) -> None:
    """Refuse to lose what may not be the model's: notes, plots, another program's files."""
    if not target.is_dir():
        return
    if new.is_dir():
        foreign = {entry.name for entry in target.iterdir()} - {entry.name for entry in new.iterdir()}
    else:
        foreign = {entry.name for entry in target.iterdir() if entry.is_dir()}
    if foreign:
        raise OutputExistsError(
            f"the folder {target} holds more than the model that is to be replaced: {', '.join(sorted(foreign)[:5])}; "
            "move that away, or save under another name"
        )


def _exchange(new: Path, target: Path) -> bool:
    """Exchange the two names in one step; False where the system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    if rename(_AT_FDCWD, os.fsencode(new), _AT_FDCWD, os.fsencode(target), _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in _NOT_POSSIBLE:
        return False
    raise OSError(code, os.strerror(code), str(target))


def _step_aside(new: Path, target: Path) -> None:
    old = new.parent / (target.name + _OLD_SUFFIX)
    os.rename(target, old)
    try:
        os.rename(new, target)
    except BaseException:
        os.rename(old, target)
        raise
