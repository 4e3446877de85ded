"""A column that grows by parts of unknown number."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from attrs import define, field
from numpy.typing import DTypeLike, NDArray

_FIRST: Final = 1 << 12
_GROWTH: Final = 1.25


@define
class Growing:
    """Parts, one behind the other in one array.

    It is made longer in place: parts that were kept until the end would take the memory twice.

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
        """Put `part` behind what is there."""
        size = self._size + part.size
        if size > self._data.size:
            # No other object has this array, so nothing is left that points to where it was.
            self._data.resize(max(size, int(self._data.size * _GROWTH)), refcheck=False)
        self._data[self._size : size] = part
        self._size = size

    def array(self) -> NDArray[Any]:
        """All of it; nothing can be added any more."""
        self._data.resize(self._size, refcheck=False)
        return self._data
