"""Registers the .rds format, which is only read, and only if the rdata library is installed."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gsynth.plugins import Serializer, SerializerPlugin, hookimpl

_HEADS = tuple(b"X\n\0\0\0" + version for version in (b"\2", b"\3"))


def is_rds(path: Path) -> bool:
    """Whether the file at `path`, unpacked, begins like R's binary serialisation."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        magic = file.read(6)
    opener: Any = {b"\x1f\x8b": gzip.open, b"BZ": bz2.open, b"\xfd7": lzma.open}.get(magic[:2])
    if opener is None:
        return magic in _HEADS
    try:
        with opener(path, "rb") as unpacked:
            return unpacked.read(6) in _HEADS
    except (OSError, EOFError, zlib.error, lzma.LZMAError):
        return False


def _load() -> Serializer:
    import rdata  # noqa: F401  # so that the plugin is unavailable where rdata is missing

    from gsynth_rds.serializer import LegacyRds

    return LegacyRds()


@hookimpl
def gsynth_serializers() -> Iterator[SerializerPlugin]:
    """Yield the reader of .rds files."""
    yield SerializerPlugin(
        name="rds",
        load=_load,
        sniff=is_rds,
        suffixes=(".rds",),
        priority=10,
        can_save=False,
        install_hint="pip install 'gsynth[rds]'",
        summary="legacy .rds of R misha, read only",
    )
