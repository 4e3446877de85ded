"""What errors about plugins say: whose object it was, in which block, what was found and what was expected."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, NoReturn

import numpy as np

from gsynth.errors import BrokenPluginError, GsynthError
from gsynth.plugins.origins import origin_of

# A ContextVar and not an attribute: blocks are computed on several threads at once, each with its own place.
_block: Final[ContextVar[Callable[[], str] | None]] = ContextVar("block", default=None)
"""Gives the place of this thread's block. A kernel does not know it, so its errors cannot name it."""


@contextmanager
def block(place: Callable[[], str]) -> Iterator[None]:
    """Errors within the ``with`` block say where in the genome they happened."""
    token = _block.set(place)
    try:
        yield
    finally:
        _block.reset(token)


@contextmanager
def named(plugin: object, role: str, doing: Callable[[], str]) -> Iterator[None]:
    """Errors within the ``with`` block name the plugin and what it was doing.

    `doing` is a function, so that the text is made only for an error: some kernels run in microseconds.
    """
    try:
        yield
    # These say what is wrong by themselves, and callers catch them by type. A Warning is raised where warnings are
    # errors.
    except (GsynthError, OSError, MemoryError, Warning):
        raise
    except Exception as error:
        message = f"{origin_of(plugin, role)} failed in {doing()}: {type(error).__name__}: {error}{place_of_block()}"
        raise BrokenPluginError(message) from error


def refuse(plugin: object, role: str, doing: str, found: str, expected: str) -> NoReturn:
    """BrokenPluginError: what the plugin returned is not what its contract says."""
    raise BrokenPluginError(f"{origin_of(plugin, role)}: {doing} gave {found}, expected {expected}{place_of_block()}")


def filled(plugin: object, role: str, doing: Callable[[], str], fill: Callable[[], object]) -> None:
    """Let a plugin fill an array in place; one that returns something may have filled that instead."""
    with named(plugin, role, doing):
        returned = fill()
    if returned is not None:
        refuse(plugin, role, doing(), kind_of(returned), "None: the result is written in place")


def kind_of(value: object) -> str:
    """A short description of any value."""
    if not isinstance(value, np.ndarray):
        return f"{type(value).__name__} {reprlib.repr(value)}"
    plain = f"{value.dtype}{list(value.shape)}{'' if value.flags.c_contiguous else ' (strided)'}"
    return plain if type(value) is np.ndarray else f"{type(value).__name__} of {plain}"


def is_whole(value: object) -> bool:
    """True for an int of Python or NumPy, not for a bool."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def is_plain(value: object, dtype: type[np.generic], size: int) -> bool:
    """True for a one-dimensional array of exactly this dtype and size; a memory map is one too."""
    # Not isinstance: a masked array or a matrix computes by other rules.
    return type(value) in (np.ndarray, np.memmap) and value.dtype == dtype and value.shape == (size,)  # type: ignore[attr-defined]  # an array


def place_of_block() -> str:
    """The end of a message: where the block of this thread lies."""
    place = _block.get()
    return "" if place is None else f" [block: {place()}]"
