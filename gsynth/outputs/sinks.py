"""What every output is to the calls: a sink that takes records one after the other."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Sink(Protocol):
    """Takes records one after the other, each in stretches."""

    def begin(self, name: str) -> None: ...

    def write(self, letters: NDArray[np.uint8]) -> None: ...

    def end(self) -> None: ...

    def result(self) -> list[str] | None: ...
