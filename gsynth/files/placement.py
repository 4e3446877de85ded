"""Puts a finished model, a file or a folder, into place, so that a crash leaves the old one or the new one."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import shutil
import sys
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Final

from gsynth.errors import OutputExistsError
from gsynth.files.atomic import sync, sync_one
from gsynth.files.inputs import identity
from gsynth.files.siblings import in_turn, leftovers, named_when_full, new_folder, remove, siblings, temporary

WORKSPACE_SUFFIX: Final = ".saving"
"""The end of the name of the hidden sibling folder in which a save is prepared."""

# Folders in a workspace, in which a model keeps its own name: a longer one might exceed what the file system allows.
_NEW: Final = "new"
_OLD: Final = "old"

# From Linux's headers: Python does not have these names.
_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2
_NOT_POSSIBLE: Final = frozenset({errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EPERM})
_TAKEN: Final = frozenset({errno.ENOTEMPTY, errno.EEXIST, errno.EISDIR, errno.ENOTDIR})


@contextlib.contextmanager
def workspace(target: Path) -> Iterator[Path]:
    """Where to prepare the new `target`: a path of the same name, in a hidden sibling folder.

    The folder is deleted at the end with everything in it, and so is what killed saves have left, except an old model
    that one of them had moved aside.
    """
    for folder in leftovers(target, WORKSPACE_SUFFIX):
        if not (folder / _OLD / target.name).exists():
            remove(folder)
    with named_when_full(target), temporary(target, WORKSPACE_SUFFIX, new_folder) as (folder, _):
        (folder / _NEW).mkdir()
        yield folder / _NEW / target.name


def interrupted_saves(target: Path) -> list[Path]:
    """The old models that saves of `target` had moved aside when they were killed, before the new one was in place."""
    olds = (folder / _OLD / target.name for folder in siblings(target, WORKSPACE_SUFFIX))
    return [old for old in olds if old.exists()]


def is_being_saved(target: Path) -> bool:
    """Whether a save of `target` is under way, or was killed."""
    return bool(siblings(target, WORKSPACE_SUFFIX))


@contextlib.contextmanager
def held(target: Path) -> Iterator[Callable[[], bool]]:
    """Within the block, a function that says whether `target` has become another file or folder since the block began.

    The present one is kept open meanwhile, because the system reuses the number of a deleted file for a new one.
    """
    try:
        descriptor = os.open(target, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        descriptor = None
    before = identity(target) if descriptor is None else identity(descriptor)
    try:
        yield lambda: identity(target) != before
    finally:
        if descriptor is not None:
            os.close(descriptor)


def place(new: Path, target: Path, own: Collection[str] = ()) -> None:
    """Move `new`, made in the `workspace` of `target`, to `target`, replacing what is there.

    All of `new` is on the disk before it gets its name, and it has the modes of what it replaces. A file replaces a
    file in one step, and so does a folder a folder if the system can exchange two names; elsewhere the old one waits in
    the workspace for the moment between two renames, and comes back if the second one fails.

    Parameters
    ----------
    new, target : Path
    own : collection of str
        Names of the files that a model of this format may have; those of the old one may be deleted.

    Raises
    ------
    FileExistsError
        `target` is a folder with entries that do not belong to the new model.
    """
    sync(new)
    with in_turn(target):
        _keep_modes(new, target)
        if not _take_name(new, target):
            _refuse_foreign_entries(new, target, own)
            if not _exchange(new, target):
                _step_aside(new, target)
    sync_one(target.parent)


def _keep_modes(new: Path, target: Path) -> None:
    """Whoever could read the old model can read the new one, and nobody else."""
    if new.is_dir() != target.is_dir() or not target.exists():
        return
    for entry in [new, *(new.iterdir() if new.is_dir() else ())]:
        with contextlib.suppress(FileNotFoundError):
            shutil.copymode(target / entry.relative_to(new), entry)


def _take_name(new: Path, target: Path) -> bool:
    """Rename in one step; False if a folder is in the way."""
    if os.path.lexists(target) and (target.is_dir() or new.is_dir()):
        return False
    try:
        os.replace(new, target)
    except OSError as error:
        # Without locks, another first save may have been faster.
        if error.errno in _TAKEN:
            return False
        raise
    return True


def _refuse_foreign_entries(new: Path, target: Path, own: Collection[str]) -> None:
    """Refuse to lose what may not belong to the model: notes, plots, files of another program."""
    if not target.is_dir():
        return
    if new.is_dir():
        brought = {entry.name for entry in new.iterdir()}
        foreign = {entry.name for entry in target.iterdir() if entry.is_dir() or entry.name not in own} - brought
    else:
        foreign = {entry.name for entry in target.iterdir() if entry.is_dir()}
    if foreign:
        raise OutputExistsError(
            f"the folder {target} holds more than the model that would be replaced: {', '.join(sorted(foreign)[:5])}; "
            "move that away, or save under another name"
        )


def _exchange(new: Path, target: Path) -> bool:
    """Exchange the two names in one step; False if the system cannot do that."""
    # Python has no call for it: os.replace refuses a folder that is not empty.
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
    old = new.parent.parent / _OLD / target.name
    old.parent.mkdir()
    os.rename(target, old)
    try:
        os.rename(new, target)
    except BaseException:
        os.rename(old, target)
        raise
