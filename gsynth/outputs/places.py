"""Whether something can be written to: a place for a file, or an open binary file."""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path

from gsynth.errors import ArgumentError, ArgumentTypeError, MissingFileError
from gsynth.files.atomic import real


def check_path(output: object) -> Path:
    """`output` as a path."""
    if not isinstance(output, str | os.PathLike):
        raise ArgumentTypeError(f"output must be a path, a binary file or None, found {type(output).__name__}")
    path = Path(output)
    if not os.fspath(output) or "\0" in os.fspath(path):
        raise ArgumentError(f"output {os.fspath(output)!r} is not a path")
    return path


def check_place(path: Path) -> None:
    """Refuse a path at which no file could be put."""
    try:
        if path.is_dir():
            raise ArgumentError(f"output {path} is a folder; name a file in it")
        if path.exists() and not path.is_file():
            raise ArgumentError(f"output {path} is not a plain file and would be replaced; pass an open binary file")
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        raise ArgumentError(f"the name of output {path} is too long for this file system") from error
    # Of the target of a link: the new file is made there and renamed.
    if not real(path).parent.is_dir():
        raise MissingFileError(f"the folder {real(path).parent} of output {path.name} does not exist")


def check_binary(output: object) -> None:
    """Refuse an open file that takes text, is closed, or cannot be written to."""
    if not hasattr(output, "write"):
        raise ArgumentTypeError(f"output must be a path, a binary file or None, found {type(output).__name__}")
    # Wrappers of files (codecs, named temporary files) are not classes of io, but have an encoding if they take text.
    if isinstance(output, io.TextIOBase) or hasattr(output, "encoding"):
        raise ArgumentTypeError(f"output must be a binary file (mode 'wb', io.BytesIO), found {output!r:.80}")
    if getattr(output, "closed", False):
        raise ArgumentError("output is a file that is closed")
    if hasattr(output, "writable") and not output.writable():
        raise ArgumentTypeError(f"output is a file that cannot be written to: {output!r:.80}")
