"""Records as bare bases, one behind the other."""

from __future__ import annotations

from typing import IO

import numpy as np
from attrs import define
from numpy.typing import NDArray

from gsynth.outputs.sinks import Part


@define
class RawSink:
    """Writes the bases and nothing else."""

    _file: IO[bytes]

    def made(self, part: Part) -> NDArray[np.uint8]:
        """The letters themselves."""
        return np.ascontiguousarray(part.letters)

    def corrected(self, part: Part, made: NDArray[np.uint8], count: int) -> None:
        """See `gsynth.outputs.Sink`."""
        made[:count] = part.letters[:count]

    def take(self, part: Part, made: NDArray[np.uint8]) -> None:
        """See `gsynth.outputs.Sink`."""
        self._file.write(made.data)

    def result(self) -> None:
        """Nothing is returned."""
        return None
