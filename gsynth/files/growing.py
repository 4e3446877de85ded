"""A column that grows by an unknown number of parts."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from attrs import define, field
from numpy.typing import DTypeLike, NDArray

_FIRST: Final = 1 << 12
# Less than the usual doubling: what is not filled counts in the peak of memory.
_GROWTH: Final = 1.25


@define
class Growing:
    """Parts, one after the other in a single array.

    It is lengthened in place: keeping the parts until the end would take the memory twice.

    Examples
    --------
    >>> column = Growing(np.int64)
    >>> column.add(np.arange(3)); column.add(np.arange(2))
    >>> column.array().tolist()
    [0, 1, 2, 0, 1]
    """

    dtype: DTypeLike
    _data: NDArray[Any] = field(init=False)
    _size: int = field(default=0, init=False)

    @_data.default
    def _empty(self) -> NDArray[Any]:
        return np.empty(_FIRST, dtype=self.dtype)

    def add(self, part: NDArray[Any]) -> None:
        """Append `part`."""
        size = self._size + part.size
        if size > self._data.size:
            # refcheck=False: no other object refers to this array, so nothing points to its former memory.
            self._data.resize(max(size, int(self._data.size * _GROWTH)), refcheck=False)
        self._data[self._size : size] = part
        self._size = size

    def array(self) -> NDArray[Any]:
        """The whole column; nothing can be added afterwards."""
        self._data.resize(self._size, refcheck=False)
        return self._data
