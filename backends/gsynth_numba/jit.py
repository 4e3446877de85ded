"""The one place for compiler options."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import numba
from numpy.typing import NDArray

F = TypeVar("F", bound=Callable[..., object])

CACHE: Final = os.environ.get("GSYNTH_NUMBA_CACHE", "1") != "0"
"""Whether compiled kernels are kept between processes; ``GSYNTH_NUMBA_CACHE=0`` turns it off."""


def kernel(function: F) -> F:
    """`function`, compiled on first use; it releases the GIL."""
    return cast("F", numba.njit(nogil=True, cache=CACHE, boundscheck=False, error_model="numpy")(function))


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """A read-only view: read-only arrays are another type to the compiler, so inputs are always made of the one."""
    view = array.view()
    view.flags.writeable = False
    return view
