"""From which plugin or argument an object came: how errors refer to it."""

from __future__ import annotations

import functools
import importlib.metadata
import weakref
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

_known: Final[dict[tuple[int, str], tuple[weakref.ref[object], str]]] = {}
"""Keyed by identity, because a user's object may compare or hash in any way, or not at all."""


def note_origin(thing: object, role: str, origin: str) -> None:
    """From now on errors about `thing` in this role call it `origin`; the first origin noted stays."""
    key = (id(thing), role)
    if _noted(thing, role) is not None:
        return
    # A strong reference would keep a user's arrays alive. An object that allows no weak one is called by its class:
    # its end could not be noticed, and a later object may have the same identity.
    with suppress(TypeError):
        _known[key] = weakref.ref(thing, lambda _: _known.pop(key, None)), origin


def origin_of(thing: object, role: str) -> str:
    """How errors refer to an object: by its plugin or argument, else by its class."""
    return _noted(thing, role) or f"{role} of {class_of(thing)}"


def class_of(thing: object) -> str:
    """The class of an object, and the distribution that it belongs to."""
    kind = thing if isinstance(thing, type) else type(thing)
    owners = _distributions().get(kind.__module__.partition(".")[0])
    where = f"from {', '.join(sorted(set(owners)))}" if owners else "not from an installed distribution"
    return f"class {kind.__module__}.{kind.__qualname__} ({where})"


def _noted(thing: object, role: str) -> str | None:
    reference, origin = _known.get((id(thing), role), (None, None))
    return origin if reference is not None and reference() is thing else None


# Reads the metadata of every installed distribution, which takes long enough to be done only for an error, and once.
@functools.cache
def _distributions() -> Mapping[str, list[str]]:
    return importlib.metadata.packages_distributions()
