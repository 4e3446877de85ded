"""Texts that appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

from gsynth.files.atomic import replacing


def written(path: Path, text: str) -> None:
    """Write `text` to a file in UTF-8."""
    with replacing(path) as (file,):
        file.write(text.encode())
