"""The serializers: one reader for every dialect and both containers, and three ways to write."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gsynth.plugins import FormatError, GsynthModel
from gsynth_gsm.container import FolderSink, FolderSource, open_source, zip_sink
from gsynth_gsm.reader import read_model
from gsynth_gsm.writer import write_model

_ATTEMPTS: Final = 100


class _Gsm:
    def load(self, path: Path) -> GsynthModel:
        """Read the model in the folder or the zip at `path`, in any dialect."""
        for attempt in range(1, _ATTEMPTS + 1):
            with open_source(path) as source:
                try:
                    return read_model(source)
                except FormatError:
                    # Another process saved to the same name: what was being read is on its way to be deleted.
                    replaced = isinstance(source, FolderSource) and source.was_replaced()
                    if not replaced or attempt == _ATTEMPTS:
                        raise
        raise AssertionError("unreachable: the last attempt returns or raises")


class GsmFolder(_Gsm):
    """The folder."""

    def save(self, model: GsynthModel, path: Path) -> None:
        """Write the folder `path`."""
        write_model(model, FolderSink(path))


class GsmZip(_Gsm):
    """The zip; the same model gives the same bytes."""

    def save(self, model: GsynthModel, path: Path) -> None:
        """Write the zip `path`."""
        with zip_sink(path) as sink:
            write_model(model, sink)


class GsmForR(_Gsm):
    """The folder, as R misha reads it."""

    def save(self, model: GsynthModel, path: Path) -> None:
        """Write the folder `path`, bin maps counting from 1."""
        write_model(model, FolderSink(path), for_r=True)
