"""The bytes of an .rds file, unpacked up to a limit, as plain dicts, lists and arrays."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import lzma
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import rdata
from rdata.conversion import SimpleConverter

from gsynth.plugins import FormatError, NotAModelError, check_room
from gsynth_rds.scanning import Scanner

MAX_BYTES: Final = 4 * 2**30
"""No model of orders 1 to 10 with a sane number of bins unpacks to more."""

MODEL_CLASS: Final = "gsynth.model"
_PART: Final = 16 * 2**20


class RModel(dict[str, Any]):
    """An R list of class gsynth.model."""


def unpack(path: Path, limit: int = MAX_BYTES) -> bytes:
    """The file's bytes, unpacked; FormatError if there are more than `limit`.

    They are gone through once before anything is kept, as a few megabytes can unpack to more than the memory.
    """
    with _opened(path) as unpacked:
        scanner = Scanner(unpacked, limit)
        scanner.scan()
    # The bytes, the values that the library makes of them, and the model.
    check_room(3 * scanner.size, f"reading {path}", "read it on a machine with more memory")
    data = np.empty(scanner.size, dtype=np.uint8)
    done = 0
    with _opened(path) as unpacked:
        while done < data.size and (part := unpacked.read(min(_PART, data.size - done))):
            data[done : done + len(part)] = np.frombuffer(part, dtype=np.uint8)
            done += len(part)
    return data[:done].tobytes()


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The unpacked file; damage becomes a FormatError, and every error names the file."""
    with path.open("rb") as file:
        magic = file.read(2)
    opener: Any = {b"\x1f\x8b": gzip.open, b"BZ": bz2.open, b"\xfd7": lzma.open}.get(magic, open)
    try:
        with opener(path, "rb") as unpacked:
            yield unpacked
    except (gzip.BadGzipFile, EOFError, zlib.error, lzma.LZMAError) as error:
        raise FormatError(f"{path} is damaged: {error}") from error
    except (FormatError, NotAModelError) as error:
        raise type(error)(f"{path} is not an .rds file that can be read: {error}") from error


def read_rds(path: Path) -> Any:
    """The R value in the file at `path`; a gsynth.model becomes an RModel."""
    data = unpack(path)
    constructors: dict[str | bytes, Any] = {MODEL_CLASS: lambda value, _: RModel(value)}
    try:
        parsed = rdata.parser.parse_data(data, extension=".rds")
        return SimpleConverter(constructors).convert(parsed)
    except MemoryError:
        raise
    except Exception as error:
        # On damaged files the library raises whatever it happens to stumble over.
        raise FormatError(f"{path} is not an .rds file that can be read: {type(error).__name__}: {error}") from error
