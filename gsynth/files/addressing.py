"""Files by their address: what another process needs to open the same file, and to notice that it is another one."""

from __future__ import annotations

import hashlib
import os
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar

from attrs import frozen

from gsynth.errors import FormatError, MissingFileError

Opened = TypeVar("Opened")

_STRETCH: Final = 1 << 16
_STRETCHES: Final = 256
"""Of a larger file so many stretches are read, and its time of change counts as well."""


@frozen
class FileAddress:
    """Where a file lies, and by what it is recognised there.

    A small file is recognised by its content, a larger one by its size, its time of change and 256 stretches of its
    content: reading all of a genome in every process would take longer than many a job.

    Parameters
    ----------
    path : str
        Absolute, as another process may run in another folder.
    digest : str
    parts : tuple of str
        If the address is that of a folder, the files in it that count, by their names within it.
    """

    path: str
    digest: str
    parts: tuple[str, ...] = ()

    @classmethod
    def of(cls, path: str | os.PathLike[str], parts: Sequence[str] = ()) -> FileAddress:
        """The address of a file, or of some files in a folder, as they are now."""
        place = os.path.abspath(path)
        return cls(place, _digest(place, parts), tuple(parts))

    def checked(self) -> Path:
        """The path.

        Raises
        ------
        MissingFileError
            There is no such file where this process runs.
        FormatError
            It is another file than the one whose address this is.
        """
        try:
            found = _digest(self.path, self.parts)
        except (FileNotFoundError, NotADirectoryError):
            raise MissingFileError(
                f"no file {self.path!r} on {_host()}: every machine that takes part needs it under the same path, on a "
                "shared file system or as a copy"
            ) from None
        if found != self.digest:
            raise FormatError(
                f"{self.path} on {_host()} is another file than the one with which the call began, or it has changed "
                "since: use a shared file system, or copies with the time of change (cp -p, rsync -t)"
            )
        return Path(self.path)

    def reopened(self, opens: Callable[[Path], Opened]) -> Opened:
        """What `opens` makes of the path, once it is `checked`.

        Raises
        ------
        MissingFileError, FormatError
            As `checked`.
        """
        path = self.checked()
        with warnings.catch_warnings():
            # About the file they were given where it was opened first.
            warnings.simplefilter("ignore")
            return opens(path)


def _host() -> str:
    return os.uname().nodename


def _digest(path: str, parts: Sequence[str]) -> str:
    found = hashlib.blake2b(digest_size=16)
    for part in parts or [""]:
        found.update(part.encode(errors="surrogateescape") + b"\0")
        _add(found, os.path.join(path, part) if part else path, max(1, _STRETCHES // max(len(parts), 1)))
    return found.hexdigest()


def _add(found: hashlib.blake2b, path: str, stretches: int) -> None:
    with open(path, "rb", buffering=0) as file:
        state = os.fstat(file.fileno())
        found.update(b"%d " % state.st_size)
        if state.st_size <= stretches * _STRETCH:
            while chunk := file.read(1 << 20):
                found.update(chunk)
            return
        found.update(b"%d " % state.st_mtime_ns)
        last = state.st_size - _STRETCH
        for i in range(stretches):
            # The first one at the beginning of the file, the last one at its end.
            found.update(os.pread(file.fileno(), _STRETCH, last * i // max(stretches - 1, 1)))
