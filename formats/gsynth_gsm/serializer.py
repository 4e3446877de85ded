"""The serializers: one reader for every dialect and both containers, and three ways to write."""

from __future__ import annotations

import warnings
from pathlib import Path

from gsynth.plugins import GsynthModel
from gsynth_gsm.container import FolderSink, open_source, zip_sink
from gsynth_gsm.reader import read_model
from gsynth_gsm.writer import write_model


class _Gsm:
    def load(self, path: Path) -> GsynthModel:
        """Read the model in the folder or the zip at `path`, in any dialect."""
        with open_source(path) as source:
            return read_model(source)


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
        """Write the folder `path`, bin maps counting from 1; warns about what R would take for something else."""
        others = [repr(dim.expr) for dim in model.dims if dim.closed != "left"]
        if others:
            warnings.warn(
                f"R misha puts a value that is a break into the bin above it, but the model's bins of "
                f"{', '.join(others)} (closed='right') have it in the one below: R would sample such windows from "
                "other bins than those they were trained in",
                stacklevel=2,
            )
        if model.strands != "both":
            warnings.warn(
                "R misha always counts both strands, and its files cannot say that the counts are of the forward "
                "strand alone: R samples from them rightly, but loses this note where it saves the model again",
                stacklevel=2,
            )
        write_model(model, FolderSink(path), for_r=True)
