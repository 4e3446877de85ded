"""How sequence is laid out in an output, where its format leaves a choice."""

from __future__ import annotations

from typing import Any, Final, Literal, get_args

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.errors import ArgumentError
from gsynth.model.values import whole

LINE: Final = 60
"""Bases on a line of FASTA, if nothing else is asked for."""

UNBROKEN: Final = 1 << 62
"""Stands for lines that are never broken."""

OneHotDtype = Literal["uint8", "float32"]
"""The numbers of a one-hot array."""

LONGEST: Final = "longest"

Pad = int | Literal["longest"]
"""To how many bases rows of arrays are padded: a number, or those of the longest record."""


@frozen
class Layout:
    """What a caller may choose in addition to the format.

    Attributes
    ----------
    line_width : int
        Bases on a line of FASTA; `UNBROKEN` puts a record on one line.
    dtype : {"uint8", "float32"}
        The numbers of one-hot arrays.
    pad : int, "longest" or None
        The length of the rows of arrays; None: records must be of one length.
    """

    line_width: int = LINE
    dtype: OneHotDtype = "uint8"
    pad: Pad | None = None

    @classmethod
    def of(cls, line_width: Any = LINE, dtype: Any = "uint8", pad: Any = None) -> Layout:
        """From the parameters of a call."""
        width = whole(line_width, "line_width (bases on a line; 0: one line for each record)", low=0)
        if dtype not in get_args(OneHotDtype):
            raise ArgumentError(f"dtype must be one of {', '.join(get_args(OneHotDtype))}, found {dtype!r}")
        if pad is not None and pad != LONGEST:
            pad = whole(pad, f"pad (bases of a row, or {LONGEST!r})", low=1)
        return cls(width or UNBROKEN, dtype, pad)

    def row(self, lengths: NDArray[np.int64]) -> int | None:
        """Bases of a row of an array for records of these lengths; None if they differ and nothing pads them.

        Raises
        ------
        ArgumentError
            A record is longer than the rows that were asked for.
        """
        longest = int(lengths.max(initial=0))
        if self.pad is None:
            return longest if (lengths == longest).all() else None
        if self.pad == LONGEST:
            return longest
        if longest > self.pad:
            raise ArgumentError(f"pad={self.pad:,} is shorter than the longest record, which has {longest:,} bases")
        return self.pad
