"""Index files beside a genome: written in one step, where the folder allows it."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path

from gsynth.files.atomic import replacing

_log = logging.getLogger(__name__)


def sidecar(path: Path, suffix: str) -> Path:
    """The index of `path`: its whole name and `suffix`."""
    return path.with_name(path.name + suffix)


def write_sidecar(path: Path, content: bytes) -> bool:
    """Write `content` at `path`, all or nothing; False where the folder cannot be written to."""
    try:
        with replacing(path) as (file,):
            file.write(content)
    except OSError as error:
        _log.info("%s could not be written (%s): the index stays in memory", path, error)
        return False
    return True


def warn_unusable(index: Path, source: Path, reason: object) -> None:
    """Warn that an index was ignored, why, and what to do."""
    warnings.warn(
        f"{index} does not match {source.name} ({reason}): it is not used, and a right index is kept in memory; "
        f"delete it to have a new one written",
        UserWarning,
        stacklevel=2,
    )
