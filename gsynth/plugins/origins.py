"""Which plugin, or which argument, brought an object: what errors call it."""

from __future__ import annotations

import functools
import importlib.metadata
import weakref
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

_known: Final[dict[tuple[int, str], tuple[weakref.ref[object], str]]] = {}
"""By identity, because an object of a user may compare or hash in any way, or not at all."""


def note_origin(thing: object, role: str, origin: str) -> None:
    """Errors about `thing` in this role call it `origin` from now on; what is noted first stays."""
    key = (id(thing), role)
    if _noted(thing, role) is not None:
        return
    # An object that allows no weak references goes by its class: it could not be noticed that it is gone, and then its
    # identity is used again.
    with suppress(TypeError):
        _known[key] = weakref.ref(thing, lambda _: _known.pop(key, None)), origin


def origin_of(thing: object, role: str) -> str:
    """What an error calls an object: by its plugin or argument, else by its class."""
    return _noted(thing, role) or f"{role} of {class_of(thing)}"


def class_of(thing: object) -> str:
    """The class of an object, and the distribution that brings it."""
    kind = thing if isinstance(thing, type) else type(thing)
    owners = _distributions().get(kind.__module__.partition(".")[0])
    where = f"from {', '.join(sorted(set(owners)))}" if owners else "not from an installed distribution"
    return f"class {kind.__module__}.{kind.__qualname__} ({where})"


def _noted(thing: object, role: str) -> str | None:
    reference, origin = _known.get((id(thing), role), (None, None))
    return origin if reference is not None and reference() is thing else None


@functools.cache
def _distributions() -> Mapping[str, list[str]]:
    return importlib.metadata.packages_distributions()
