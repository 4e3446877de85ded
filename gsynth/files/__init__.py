"""Bytes and safety: random access, decompression, text tables, DataFrames, atomic writing. No genomics."""

from __future__ import annotations

import os

__all__ = ["PathLike"]

PathLike = str | os.PathLike[str]
"""The path of a file or folder."""
