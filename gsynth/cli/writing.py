"""Reports that a command writes in addition to what it prints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def check_reports(outputs: Sequence[str], overwrite: bool, read: Sequence[object]) -> None:
    """Refuse early an output that exists or that the command reads."""
    from gsynth.files.inputs import check_not_an_input
    from gsynth.files.overwriting import check_new

    paths = [Path(path) for path in outputs]
    check_not_an_input(paths, read)
    check_new(paths, overwrite=overwrite)
