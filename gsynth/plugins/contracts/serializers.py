"""What a model file format must do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from gsynth.model import GsynthModel


@runtime_checkable
class Serializer(Protocol):
    """Writes and reads one model file format."""

    def save(self, model: GsynthModel, path: Path) -> None:
        """Write `model` at `path`, which does not exist and whose parent does; a file or a folder, as the format is.

        The core hands in a temporary sibling and renames it when all is written, so a plugin need not be atomic.
        """
        ...

    def load(self, path: Path) -> GsynthModel:
        """Read the model at `path`.

        The file is not trusted: sizes are checked before anything large is read. Raises FormatError (what was
        found, what was expected) or NotAModelError.
        """
        ...
