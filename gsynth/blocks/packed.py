"""Tables of counts as they travel between processes: the bytes that are not zero, dense or by their places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

_BYTES: Final = 8
"""Bytes of a count."""


@frozen(eq=False)
class Plane:
    """One byte of each of the counts of a stratum.

    Attributes
    ----------
    number : int
        Which byte, from the lowest, 0, on.
    values : uint8[cells] or uint8[n]
        That byte of every cell, or of those in which it is not 0.
    gaps : uint[n] or None
        How far the place of each of those lies beyond the one before (the first: beyond -1), less one; None where
        `values` holds all cells.
    """

    number: int
    values: NDArray[np.uint8]
    gaps: NDArray[Any] | None

    @property
    def nbytes(self) -> int:
        """Bytes of its arrays."""
        return self.values.nbytes + (0 if self.gaps is None else self.gaps.nbytes)

    @classmethod
    def of(cls, number: int, column: NDArray[np.uint8]) -> Plane | None:
        """Of a byte of all cells, whichever way is smaller; None if it is 0 everywhere."""
        places = np.flatnonzero(column)
        if not places.size:
            return None
        gaps = np.diff(places, prepend=-1) - 1
        narrow = gaps.astype(np.min_scalar_type(int(gaps.max())))
        if places.size + narrow.nbytes < column.size:
            return cls(number, column[places], narrow)
        return cls(number, np.ascontiguousarray(column), None)

    def add_to(self, cells: NDArray[np.uint64]) -> None:
        """Add these bytes to the counts uint64[cells]."""
        shift = np.uint64(8 * self.number)
        counts = self.values.astype(np.uint64) << shift
        if self.gaps is None:
            cells += counts
        else:
            # No place appears twice, so this loses nothing.
            cells[np.cumsum(self.gaps.astype(np.int64) + 1) - 1] += counts


@frozen(eq=False)
class PackedTable:
    """A table of counts, uint64[bins, 4**k, 4], of which most counts are small and many are 0.

    With many strata, or a high order, a part of a genome fills few cells of its table: what is sent grows with what was
    counted, not with the table.
    """

    shape: tuple[int, int, int]
    strata: dict[int, tuple[Plane, ...]]

    @classmethod
    def of(cls, table: NDArray[np.uint64]) -> PackedTable:
        """Pack a table.

        Examples
        --------
        >>> table = np.zeros((3, 4, 4), dtype=np.uint64)
        >>> table[1, 2, 3] = 1 << 40
        >>> packed = PackedTable.of(table)
        >>> packed.nbytes, bool((packed.unpacked() == table).all())
        (2, True)
        """
        strata = ((stratum, _planes(cells)) for stratum, cells in enumerate(table))
        return cls(table.shape, {stratum: planes for stratum, planes in strata if planes})

    @classmethod
    def sum_of(cls, tables: Sequence[PackedTable]) -> PackedTable:
        """The sum of tables of one shape, made stratum by stratum, so that only one of them is unpacked at a time."""
        shape = tables[0].shape
        strata = {}
        for stratum in sorted({stratum for table in tables for stratum in table.strata}):
            cells = np.zeros(shape[1:], dtype=np.uint64)
            for table in tables:
                table.add_to(stratum, cells)
            strata[stratum] = _planes(cells)
        return cls(shape, strata)

    @property
    def nbytes(self) -> int:
        """Bytes of its arrays."""
        return sum(plane.nbytes for planes in self.strata.values() for plane in planes)

    def add_to(self, stratum: int, cells: NDArray[np.uint64]) -> None:
        """Add the counts of a stratum to uint64[4**k, 4], which is contiguous."""
        for plane in self.strata.get(stratum, ()):
            plane.add_to(cells.reshape(-1))

    def unpacked(self) -> NDArray[np.uint64]:
        """The table itself."""
        table = np.zeros(self.shape, dtype=np.uint64)
        for stratum, cells in enumerate(table):
            self.add_to(stratum, cells)
        return table


def _planes(cells: NDArray[np.uint64]) -> tuple[Plane, ...]:
    """The bytes of the counts of a stratum, uint64[4**k, 4]."""
    counts = cells.reshape(-1)
    # Most strata of a part of a genome may be empty, and the largest count says how many bytes can be filled.
    used = (int(counts.max(initial=0)).bit_length() + 7) // 8
    columns = counts.astype("<u8", copy=False).view(np.uint8).reshape(-1, _BYTES)
    planes = (Plane.of(number, columns[:, number]) for number in range(used))
    return tuple(plane for plane in planes if plane is not None)
