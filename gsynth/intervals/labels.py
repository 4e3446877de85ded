"""Names and strands of intervals in the file that they come from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray


@frozen(eq=False)
class Labels:
    """The name and the strand of each interval.

    Attributes
    ----------
    names : object[n]
        str.
    strands : object[n]
        str: "+", "-" or whatever the file says; empty if it says nothing.
    """

    names: NDArray[np.object_]
    strands: NDArray[np.object_]

    @classmethod
    def of(cls, names: Sequence[str], strands: Sequence[str]) -> Labels:
        """From columns."""
        return cls(_column(names), _column(strands))

    @classmethod
    def joined(cls, parts: Sequence[Labels]) -> Labels:
        """Those of several sources, one after the other."""
        return cls(np.concatenate([part.names for part in parts]), np.concatenate([part.strands for part in parts]))

    def __getitem__(self, rows: NDArray[np.bool_] | NDArray[np.int32]) -> Labels:
        """Those of some of the intervals."""
        return Labels(self.names[rows], self.strands[rows])


def _column(words: Sequence[str]) -> NDArray[np.object_]:
    # Of objects: as a column of fixed width, one long name would lengthen all of them.
    column = np.empty(len(words), dtype=np.object_)
    column[:] = words
    return column
