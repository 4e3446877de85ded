"""Registers the pickle format, which is only read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gsynth.plugins import Serializer, SerializerPlugin, hookimpl


def is_pickle(path: Path) -> bool:
    """Whether the file at `path` begins and ends like a pickle of protocol 2 to 5."""
    # Its first and last bytes; reading more would mean interpreting it, which is for `load` to do with care.
    if not path.is_file() or path.stat().st_size < 4:
        return False
    with path.open("rb") as file:
        head = file.read(2)
        file.seek(-1, 2)
        return head[:1] == b"\x80" and 2 <= head[1] <= 5 and file.read(1) == b"."


def _load() -> Serializer:
    from gsynth_pickle.serializer import LegacyPickle

    return LegacyPickle()


@hookimpl
def gsynth_serializers() -> Iterator[SerializerPlugin]:
    """Yield the reader of pickles."""
    yield SerializerPlugin(
        name="pickle",
        load=_load,
        sniff=is_pickle,
        suffixes=(".pkl", ".pickle"),
        priority=20,
        can_save=False,
        summary="legacy pickle of pymisha, read only and without running any of it",
    )
