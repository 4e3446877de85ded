"""Writing models: to a path, or as one file to standard output or a pipe."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from gsynth.cli.streams import is_stream, opened_stream
from gsynth.errors import ArgumentError


def check_model_output(
    output: str, format: str | None, *, compress: bool, overwrite: bool, inputs: Sequence[object] = ()
) -> None:
    """Refuse early what cannot be saved: an output that exists, a suffix or a format that cannot be written."""
    if not is_stream(output):
        from gsynth.storage import check_savable

        check_savable(output, compress=compress, format=format, overwrite=overwrite, inputs=inputs)
    elif format is not None:
        from gsynth.plugins.registry import registry
        from gsynth.plugins.roles import SERIALIZER

        # A misspelled format must be refused before hours of training, not after them.
        registry().select(SERIALIZER, format)


def save_to(output: str, save: Callable[[str, bool], None], *, compress: bool, format: str | None) -> None:
    """Call ``save(path, compress)``; if `output` is a stream, copy to it what was written."""
    if not is_stream(output):
        save(output, compress)
        return
    with tempfile.TemporaryDirectory(prefix="gsynth-") as folder:
        path = Path(folder) / "model"
        # Without a format the default one is written, compressed: a folder cannot be written to a stream.
        save(str(path), compress or format is None)
        if path.is_dir():
            raise ArgumentError(f"the format {format!r} is a folder, but {output!r} takes one file: leave out --format")
        with path.open("rb") as file, opened_stream(output) as stream:
            shutil.copyfileobj(file, stream)
