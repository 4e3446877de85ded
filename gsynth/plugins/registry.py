"""Finds the installed plugins, once, and selects among them."""

from __future__ import annotations

import difflib
import functools
import importlib.metadata
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, Generic, TypeVar

import pluggy
from attrs import field, frozen

from gsynth.errors import (
    BrokenPluginError,
    PluginConflictError,
    UnavailablePluginError,
    UnknownPluginError,
)
from gsynth.plugins import hookspecs
from gsynth.plugins.contracts import CONTRACT
from gsynth.plugins.descriptors import (
    CounterPlugin,
    GenomePlugin,
    PluginDescriptor,
    SamplerPlugin,
    SerializerPlugin,
    TrackPlugin,
)

ENTRY_POINT_GROUP: Final = "gsynth"

ROLES: Final[dict[str, type[PluginDescriptor]]] = {
    "counter": CounterPlugin,
    "sampler": SamplerPlugin,
    "serializer": SerializerPlugin,
    "genome": GenomePlugin,
    "track": TrackPlugin,
}
"""Role -> the descriptor that its hook ``gsynth_<role>s`` yields."""

D = TypeVar("D", bound=PluginDescriptor)


@frozen
class Registered(Generic[D]):
    """A descriptor and where it came from."""

    descriptor: D
    distribution: str

    @property
    def name(self) -> str:
        return self.descriptor.name


@frozen
class BrokenPlugin:
    """An entry point that could not be used, and why."""

    entry_point: str
    distribution: str
    reason: str

    def __str__(self) -> str:
        return f"{self.entry_point} (from {self.distribution}): {self.reason}"


@frozen
class PluginStatus:
    """One line of ``gsynth plugins``."""

    role: str
    name: str
    distribution: str
    usable: bool
    reason: str = ""
    summary: str = ""


def _reason(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _distribution_of(entry_point: importlib.metadata.EntryPoint) -> str:
    return entry_point.dist.name if entry_point.dist is not None else "an unknown distribution"


@frozen
class Registry:
    """The plugins of one set of entry points, and the ones that failed to come in."""

    found: dict[str, list[Registered[Any]]] = field(factory=lambda: {role: [] for role in ROLES})
    broken: list[BrokenPlugin] = field(factory=list)
    _loaded: dict[tuple[str, str], object] = field(factory=dict, repr=False)

    @classmethod
    def from_entry_points(cls, entry_points: Iterable[importlib.metadata.EntryPoint]) -> Registry:
        """Load the entry points one by one; one that fails is kept in `broken` with its reason."""
        registry = cls()
        for entry_point in sorted(entry_points, key=lambda ep: (ep.name, ep.value, _distribution_of(ep))):
            distribution = _distribution_of(entry_point)
            try:
                module = entry_point.load()
            except Exception as error:
                registry.broken.append(BrokenPlugin(entry_point.name, distribution, _reason(error)))
                continue
            registry.add(module, entry_point.name, distribution)
        return registry

    def add(self, module: object, name: str, distribution: str) -> None:
        """Register one plugin module under its entry point's name."""
        # A manager of its own for each plugin: nothing that one does wrong can reach another.
        manager = pluggy.PluginManager("gsynth")
        manager.add_hookspecs(hookspecs)
        try:
            manager.register(module, name=name)
            manager.check_pending()
        except Exception as error:
            self.broken.append(BrokenPlugin(name, distribution, _reason(error)))
            return
        for role in ROLES:
            hook: pluggy.HookCaller = getattr(manager.hook, f"gsynth_{role}s")
            for implementation in hook.get_hookimpls():
                self._collect(role, implementation.function, name, distribution)

    def _collect(self, role: str, function: Callable[[], Any], name: str, distribution: str) -> None:
        try:
            yielded = list(function())
        except Exception as error:
            self.broken.append(BrokenPlugin(name, distribution, f"gsynth_{role}s() failed: {_reason(error)}"))
            return
        for descriptor in yielded:
            if isinstance(descriptor, ROLES[role]):
                self.found[role].append(Registered(descriptor, distribution))
            else:
                reason = f"gsynth_{role}s() yielded {descriptor!r}, expected a {ROLES[role].__name__}"
                self.broken.append(BrokenPlugin(name, distribution, reason))

    def names(self, role: str) -> list[str]:
        """The registered names of a role, best first."""
        return list(dict.fromkeys(entry.name for entry in self.ranked(role)))

    def ranked(self, role: str) -> list[Registered[Any]]:
        """The registered plugins of a role by falling priority, then by name."""
        return sorted(self.found[role], key=lambda entry: (-entry.descriptor.priority, entry.name, entry.distribution))

    def select(self, role: str, name: str) -> Registered[Any]:
        """The plugin of that name; one of the four selection errors if it cannot be had."""
        matches = [entry for entry in self.found[role] if entry.name == name]
        if not matches:
            raise UnknownPluginError(self._unknown(role, name))
        if len(matches) > 1:
            owners = " and ".join(sorted(entry.distribution for entry in matches))
            raise PluginConflictError(
                f"{role} {name!r} is provided by {len(matches)} plugins, from {owners}: uninstall one of them"
            )
        return matches[0]

    def load(self, role: str, name: str) -> Any:
        """The implementation of the plugin of that name, loaded once."""
        return self._implementation(role, self.select(role, name))

    def auto(self, role: str) -> str:
        """The name of the best plugin of a role that loads here; conflicting names are passed over."""
        problems = []
        for name in self.names(role):
            try:
                self.load(role, name)
            except (UnavailablePluginError, PluginConflictError, BrokenPluginError) as error:
                problems.append(str(error))
            else:
                return name
        details = "\n".join(f"  {problem}" for problem in problems) or "  none is installed"
        raise UnavailablePluginError(f"no {role} can be used here:\n{details}")

    def statuses(self) -> Iterator[PluginStatus]:
        """Every plugin with whether it can be used here; tries to load each."""
        for role in ROLES:
            for entry in self.ranked(role):
                reason = ""
                try:
                    self.load(role, entry.name)
                except (UnavailablePluginError, PluginConflictError, BrokenPluginError) as error:
                    reason = str(error)
                yield PluginStatus(role, entry.name, entry.distribution, not reason, reason, entry.descriptor.summary)

    def _implementation(self, role: str, entry: Registered[Any]) -> object:
        key = (role, entry.name)
        if key not in self._loaded:
            self._loaded[key] = self._load(role, entry)
        return self._loaded[key]

    def _load(self, role: str, entry: Registered[Any]) -> object:
        descriptor: PluginDescriptor = entry.descriptor
        who = f"{role} {entry.name!r} (from {entry.distribution})"
        if descriptor.contract > CONTRACT:
            raise UnavailablePluginError(
                f"{who} was written for contract {descriptor.contract}, this gsynth has contract {CONTRACT}: "
                "upgrade gsynth or install an older release of the plugin"
            )
        try:
            return descriptor.load()
        except ImportError as error:
            hint = f"; {descriptor.install_hint}" if descriptor.install_hint else ""
            raise UnavailablePluginError(f"{who} cannot be used here: {error}{hint}") from error
        except Exception as error:
            raise BrokenPluginError(f"{who} failed to load: {_reason(error)}") from error

    def _unknown(self, role: str, name: str) -> str:
        names = self.names(role)
        lines = [f"no {role} is named {name!r}; installed: {', '.join(names) or 'none'}"]
        close = difflib.get_close_matches(name, names, n=1)
        if close:
            lines.append(f"did you mean {close[0]!r}?")
        lines += [f"could not be loaded: {plugin}" for plugin in self.broken]
        return "\n".join(lines)


@functools.cache
def registry() -> Registry:
    """The registry of this process, from the installed entry points."""
    return Registry.from_entry_points(importlib.metadata.entry_points(group=ENTRY_POINT_GROUP))
