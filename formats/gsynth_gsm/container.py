"""The two containers: a folder, and a zip, of the same files. One reader and one writer for each."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, Protocol

from gsynth.plugins import FormatError, GsynthError
from gsynth_gsm.signature import METHODS, ZIP_DAMAGE

_STILL: Final = (1980, 1, 1, 0, 0, 0)
# Higher levels take three times as long and make the file a tenth smaller.
_LEVEL: Final = 2


class Source(Protocol):
    """The files of one model, to read."""

    @property
    def where(self) -> str:
        """How messages refer to the model."""
        ...

    def open(self, name: str) -> contextlib.AbstractContextManager[tuple[IO[bytes], int]]:
        """The file of that name as a stream, and its size in bytes; FormatError if it does not exist."""
        ...


class Sink(Protocol):
    """The files of one model, to write, one after the other."""

    def create(self, name: str, size: int) -> contextlib.AbstractContextManager[IO[bytes]]:
        """A new file of `size` bytes."""
        ...


def read_whole(source: Source, name: str, most: int) -> bytes:
    """All of a file that has at most `most` bytes."""
    with source.open(name) as (file, size):
        if size > most:
            raise FormatError(f"{source.where}: {name} is larger than {most:,} bytes")
        parts = []
        left = most + 1
        # In parts, because an unbuffered file may return less than asked for.
        while left and (part := file.read(left)):
            parts.append(part)
            left -= len(part)
    if not left:
        raise FormatError(f"{source.where}: {name} is larger than {most:,} bytes")
    return b"".join(parts)


class FolderSource:
    """Reads from one folder only, and from the same one even if another takes its name meanwhile."""

    def __init__(self, folder: Path, descriptor: int) -> None:
        self._folder = Path(os.path.realpath(folder))
        self._descriptor = descriptor
        self.where = str(folder)

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[tuple[IO[bytes], int]]:
        real = Path(os.path.realpath(self._folder / name))
        if real.parent != self._folder:
            raise FormatError(f"{self.where}: {name} is a link to {real}, outside the model's folder")
        try:
            # O_NONBLOCK: opening a named pipe would wait for its other end. By the folder's descriptor, so that all
            # files come from one model even if another is saved over it meanwhile.
            descriptor = os.open(real.name, os.O_RDONLY | os.O_NONBLOCK, dir_fd=self._descriptor)
        except FileNotFoundError as error:
            raise FormatError(f"{self.where}: the file {name} is missing") from error
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            # Of the open file: between a check of the path and its opening the file could be replaced.
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise FormatError(f"{self.where}: {name} is not a plain file")
            yield file, status.st_size


class ZipSource:
    """Reads from an open zip."""

    def __init__(self, archive: zipfile.ZipFile, where: str) -> None:
        self._archive = archive
        self.where = where
        names = archive.namelist()
        # Readers disagree on which one counts, so what was checked need not be what another program loads.
        if len(set(names)) != len(names):
            raise FormatError(f"{where}: the zip holds two files of one name")

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[tuple[IO[bytes], int]]:
        try:
            info = self._archive.getinfo(name)
        except KeyError as error:
            raise FormatError(f"{self.where}: the file {name} is missing") from error
        if info.compress_type not in METHODS:
            raise FormatError(f"{self.where}: {name} is compressed by method {info.compress_type}, expected deflate")
        with self._archive.open(info) as file:
            yield file, info.file_size


@contextlib.contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """The model's files, from the folder or the zip at `path`."""
    if path.is_dir():
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield FolderSource(path, descriptor)
        finally:
            os.close(descriptor)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            yield ZipSource(archive, str(path))
    except GsynthError:
        raise
    except ZIP_DAMAGE as error:
        # EINVAL comes from seeking to an offset before the file, which is damage; other errors are the system's.
        if isinstance(error, OSError) and error.errno != errno.EINVAL:
            raise
        raise FormatError(f"{path}: neither a folder nor a readable zip: {error}") from error


class FolderSink:
    """Writes into a new folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder

    @contextlib.contextmanager
    def create(self, name: str, size: int) -> Iterator[IO[bytes]]:
        with (self._folder / name).open("xb") as file:
            yield file


class ZipSink:
    """Writes into a zip; the same content gives the same bytes."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    @contextlib.contextmanager
    def create(self, name: str, size: int) -> Iterator[IO[bytes]]:
        info = zipfile.ZipInfo(name, _STILL)
        info.compress_type = zipfile.ZIP_DEFLATED
        # Unix, whatever the system: zipfile would note the machine, and the bytes would differ.
        info.create_system = 3
        info.external_attr = (stat.S_IFREG | 0o644) << 16
        # Deflate lengthens what it cannot shorten, by far less than one part in ten.
        with self._archive.open(info, "w", force_zip64=size * 1.1 > zipfile.ZIP64_LIMIT) as file:
            yield file


@contextlib.contextmanager
def zip_sink(path: Path) -> Iterator[Sink]:
    """A sink that makes the zip at `path`."""
    with zipfile.ZipFile(path, "x", compression=zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        yield ZipSink(archive)
