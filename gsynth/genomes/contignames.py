"""Names of contigs that a caller gives."""

from __future__ import annotations

from gsynth.errors import ArgumentError, ArgumentTypeError


def check_name(name: object) -> None:
    """Refuse what no file can hold as a contig's name."""
    if not isinstance(name, str) or not name:
        raise ArgumentTypeError(f"genome: contig names must be non-empty strings, found {name!r}")
    if not _encodable(name):
        raise ArgumentError(
            f"genome: the contig name {name!r} holds half of a surrogate pair, which no file can hold: was text "
            "decoded with errors='surrogateescape'?"
        )


def _encodable(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
