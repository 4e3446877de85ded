"""What a hook yields: frozen descriptors, light to import, whose `load` imports the real thing.

`name` is what a user types. `load` imports and returns the implementation and may raise ImportError, which makes
the plugin unavailable (with `install_hint` in the message). Higher `priority` wins where the choice is open
(``backend="auto"``, a file that two formats accept). `contract` is the version of the contract it was written for.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from attrs import Attribute, field, frozen

from gsynth.errors import ArgumentTypeError
from gsynth.plugins.contracts import (
    CONTRACT,
    Counter,
    GenomeOpener,
    Sampler,
    Scorer,
    Serializer,
    TrackOpener,
)

AUTO: Final = "auto"
"""Stands for the best backend, so no plugin can have this name."""

_Check = Callable[[Any, "Attribute[Any]", object], None]


def _must(fits: Callable[[object], bool], expected: str) -> _Check:
    """A validator whose error names the descriptor and the field."""

    def check(descriptor: PluginDescriptor, attribute: Attribute[Any], value: object) -> None:
        if not fits(value):
            raise ArgumentTypeError(
                f"{type(descriptor).__name__}(name={descriptor.name!r}): "
                f"{attribute.name} must be {expected}, found {value!r}"
            )

    return check


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value not in ("", AUTO)


def _is_whole(value: object) -> bool:
    # bool is a kind of int; a priority of True is surely a mistake.
    return isinstance(value, int) and not isinstance(value, bool)


def _is_suffixes(value: object) -> bool:
    return isinstance(value, tuple) and all(
        # They are compared with lower-cased suffixes of paths, so ".GSM" would never match.
        isinstance(suffix, str) and suffix[:1] == "." and suffix == suffix.lower()
        for suffix in value
    )


_A_NAME: Final = _must(_is_name, f"a str, not empty and not {AUTO!r}")
_A_STR: Final = _must(lambda value: isinstance(value, str), "a str")
_A_BOOL: Final = _must(lambda value: isinstance(value, bool), "True or False")
_WHOLE: Final = _must(_is_whole, "a whole number")
_CALLABLE: Final = _must(callable, "callable")
_NAMES: Final = _must(
    lambda value: isinstance(value, tuple) and all(isinstance(name, str) for name in value), "a tuple of file names"
)
_SUFFIXES: Final = _must(_is_suffixes, "a tuple of lower-case suffixes, each with its dot")


def _never(_: object) -> bool:

    return False


@frozen(kw_only=True)
class PluginDescriptor:
    """The fields that every role has in common."""

    name: str = field(validator=_A_NAME)
    load: Callable[[], object] = field(validator=_CALLABLE)
    priority: int = field(default=0, validator=_WHOLE)
    install_hint: str = field(default="", validator=_A_STR)
    contract: int = field(default=CONTRACT, validator=_WHOLE)
    summary: str = field(default="", validator=_A_STR)


@frozen(kw_only=True)
# Here and below `contract` has no default: one that follows gsynth would let an old kernel pass for a new one.
class CounterPlugin(PluginDescriptor):
    """A k-mer counter; one part of a backend. It must say which `contract` it was written for."""

    load: Callable[[], Counter] = field(validator=_CALLABLE)
    contract: int = field(validator=_WHOLE)


@frozen(kw_only=True)
class SamplerPlugin(PluginDescriptor):
    """A sequence sampler; another part of the backend of the same name. It must say its `contract` too."""

    load: Callable[[], Sampler] = field(validator=_CALLABLE)
    contract: int = field(validator=_WHOLE)


@frozen(kw_only=True)
class ScorerPlugin(PluginDescriptor):
    """A scorer of sequence; another part of the backend of the same name. It must say its `contract` too."""

    load: Callable[[], Scorer] = field(validator=_CALLABLE)
    contract: int = field(validator=_WHOLE)


@frozen(kw_only=True)
class SerializerPlugin(PluginDescriptor):
    """A model file format.

    `suffixes` (lower case, with the dot) choose it for saving, `sniff` for loading: called with an existing path,
    it looks at the content, and must be cheap and import nothing heavy. `can_save` is False for formats that are
    only read; `compressed` says that it is what ``compress=True`` asks for. `on_request` formats are written only
    when named. `files` are the names of the files that a folder of this format may hold. Not every model has all of
    them: when a model is replaced, those of the old one are removed with it. If the folder holds any other file, the
    save is refused.
    """

    load: Callable[[], Serializer] = field(validator=_CALLABLE)
    sniff: Callable[[Path], bool] = field(validator=_CALLABLE)
    suffixes: tuple[str, ...] = field(default=(), validator=_SUFFIXES)
    can_save: bool = field(default=True, validator=_A_BOOL)
    compressed: bool = field(default=False, validator=_A_BOOL)
    on_request: bool = field(default=False, validator=_A_BOOL)
    files: tuple[str, ...] = field(default=(), validator=_NAMES)


@frozen(kw_only=True)
class SourcePlugin(PluginDescriptor):
    """A kind of source. `accepts` looks at one (for a path, at its content) and says whether it is of this kind."""

    accepts: Callable[[object], bool] = field(default=_never, validator=_CALLABLE)


@frozen(kw_only=True)
class GenomePlugin(SourcePlugin):
    """A kind of genome source."""

    load: Callable[[], GenomeOpener] = field(validator=_CALLABLE)


@frozen(kw_only=True)
class TrackPlugin(SourcePlugin):
    """A kind of track source."""

    load: Callable[[], TrackOpener] = field(validator=_CALLABLE)
