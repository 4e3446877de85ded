"""Index files beside a genome: written in one step, where the folder allows it."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import warnings
from pathlib import Path

_log = logging.getLogger(__name__)


def sidecar(path: Path, suffix: str) -> Path:
    """The index of `path`: its whole name and `suffix`."""
    return path.with_name(path.name + suffix)


def write_sidecar(path: Path, content: bytes) -> bool:
    """Write `content` at `path`, all or nothing; False where the folder cannot be written to."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(_create(temporary), "wb") as file:
            file.write(content)
        os.replace(temporary, path)
    except OSError as error:
        _log.info("%s could not be written (%s): the index stays in memory", path, error)
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        return False
    return True


def _create(path: Path) -> int:
    # Not `tempfile`: that makes files which only their owner may read, and an index is for everyone.
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)


def warn_unusable(index: Path, source: Path, reason: object) -> None:
    """Tell the user that an index was passed over, why, and what to do."""
    warnings.warn(
        f"{index} does not match {source.name} ({reason}): it is not used, and a right index is kept in memory; "
        f"delete it to have a new one written",
        UserWarning,
        stacklevel=2,
    )
