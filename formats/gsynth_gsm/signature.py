"""How a .gsm is recognised: by its metadata, wherever that lies."""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from pathlib import Path
from typing import Final

METADATA: Final = "metadata.yaml"
FILES: Final = (METADATA, "counts.bin", "cdf.bin", "prior.bin", "outside.bin", "chrom_sizes.txt")
"""What a folder may hold: the last two only if the model has a table of windows outside of the strata, or very many
contigs."""

MODEL_FORMAT: Final = "gsynth_model"
MAX_METADATA_BYTES: Final = 16 * 2**20
"""Metadata larger than this is neither read nor written."""

ZIP_DAMAGE: Final = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError, OSError,
)  # fmt: skip
"""What the zip library raises for a damaged or encrypted file; OSError for offsets before its beginning."""

METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How the files of a zip may be packed."""
_ZIP_MAGIC: Final = b"PK\x03\x04"


def is_gsm_folder(path: Path) -> bool:
    """Whether `path` is a folder whose metadata.yaml mentions a gsynth model."""
    metadata = path / METADATA
    # Only a regular file is opened: reading a named pipe would wait for a writer.
    if not path.is_dir() or not metadata.exists() or not stat.S_ISREG(os.stat(metadata).st_mode):
        return False
    with metadata.open("rb") as file:
        return MODEL_FORMAT.encode() in file.read(MAX_METADATA_BYTES)


def is_gsm_zip(path: Path) -> bool:
    """Whether `path` is a zip whose metadata.yaml mentions a gsynth model."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        if file.read(len(_ZIP_MAGIC)) != _ZIP_MAGIC:
            return False
    try:
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo(METADATA)
            if info.compress_type not in METHODS or info.file_size > MAX_METADATA_BYTES:
                # Other methods unpack as much at once as they like; reading it as a model says what is wrong.
                return True
            with archive.open(info) as member:
                return MODEL_FORMAT.encode() in member.read(MAX_METADATA_BYTES)
    except (KeyError, *ZIP_DAMAGE):
        return False
