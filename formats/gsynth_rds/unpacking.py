"""The bytes of an .rds file, unpacked up to a limit, as plain dicts, lists and arrays."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from pathlib import Path
from typing import Any, Final

import rdata
from rdata.conversion import SimpleConverter

from gsynth.plugins import FormatError

MAX_BYTES: Final = 4 * 2**30
"""No model of orders 1 to 10 with a sane number of bins unpacks to more."""

MODEL_CLASS: Final = "gsynth.model"
_PART: Final = 16 * 2**20


class RModel(dict[str, Any]):
    """An R list of class gsynth.model."""


def unpack(path: Path, limit: int = MAX_BYTES) -> bytes:
    """The file's bytes, unpacked; FormatError if there are more than `limit`."""
    with path.open("rb") as file:
        magic = file.read(2)
    opener: Any = {b"\x1f\x8b": gzip.open, b"BZ": bz2.open, b"\xfd7": lzma.open}.get(magic, open)
    parts: list[bytes] = []
    total = 0
    try:
        with opener(path, "rb") as unpacked:
            # In parts: a few megabytes of zeros can unpack to more than the memory.
            while part := unpacked.read(_PART):
                total += len(part)
                if total > limit:
                    raise FormatError(f"{path} unpacks to more than {limit:,} bytes")
                parts.append(part)
    except (gzip.BadGzipFile, EOFError, zlib.error, lzma.LZMAError) as error:
        raise FormatError(f"{path} is damaged: {error}") from error
    return b"".join(parts)


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
