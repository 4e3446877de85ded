"""Bytes and safety: random access, decompression, DataFrames, files that appear whole or not at all. No genomics."""

from __future__ import annotations

import os

__all__ = ["PathLike"]

PathLike = str | os.PathLike[str]
"""The path of a file or folder."""
