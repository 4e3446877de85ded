"""Arrays that can no longer be written to, so that a model may keep them without a copy."""

from __future__ import annotations

from typing import Any, Final, TypeGuard, TypeVar
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

_Scalar = TypeVar("_Scalar", bound=np.generic)

_FROZEN: Final[WeakValueDictionary[int, NDArray[Any]]] = WeakValueDictionary()
"""What `freeze` returned, by id. The flag alone proves nothing: its owner can set it again, or hold another view."""


def freeze(array: NDArray[_Scalar]) -> NDArray[_Scalar]:
    """Give up an array for good: the same memory, read-only, which a `GsynthModel` keeps without copying it.

    The caller promises not to write to that memory in any other way. This is for arrays of gigabytes that were counted
    or read from a file; a model copies any other array that it is given.

    Parameters
    ----------
    array : ndarray
        Becomes read-only itself, as do the arrays that it is a view of.

    Returns
    -------
    ndarray
        A read-only view of all of `array`; its ``writeable`` flag cannot be set again.

    Examples
    --------
    >>> counts = freeze(np.zeros((1, 4, 4), np.uint64))
    >>> counts.flags.writeable = True
    Traceback (most recent call last):
    ...
    ValueError: cannot set WRITEABLE flag to True of this array
    """
    if is_frozen(array):
        return array
    # The owner of the memory and every view between could be used to write; other views of it are the promise's part.
    owner: Any = array
    while isinstance(owner, np.ndarray):
        owner.flags.writeable = False
        owner = owner.base
    # NumPy refuses to make a view writeable whose base is not: of `array` itself, an owner, the flag could be set.
    view = array.view(np.ndarray)
    _FROZEN[id(view)] = view
    return view


def is_frozen(value: Any) -> TypeGuard[NDArray[Any]]:
    """Whether `freeze` returned this very array."""
    return isinstance(value, np.ndarray) and _FROZEN.get(id(value)) is value
