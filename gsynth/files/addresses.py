"""Network addresses, which are refused with a message of their own: gsynth reads local files."""

from __future__ import annotations

import re
from typing import Final, TypeGuard

from gsynth.errors import ArgumentError

_ADDRESS: Final = re.compile(
    # One slash too, because pathlib makes "https:/host" of an address that was passed as a Path.
    r"(https?|ftps?|s3|gs|gcs|az|abfss?|sftp|ssh|hdfs|rsync|git|file|htsget)://?.*",
    re.IGNORECASE,
)


def is_address(text: object) -> TypeGuard[str]:
    """True for ``https://...`` and the like.

    Examples
    --------
    >>> is_address("https://host/x.bw"), is_address("x.bw")
    (True, False)
    """
    return isinstance(text, str) and _ADDRESS.match(text) is not None


def address_error(what: str, text: str) -> ArgumentError:
    """The error for an address in place of a file."""
    return ArgumentError(f"{what}: {text} is an address, but gsynth reads local files: download it first")
