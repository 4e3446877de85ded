"""Text, plain or gzip, from a file or a pipe: read once, from front to back, in blocks of whole lines."""

from __future__ import annotations

import os
import stat
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from attrs import define, frozen

from gsynth.errors import FormatError, MissingFileError
from gsynth.files.inflate import inflated
from gsynth.files.likeness import EMPTY, HEAD, Likeness, likeness, unpacked_head

# Without a limit, a file without line ends would be held in memory as one line.
LINE_LIMIT: Final = 1 << 20
"""Bytes of the longest line that is accepted."""

CHUNK: Final = 1 << 19
"""Bytes that are read at once."""

_BOM: Final = b"\xef\xbb\xbf"
_SHOWN: Final = 60


@frozen
class TextBlock:
    """Whole lines, each ended by a newline, whatever ended it in the file.

    Attributes
    ----------
    text : bytes
    first : int
        The number of its first line, counted from 1.
    """

    text: bytes
    first: int


@define
class TextFile:
    """A text table that is being read: its lines, and the errors about them.

    Line ends are LF, CRLF or CR, the encoding UTF-8 with or without a byte order mark.

    Attributes
    ----------
    path : str
    what : str
        The kind of file that is expected: "BED file".
    role : str
        The argument for which it was given: "mask"; messages begin with it.
    head : bytes
        The first bytes, decompressed, once reading has begun.
    """

    path: str
    what: str
    role: str = ""
    head: bytes = b""

    def blocks(self) -> Iterator[TextBlock]:
        """The lines; each call reads the file from the start.

        Raises
        ------
        MissingFileError, FormatError
            No file; not text, in another encoding, or with a line of more than 1 MiB.
        """
        number = 1
        for text in self._whole_lines():
            self._check_text(text, number)
            yield TextBlock(text, number)
            number += text.count(b"\n")

    def refused(self, number: int, line: str, expected: str) -> FormatError:
        """The error for a line: what was expected, what was found, and what the file looks like."""
        return self.error(f"line {number}: expected {expected}, found {_shortened(line)!r}")

    def empty_column(self, number: int, line: str, column: int) -> FormatError:
        """The error for a line with an empty column, counted from 1, before others."""
        return self.error(f"line {number}: column {column} is empty, found {_shortened(line)!r}")

    def error(self, problem: str) -> FormatError:
        """The error for the file: the problem, and what the file looks like."""
        found = likeness(self.head)
        looks = "" if found is None or found == EMPTY else f"; the file looks like {found}"
        separator = ", " if problem.startswith("line ") else ": "
        return FormatError(f"{self.name}{separator}{problem}{looks}")

    def check_kind(self) -> None:
        """FormatError for a file that is recognised as another kind, once reading has begun."""
        found = likeness(self.head)
        if found is not None and found != EMPTY:
            raise self._unlike(found)

    def _unlike(self, found: Likeness) -> FormatError:
        return FormatError(f"{self.name} looks like {found}; expected a {self.what}, plain or gzip")

    @property
    def name(self) -> str:
        """How messages refer to the file."""
        return f"{self.role}: {self.path}" if self.role else self.path

    def warn(self, message: str) -> None:
        """Warn about something in the file that was skipped or converted."""
        warnings.warn(f"{self.name}{message}", UserWarning, stacklevel=4)

    def _whole_lines(self) -> Iterator[bytes]:
        rest = b""
        for chunk in self._chunks():
            text = rest + chunk
            # A carriage return at the end may be the first half of CRLF.
            held = b"\r" if text.endswith(b"\r") else b""
            text = text.removesuffix(b"\r")
            if b"\r" in text:
                text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            whole, newline, rest = text.rpartition(b"\n")
            rest += held
            if newline:
                yield whole + newline
            if len(rest) > LINE_LIMIT:
                raise self.error(f"not a {self.what}: it has a line of more than {LINE_LIMIT:,} bytes")
        if rest := rest.removesuffix(b"\r"):
            yield rest + b"\n"

    def _chunks(self) -> Iterator[bytes]:
        """The text as it is in the file, decompressed; the first piece holds the whole head."""
        with open_input(self.path, self.role) as file:
            pieces = _pieces(file, self.name)
            text = b""
            for piece in pieces:
                text += piece
                if len(text) >= HEAD:
                    break
            self.head = text[:HEAD]
            self._check_head()
            if text:
                yield text.removeprefix(_BOM)
            yield from pieces

    def _check_head(self) -> None:
        """Refuse immediately what is not text."""
        found = likeness(self.head)
        if found is None or found == EMPTY:
            return
        if found.kind == "gzip":
            raise FormatError(f"{self.name} is gzip inside gzip: decompress it once (gunzip)")
        if not _is_text(self.head):
            raise self._unlike(found)

    def _check_text(self, text: bytes, number: int) -> None:
        # True of nearly all blocks, and much faster to find out than to decode.
        if text.isascii():
            return
        try:
            text.decode()
        except UnicodeDecodeError as error:
            line = number + text.count(b"\n", 0, error.start)
            raise self.error(
                f"line {line}: not UTF-8 text (byte 0x{text[error.start]:02x}): save it as UTF-8"
            ) from None


def open_input(path: str | os.PathLike[str], role: str = "") -> BinaryIO:
    """A file or pipe for reading; anything that has no end (a device, a socket, a folder) is refused.

    Raises
    ------
    MissingFileError, FormatError
    """
    name = f"{role}: " if role else ""
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise MissingFileError(f"{name}no file {os.fspath(path)!r}") from None
    if stat.S_ISDIR(mode):
        raise FormatError(f"{name}{os.fspath(path)} is a folder, expected a file")
    if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
        raise FormatError(f"{name}{os.fspath(path)} is a device or a socket, expected a file or a pipe")
    return open(path, "rb")


def is_pipe(path: str | os.PathLike[str]) -> bool:
    """True for a pipe, which can be read only once: a named one, or that of a shell's ``<(...)``."""
    try:
        return stat.S_ISFIFO(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False


def head_of(path: str | os.PathLike[str]) -> bytes | None:
    """The first bytes of a file, decompressed; None if it is not a regular file or cannot be read."""
    try:
        if not Path(path).is_file():
            return None
        with open(path, "rb") as file:
            return unpacked_head(file.read(HEAD))
    except (OSError, ValueError):
        return None


def _pieces(file: BinaryIO, path: str) -> Iterator[bytes]:
    start = file.read(CHUNK)
    if start[:2] != b"\x1f\x8b":
        while start:
            yield start
            start = file.read(CHUNK)
        return
    # The piece that showed the kind of file goes first.
    waiting = [start]
    yield from inflated(lambda size: waiting.pop() if waiting else file.read(size), path)


def _is_text(head: bytes) -> bool:
    controls = {byte for byte in set(head) if byte < 32} - {9, 10, 12, 13}
    return not controls and not head.startswith((b"\xff\xfe", b"\xfe\xff"))


def _shortened(line: str) -> str:
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "..."
