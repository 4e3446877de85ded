"""Decompression: ISA-L where it is installed, zlib else. Both release the GIL and give the same bytes."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import IO, Any, Final, cast

from gsynth.errors import FormatError

_isal_zlib: Any
_igzip: Any
try:
    from isal import igzip as _igzip
    from isal import isal_zlib as _isal_zlib
except ImportError:
    _igzip, _isal_zlib = gzip, zlib

_GZIP_WRAPPER: Final = 31
_BLOCK_LIMIT: Final = 1 << 16
# isal's error is a class of its own.
INFLATE_ERRORS: Final[tuple[type[Exception], ...]] = (
    EOFError,
    zlib.error,
    gzip.BadGzipFile,
    getattr(_isal_zlib, "error", zlib.error),
)


def inflate_block(block: bytes | memoryview, size: int, where: str) -> bytes:
    """One BGZF block of `size` bases decompressed; its checksum and size are checked."""
    try:
        data = cast(bytes, _isal_zlib.decompress(block, _GZIP_WRAPPER, _BLOCK_LIMIT))
    except INFLATE_ERRORS as error:
        raise FormatError(f"{where}: damaged bgzip block ({error})") from error
    if len(data) != size:
        raise FormatError(f"{where}: the bgzip block holds {len(data)} bytes, its index says {size}")
    return data


def open_gzip(path: Path) -> IO[bytes]:
    """A gzip file of any number of members, for reading."""
    return cast(IO[bytes], _igzip.open(path, "rb"))
