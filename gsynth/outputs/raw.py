"""Records as bare bases."""

from __future__ import annotations

from typing import IO

import numpy as np
from attrs import define
from numpy.typing import NDArray


@define
class RawSink:
    """Records as bare bases, one after the other."""

    _file: IO[bytes]

    def begin(self, name: str) -> None: ...

    def write(self, letters: NDArray[np.uint8]) -> None:
        self._file.write(np.ascontiguousarray(letters).data)

    def end(self) -> None: ...

    def result(self) -> None:
        return None
