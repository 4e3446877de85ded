"""Decompression: ISA-L if it is installed, else zlib. Both release the GIL and give the same bytes."""

from __future__ import annotations

import gzip
import warnings
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, cast

from gsynth.errors import FormatError

_isal_zlib: Any
try:
    from isal import isal_zlib as _isal_zlib
except ImportError:
    _isal_zlib = zlib

# zlib's `wbits`: 15 for the largest window, 16 for a gzip header and trailer.
_GZIP_WRAPPER: Final = 31
_BLOCK_LIMIT: Final = 1 << 16
_CHUNK: Final = 1 << 17
_MAGIC: Final = b"\x1f\x8b"
_MEMBER: Final = _MAGIC + b"\x08"
_MOST: Final = 1 << 20
"""Most inflated bytes that are passed on at once: a small file may expand to a thousand times its size."""

# The error of isal is a class of its own.
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
        raise FormatError(f"{where}: the bgzip block holds {len(data)} bytes, but its index says {size}")
    return data


def inflated(read: Callable[[int], bytes], name: str | Path) -> Iterator[bytes]:
    """The text of a gzip file of any number of members (bgzip or not), in pieces of at most 1 MiB.

    Parameters
    ----------
    read : callable
        ``read(size)`` gives the next compressed bytes, none at the end.
    name : str or Path
        How messages refer to the file.

    Raises
    ------
    FormatError
        Damaged or truncated.

    Warns
    -----
    UserWarning
        For bytes after the last member that are not gzip, which are skipped (zeros are padding and cause no warning).
    """
    raw, first = read(_CHUNK), True
    while raw := _member(raw, read):
        if not raw.startswith(_MAGIC):
            if first:
                raise FormatError(f"{name}: not a gzip file, it begins with bytes {raw[:4].hex(' ')}")
            _skip_rest(raw, read, name)
            return
        first = False
        stream = _isal_zlib.decompressobj(_GZIP_WRAPPER)
        try:
            while not stream.eof:
                data = stream.decompress(raw, _MOST)
                if data:
                    yield data
                raw = stream.unused_data if stream.eof else stream.unconsumed_tail or read(_CHUNK)
                if not raw and not stream.eof:
                    raise FormatError(f"{name}: this gzip file is cut short: fetch or write it again")
        except INFLATE_ERRORS as error:
            raise FormatError(f"{name}: damaged or cut short gzip file ({error})") from error


def _skip_rest(raw: bytes, read: Callable[[int], bytes], name: str | Path) -> None:
    """Warn about trailing bytes that are not gzip; an error if gzip continues after them."""
    size = 0
    while raw:
        size += len(raw)
        if _MEMBER in raw:
            raise FormatError(f"{name}: damaged gzip file: {size:,} bytes between its members are not gzip")
        # The first bytes of a member may be split between two pieces.
        kept = raw[-len(_MEMBER) + 1 :]
        more = read(_CHUNK)
        size -= len(kept) if more else 0
        raw = kept + more if more else b""
    warnings.warn(
        f"{name}: the {size:,} bytes after its last gzip member are not gzip: skipped", UserWarning, stacklevel=4
    )


def _member(raw: bytes, read: Callable[[int], bytes]) -> bytes:
    """The bytes from the next member on, without padding; empty at the end of the file."""
    while len(raw := raw.lstrip(b"\0")) < len(_MAGIC):
        more = read(_CHUNK)
        if not more:
            return raw
        raw += more
    return raw
