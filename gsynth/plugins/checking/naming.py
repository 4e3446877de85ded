"""What errors about plugins say: whose object it is, in which block, what was found and what was expected."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, NoReturn

import numpy as np

from gsynth.errors import BrokenPluginError, GsynthError
from gsynth.plugins.origins import origin_of

_block: Final[ContextVar[Callable[[], str] | None]] = ContextVar("block", default=None)
"""What says where the block of this thread lies. A kernel is not told, so its errors could not say."""


@contextmanager
def block(place: Callable[[], str]) -> Iterator[None]:
    """Errors within the ``with`` block say where in the genome it happened."""
    token = _block.set(place)
    try:
        yield
    finally:
        _block.reset(token)


@contextmanager
def named(plugin: object, role: str, doing: Callable[[], str]) -> Iterator[None]:
    """Errors within the ``with`` block name the plugin and what it was asked for."""
    try:
        yield
    except (GsynthError, OSError, MemoryError, Warning):
        raise
    except Exception as error:
        message = f"{origin_of(plugin, role)} failed in {doing()}: {type(error).__name__}: {error}{place_of_block()}"
        raise BrokenPluginError(message) from error


def refuse(plugin: object, role: str, doing: str, found: str, expected: str) -> NoReturn:
    """BrokenPluginError: what the plugin gave is not what its contract says."""
    raise BrokenPluginError(f"{origin_of(plugin, role)}: {doing} gave {found}, expected {expected}{place_of_block()}")


def filled(plugin: object, role: str, doing: Callable[[], str], fill: Callable[[], object]) -> None:
    """Let a plugin fill an array in place; one that hands something back may have filled that instead."""
    with named(plugin, role, doing):
        returned = fill()
    if returned is not None:
        refuse(plugin, role, doing(), kind_of(returned), "None: what it makes is written in place")


def kind_of(value: object) -> str:
    """What a value is, in few words, whatever it is."""
    if not isinstance(value, np.ndarray):
        return f"{type(value).__name__} {reprlib.repr(value)}"
    plain = f"{value.dtype}{list(value.shape)}{'' if value.flags.c_contiguous else ' (strided)'}"
    return plain if type(value) is np.ndarray else f"{type(value).__name__} of {plain}"


def is_whole(value: object) -> bool:
    """True for an int of Python or NumPy, not for a bool."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def is_plain(value: object, dtype: type[np.generic], size: int) -> bool:
    """True for a one-dimensional array of exactly this dtype and size; a memory map is one too."""
    return type(value) in (np.ndarray, np.memmap) and value.dtype == dtype and value.shape == (size,)  # type: ignore[attr-defined]  # an array


def place_of_block() -> str:
    """Where the block of this thread lies, to end a message with."""
    place = _block.get()
    return "" if place is None else f" [block: {place()}]"
