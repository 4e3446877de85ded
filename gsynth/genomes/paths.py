"""The path of a genome's file: as a source by itself, or in a dict that names its format."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from gsynth.errors import ArgumentTypeError
from gsynth.plugins import source_options


def path_in(source: object, expected: str) -> Path:
    """The path that a source is or holds; `expected` is what the error for anything else says."""
    if not isinstance(source, str | os.PathLike | Mapping):
        raise ArgumentTypeError(f"genome: expected {expected}, found {type(source).__name__}")
    return source_options(source)[0]
