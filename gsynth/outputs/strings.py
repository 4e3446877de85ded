"""Records as strings in memory."""

from __future__ import annotations

import numpy as np
from attrs import define, field
from numpy.typing import NDArray


@define
class StringSink:
    """Records as strings in memory."""

    _records: list[str] = field(factory=list)
    _parts: list[bytes] = field(factory=list)

    def begin(self, name: str) -> None:
        self._parts.clear()

    def write(self, letters: NDArray[np.uint8]) -> None:
        self._parts.append(letters.tobytes())

    def end(self) -> None:
        self._records.append(b"".join(self._parts).decode("ascii"))
        self._parts.clear()

    def result(self) -> list[str]:
        return self._records
