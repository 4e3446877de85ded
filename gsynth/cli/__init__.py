"""The command line. Nothing here imports a backend, NumPy or the rest of gsynth before a command runs."""

from __future__ import annotations

from gsynth.cli.commands import main

__all__ = ["main"]
