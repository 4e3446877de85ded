"""NumPy arrays and dtypes as pickles describe them, checked before NumPy sees a byte."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from attrs import define
from numpy.typing import NDArray

from gsynth.plugins import FormatError

_CODES: Final = frozenset(("f8", "f4", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1", "b1"))
# The largest array of a model has three: bins, contexts, bases.
_MAX_DIMS: Final = 4


@define
class StoredDtype:
    """A dtype of plain numbers; anything else is refused."""

    code: str
    order: str = "="

    def build(self, state: tuple[Any, ...]) -> None:
        """Take NumPy's dtype state: version, byte order, and five items that plain numbers do not use."""
        if len(state) < 5 or state[1] not in ("<", ">", "=", "|") or state[2:5] != (None, None, None):
            raise FormatError(f"an array of the pickle has a dtype that is not a plain number: {self.code}")
        self.order = state[1]

    @property
    def numpy(self) -> np.dtype[Any]:
        """NumPy's dtype."""
        return np.dtype(self.code).newbyteorder(self.order)  # type: ignore[arg-type]  # of the file


@define
class StoredArray:
    """An array that is built from its state."""

    values: NDArray[Any] | None = None

    def build(self, state: tuple[Any, ...]) -> None:
        """Take NumPy's array state: version, shape, dtype, Fortran order, bytes."""
        if len(state) != 5:
            raise FormatError("an array of the pickle has a state that NumPy does not write")
        _, shape, dtype, fortran, data = state
        self.values = _array(data, dtype, shape, "F" if fortran else "C")


def _array(data: object, dtype: object, shape: object, order: str) -> NDArray[Any]:
    if not isinstance(dtype, StoredDtype) or not isinstance(data, bytes | bytearray):
        raise FormatError("an array of the pickle holds objects, not plain numbers")
    if not isinstance(shape, tuple) or len(shape) > _MAX_DIMS or not all(_is_size(size) for size in shape):
        raise FormatError("an array of the pickle has an impossible shape")
    kind = dtype.numpy
    # In Python's whole numbers, which do not overflow, and before NumPy is asked for memory.
    if math.prod(shape) * kind.itemsize != len(data):
        raise FormatError(f"an array of the pickle has shape {shape} and {len(data)} bytes")
    return np.frombuffer(data, kind).reshape(shape, order="F" if order == "F" else "C")


def _is_size(size: object) -> bool:
    return isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 2**48


def _reconstruct(arguments: list[Any]) -> StoredArray:
    if len(arguments) != 3 or arguments[0] != ("numpy", "ndarray") or arguments[1] != (0,):
        raise FormatError("the pickle makes an array in a way that NumPy does not")
    return StoredArray()


def _from_buffer(arguments: list[Any]) -> StoredArray:
    if len(arguments) != 4 or arguments[3] not in ("C", "F"):
        raise FormatError("the pickle makes an array in a way that NumPy does not")
    data, dtype, shape, order = arguments
    return StoredArray(_array(data, dtype, shape, order))


def _dtype(arguments: list[Any]) -> StoredDtype:
    code = arguments[0] if arguments else None
    if not isinstance(code, str) or code not in _CODES:
        found = repr(code[:40]) if isinstance(code, str) else f"a {type(code).__name__}"
        raise FormatError(f"an array of the pickle has the dtype {found}; only plain numbers are read")
    return StoredDtype(code)


def _scalar(arguments: list[Any]) -> Any:
    if len(arguments) != 2:
        raise FormatError("the pickle makes a number in a way that NumPy does not")
    return _array(arguments[1], arguments[0], (), "C").item()


def _calls() -> dict[tuple[str, str], Callable[[list[Any]], Any]]:
    calls: dict[tuple[str, str], Callable[[list[Any]], Any]] = {("numpy", "dtype"): _dtype}
    # NumPy 2 renamed the package; pickles of either must load under either.
    for package in ("numpy.core", "numpy._core"):
        calls[f"{package}.multiarray", "_reconstruct"] = _reconstruct
        calls[f"{package}.multiarray", "scalar"] = _scalar
        calls[f"{package}.numeric", "_frombuffer"] = _from_buffer
    return calls


CALLS: Final[Mapping[tuple[str, str], Callable[[list[Any]], Any]]] = MappingProxyType(_calls())
"""Everything that a pickle may call: our own functions under NumPy's names."""
