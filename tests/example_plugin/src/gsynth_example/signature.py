"""How a model in an .npz is told from anything else."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Final

FORMAT: Final = "gsynth-example model"
METADATA: Final = "metadata.npy"
COUNTS: Final = "counts.npy"

NOT_READABLE: Final = (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)
"""What zipfile raises for a file that is no zip, or a damaged one."""


def is_npz_model(path: Path) -> bool:
    """Whether `path` is a zip that holds the members of a model."""
    if not path.is_file():
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return {METADATA, COUNTS} <= set(archive.namelist())
    except NOT_READABLE:
        return False
