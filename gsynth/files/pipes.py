"""Pipes (``<(...)`` of a shell, FIFOs) in place of files: read once, into a temporary copy."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gsynth.files.textblocks import is_pipe, open_input


@contextmanager
def spooled(path: str | os.PathLike[str], role: str) -> Iterator[Path]:
    """`path` itself; for a pipe, a copy in the temporary folder for as long as the block runs.

    Raises
    ------
    MissingFileError, FormatError
        A folder, a device or a socket: these have no end, or no bytes.
    """
    if not is_pipe(path):
        open_input(path, role).close()
        yield Path(path)
        return
    with tempfile.TemporaryDirectory(prefix="gsynth-") as folder:
        copy = Path(folder) / f"pipe-{os.path.basename(os.fspath(path))}"
        with open_input(path, role) as pipe, copy.open("wb") as file:
            shutil.copyfileobj(pipe, file)
        yield copy
