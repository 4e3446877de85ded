"""Tracks of files in a pickle: by their source, opened again in the other process if the file is the same there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import frozen

from gsynth.files.addressing import FileAddress
from gsynth.plugins import Track
from gsynth.plugins.sources import source_path


@frozen
class Origin:
    """From what a track was made: a path, or a mapping with a path and options, and what opens that."""

    opens: Callable[[object], Track]
    source: object

    @property
    def remains(self) -> bool:
        """Whether the file is still there: that of a pipe is not."""
        path = source_path(self.source)
        return path is not None and path.is_file()

    def reduced(self) -> tuple[object, ...]:
        """What ``__reduce__`` of the track returns; never a handle or a table."""
        path = source_path(self.source)
        assert path is not None, "the opener has read it"
        return reopened, (self.opens, self.source, FileAddress.of(path))


def reopened(opens: Callable[[object], Track], source: object, address: FileAddress) -> Track:
    """The track again.

    Raises
    ------
    MissingFileError, FormatError
        There is no such file where this process runs, or it is another one.
    """
    return address.reopened(lambda path: opens({**source, "path": path} if isinstance(source, Mapping) else path))
