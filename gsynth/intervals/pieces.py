"""Pieces: stretches of intervals, as columns; what a job works on."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray


@frozen(eq=False)
class Pieces:
    """Stretches ``[firsts, lasts)`` of intervals ``[starts, ends)``, in the order in which they are worked on.

    Attributes
    ----------
    names : tuple of str
        The genome's contigs, in its order.
    ids : int64[p]
        Each piece's contig, as an index in `names`.
    starts, ends : int64[p]
        The interval that a piece belongs to, 0-based half-open.
    firsts, lasts : int64[p]
        The piece itself, 0-based half-open, within its interval.
    """

    names: tuple[str, ...]
    ids: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    firsts: NDArray[np.int64]
    lasts: NDArray[np.int64]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """int64[p]: positions of each piece."""
        sizes: NDArray[np.int64] = self.lasts - self.firsts
        return sizes

    def __len__(self) -> int:
        return int(self.ids.size)

    @property
    def place(self) -> str:
        """Where the pieces lie, for messages; coordinates are 0-based half-open.

        Examples
        --------
        >>> columns = [np.array(column) for column in ([0, 1], [0, 5], [90, 20], [10, 5], [90, 20])]
        >>> Pieces(("chr1", "chr2"), *columns).place
        'chr1:10-90 and 1 more, the last chr2:5-20'
        """
        if not len(self):
            return "nothing"
        first, last = self._place(0), self._place(len(self) - 1)
        return first if len(self) == 1 else f"{first} and {len(self) - 1} more, the last {last}"

    def _place(self, i: int) -> str:
        return f"{self.names[int(self.ids[i])]}:{self.firsts[i]}-{self.lasts[i]}"

    def __getitem__(self, chosen: NDArray[np.int64] | slice) -> Pieces:
        """Some of the pieces."""
        columns = (self.ids, self.starts, self.ends, self.firsts, self.lasts)
        return Pieces(self.names, *(column[chosen] for column in columns))

    def covering(self, firsts: NDArray[np.int64], lasts: NDArray[np.int64]) -> Pieces:
        """Other stretches of the same intervals."""
        return Pieces(self.names, self.ids, self.starts, self.ends, firsts, lasts)

    def of(self, names: tuple[str, ...]) -> Pieces:
        """The same stretches with their contigs, all of which are in `names`, numbered as in `names`."""
        rows = {name: row for row, name in enumerate(names)}
        # -1 for contigs that no piece lies on, which may be missing there.
        numbers = np.array([rows.get(name, -1) for name in self.names], dtype=np.int64)
        return Pieces(names, numbers[self.ids], self.starts, self.ends, self.firsts, self.lasts)
