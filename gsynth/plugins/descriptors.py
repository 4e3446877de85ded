"""What a hook yields: frozen descriptors, light to import, whose `load` brings the real thing.

`name` is what a user types. `load` imports and returns the implementation and may raise ImportError, which makes
the plugin unavailable (with `install_hint` in the message). Higher `priority` wins where the choice is open
(``backend="auto"``, a file that two formats accept). `contract` is the version of the contract it was written for.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from attrs import field, frozen
from attrs.validators import and_, instance_of, is_callable, min_len

from gsynth.plugins.contracts import (
    CONTRACT,
    Counter,
    GenomeOpener,
    Sampler,
    Serializer,
    TrackOpener,
)


def _never(_: object) -> bool:
    return False


@frozen(kw_only=True)
class PluginDescriptor:
    """What every role has in common."""

    name: str = field(validator=and_(instance_of(str), min_len(1)))
    load: Callable[[], object] = field(validator=is_callable())
    priority: int = field(default=0, validator=instance_of(int))
    install_hint: str = field(default="", validator=instance_of(str))
    contract: int = field(default=CONTRACT, validator=instance_of(int))
    summary: str = field(default="", validator=instance_of(str))


@frozen(kw_only=True)
class CounterPlugin(PluginDescriptor):
    """A k-mer counter; half of a backend. It must say which `contract` it was written for."""

    load: Callable[[], Counter]
    contract: int = field(validator=instance_of(int))


@frozen(kw_only=True)
class SamplerPlugin(PluginDescriptor):
    """A sequence sampler; the other half of a backend of the same name. It must say its `contract` too."""

    load: Callable[[], Sampler]
    contract: int = field(validator=instance_of(int))


@frozen(kw_only=True)
class SerializerPlugin(PluginDescriptor):
    """A model file format.

    `suffixes` (lower case, with the dot) choose it for saving, `sniff` for loading: called with an existing path,
    it looks at the content, and must be cheap and import nothing heavy. `can_save` is False for formats that are
    only read; `compressed` says that it is what ``compress=True`` asks for. `on_request` formats are written only
    when named.
    """

    load: Callable[[], Serializer]
    sniff: Callable[[Path], bool] = field(validator=is_callable())
    suffixes: tuple[str, ...] = ()
    can_save: bool = True
    compressed: bool = False
    on_request: bool = False


@frozen(kw_only=True)
class GenomePlugin(PluginDescriptor):
    """A kind of genome source. `accepts` looks at the source (of a path, at the content) and says whether it is one."""

    load: Callable[[], GenomeOpener]
    accepts: Callable[[object], bool] = field(default=_never, validator=is_callable())


@frozen(kw_only=True)
class TrackPlugin(PluginDescriptor):
    """A kind of track source. `accepts` looks at the source and says whether it is one."""

    load: Callable[[], TrackOpener]
    accepts: Callable[[object], bool] = field(default=_never, validator=is_callable())
