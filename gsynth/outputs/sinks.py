"""The interface of every output: a sink that takes the parts of records in order."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from attrs import frozen
from numpy.typing import NDArray


@frozen(eq=False)
class Part:
    """Some whole records, or a stretch of one.

    Attributes
    ----------
    numbers : int64[r]
        Numbers of the records.
    letters : uint8[sum(lengths)]
        Their bases, one record after the other.
    lengths : int64[r]
        How many of the letters belong to each record.
    place : int
        What the sink reserved for the first record.
    done : int
        Bases of the record that came before, if this stretch continues one; else 0.
    begins, ends : bool
        Whether the first record begins, and the last one ends, with this part.
    """

    numbers: NDArray[np.int64]
    letters: NDArray[np.uint8]
    lengths: NDArray[np.int64]
    place: int = 0
    done: int = 0
    begins: bool = True
    ends: bool = True


class Sink(Protocol):
    """Takes all records of a call, part by part."""

    def reserve(self, numbers: NDArray[np.int64]) -> int:
        """Reserve room for the next records, whole: a number that their parts carry. In the order of the records."""
        ...

    def made(self, part: Part) -> Any:
        """The part as it will be written, or what is left to do if it is already written. On any thread."""
        ...

    def corrected(self, part: Part, made: Any, count: int) -> None:
        """Redo the first `count` letters, which have changed, of a stretch that continues a record."""
        ...

    def take(self, part: Part, made: Any) -> None:
        """Finish what was made. In the order of the parts, one at a time."""
        ...

    def result(self) -> Any:
        """What the call returns."""
        ...
