"""Finds the installed plugins, once, and selects among them."""

from __future__ import annotations

import difflib
import functools
import importlib.metadata
import logging
import os
from collections.abc import Iterable, Iterator
from typing import Any, Final, Generic

import pluggy
from attrs import define, field, frozen

from gsynth.errors import (
    BrokenPluginError,
    PluginConflictError,
    UnavailablePluginError,
    UnknownPluginError,
)
from gsynth.plugins import hookspecs
from gsynth.plugins.contracts import CONTRACT
from gsynth.plugins.roles import ROLES, D, I, Role, missing_parts

ENTRY_POINT_GROUP: Final = "gsynth"

BLOCK_VARIABLE: Final = "GSYNTH_BLOCK_PLUGINS"
"""Names of entry points, separated by commas, whose plugins stay out."""

TRACE_VARIABLE: Final = "GSYNTH_TRACE_PLUGINS"
"""Where it is set and not 0, the calls of hooks are logged, at the level DEBUG of the logger ``gsynth.plugins``."""

_CHANGES: Final = 'docs/plugins/contract.md, "Changes"'

log = logging.getLogger("gsynth.plugins")


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


@define
class _Shelf(Generic[D, I]):
    """The plugins of one role, and what those that were asked for have loaded."""

    role: Role[D, I]
    found: list[Registered[D]] = field(factory=list)
    loaded: dict[str, I] = field(factory=dict)


def _reason(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _distribution_of(entry_point: importlib.metadata.EntryPoint) -> str:
    return entry_point.dist.name if entry_point.dist is not None else "an unknown distribution"


def _new_manager() -> pluggy.PluginManager:
    manager = pluggy.PluginManager("gsynth")
    manager.add_hookspecs(hookspecs)
    for name in os.environ.get(BLOCK_VARIABLE, "").split(","):
        if name.strip():
            manager.set_blocked(name.strip())
    if os.environ.get(TRACE_VARIABLE, "0") not in ("", "0"):
        manager.trace.root.setwriter(lambda text: log.debug("%s", text.rstrip()))
        manager.enable_tracing()
    return manager


@frozen
class Registry:
    """The plugins of one set of entry points, and the ones that failed to come in.

    Attributes
    ----------
    manager : pluggy.PluginManager
        Blocking, tracing and unregistering are pluggy's own; what is unregistered stays in `found` until a new
        registry is made.
    broken : list of BrokenPlugin
    """

    manager: pluggy.PluginManager = field(factory=_new_manager, repr=False)
    broken: list[BrokenPlugin] = field(factory=list)
    _shelves: dict[str, _Shelf[Any, Any]] = field(
        factory=lambda: {name: _Shelf(role) for name, role in ROLES.items()}, repr=False
    )

    @classmethod
    def from_entry_points(cls, entry_points: Iterable[importlib.metadata.EntryPoint]) -> Registry:
        """Load the entry points one by one; one that fails is kept in `broken` with its reason."""
        registry = cls()
        for entry_point in sorted(entry_points, key=lambda ep: (ep.name, ep.value, _distribution_of(ep))):
            distribution = _distribution_of(entry_point)
            if registry._is_blocked(entry_point.name, distribution):
                continue
            try:
                module = entry_point.load()
            except Exception as error:
                registry._reject(entry_point.name, distribution, _reason(error))
                continue
            registry.add(module, entry_point.name, distribution)
        return registry

    def add(self, module: object, name: str, distribution: str) -> None:
        """Register one plugin module under its entry point's name."""
        if self._is_blocked(name, distribution):
            return
        # Two distributions may use one name; that is a conflict only where their plugins have one.
        unique = name if self.manager.get_plugin(name) is None else f"{name} ({distribution})"
        try:
            self.manager.register(module, name=unique)
            self.manager.check_pending()
        except Exception as error:
            self.manager.unregister(name=unique)
            self._reject(name, distribution, _reason(error))
            return
        hooks = [caller.name for caller in self.manager.get_hookcallers(module) or []]
        if not hooks:
            self._reject(name, distribution, _no_hook(module))
        for role in ROLES.values():
            if role.hook in hooks:
                self._collect(role, module, name, distribution)

    def _is_blocked(self, name: str, distribution: str) -> bool:
        if not self.manager.is_blocked(name):
            return False
        self._reject(name, distribution, f"blocked (by {BLOCK_VARIABLE}, or by the manager's set_blocked)")
        return True

    def _reject(self, name: str, distribution: str, reason: str) -> None:
        self.broken.append(BrokenPlugin(name, distribution, reason))

    def _collect(self, role: Role[D, I], module: object, name: str, distribution: str) -> None:
        # Each plugin's hook is called by itself, so that nothing that one does wrong reaches another.
        others = [plugin for plugin in self.manager.get_plugins() if plugin is not module]
        hook = self.manager.subset_hook_caller(role.hook, others)
        try:
            yielded = [descriptor for part in hook() for descriptor in part]
        except Exception as error:
            self._reject(name, distribution, f"{role.hook}() failed: {_reason(error)}")
            return
        for descriptor in yielded:
            if isinstance(descriptor, role.descriptor):
                self._shelf(role).found.append(Registered(descriptor, distribution))
            else:
                expected = role.descriptor.__name__
                self._reject(name, distribution, f"{role.hook}() yielded {descriptor!r}, expected a {expected}")

    def _shelf(self, role: Role[D, I]) -> _Shelf[D, I]:
        shelf: _Shelf[D, I] = self._shelves[role.name]
        return shelf

    def names(self, role: Role[D, I]) -> list[str]:
        """The registered names of a role, best first."""
        return list(dict.fromkeys(entry.name for entry in self.ranked(role)))

    def ranked(self, role: Role[D, I]) -> list[Registered[D]]:
        """The registered plugins of a role by descending priority, then by name."""
        found = self._shelf(role).found
        return sorted(found, key=lambda entry: (-entry.descriptor.priority, entry.name, entry.distribution))

    def select(self, role: Role[D, I], name: str) -> Registered[D]:
        """The plugin of that name; one of the four selection errors if it cannot be had."""
        matches = [entry for entry in self._shelf(role).found if entry.name == name]
        if not matches:
            raise UnknownPluginError(self._unknown(role, name))
        if len(matches) > 1:
            owners = " and ".join(sorted(entry.distribution for entry in matches))
            raise PluginConflictError(
                f"{role} {name!r} is provided by {len(matches)} plugins, from {owners}: uninstall one of them, or "
                f"block one by the name of its entry point ({BLOCK_VARIABLE})"
            )
        return matches[0]

    def load(self, role: Role[D, I], name: str) -> I:
        """The implementation of the plugin of that name, loaded once."""
        entry = self.select(role, name)
        loaded = self._shelf(role).loaded
        if name not in loaded:
            loaded[name] = _load(role, entry)
        return loaded[name]

    def auto(self, role: Role[D, I]) -> tuple[str, list[str]]:
        """The name of the best plugin of a role that loads here, and why each better one does not."""
        problems: list[str] = []
        for name in self.names(role):
            try:
                self.load(role, name)
            except (UnavailablePluginError, PluginConflictError, BrokenPluginError) as error:
                problems.append(str(error))
            else:
                return name, problems
        details = "\n".join(f"  {problem}" for problem in problems) or "  none is installed"
        raise UnavailablePluginError(f"no {role} can be used here:\n{details}")

    def statuses(self) -> Iterator[PluginStatus]:
        """Every plugin with whether it can be used here; tries to load each."""
        for role in ROLES.values():
            for entry in self.ranked(role):
                reason = ""
                try:
                    self.load(role, entry.name)
                except (UnavailablePluginError, PluginConflictError, BrokenPluginError) as error:
                    reason = str(error)
                summary = entry.descriptor.summary
                yield PluginStatus(role.name, entry.name, entry.distribution, not reason, reason, summary)

    def _unknown(self, role: Role[D, I], name: str) -> str:
        names = self.names(role)
        lines = [f"no {role} is named {name!r}; installed: {', '.join(names) or 'none'}"]
        close = difflib.get_close_matches(name, names, n=1)
        if close:
            lines.append(f"did you mean {close[0]!r}?")
        lines += [f"could not be loaded: {plugin}" for plugin in self.broken]
        return "\n".join(lines)


def _no_hook(module: object) -> str:
    hooks = ", ".join(role.hook for role in ROLES.values())
    alike = [name for name in dir(module) if name.startswith("gsynth_")]
    found = f"; it has {', '.join(alike)}, not marked" if alike else ""
    return f"it has no gsynth hook{found}: mark a function named {hooks} with gsynth.plugins.hookimpl"


def _load(role: Role[D, I], entry: Registered[D]) -> I:
    descriptor = entry.descriptor
    who = f"{role} {entry.name!r} (from {entry.distribution})"
    if descriptor.contract > CONTRACT:
        raise UnavailablePluginError(
            f"{who} was written for contract {descriptor.contract}, this gsynth has contract {CONTRACT}: "
            "upgrade gsynth or install an older release of the plugin"
        )
    if descriptor.contract < role.least_contract:
        raise UnavailablePluginError(
            f"{who} was written for contract {descriptor.contract}, this gsynth needs {role.least_contract} or later: "
            f"upgrade the plugin, or install an older gsynth; what its author must change is in {_CHANGES}"
        )
    try:
        implementation: object = descriptor.load()
    except ImportError as error:
        hint = f"; {descriptor.install_hint}" if descriptor.install_hint else ""
        raise UnavailablePluginError(f"{who} cannot be used here: {error}{hint}") from error
    except Exception as error:
        raise BrokenPluginError(f"{who} failed to load: {_reason(error)}") from error
    missing = missing_parts(implementation, role)
    if missing or isinstance(implementation, type) or not isinstance(implementation, role.protocol):
        what = f"the class {implementation.__name__}" if isinstance(implementation, type) else repr(implementation)
        lacks = f", which lacks {', '.join(missing)}" if missing else ""
        raise BrokenPluginError(f"{who}: its load gave {what}{lacks}; expected a {role.protocol.__name__}")
    return implementation


@functools.cache
def registry() -> Registry:
    """The registry of this process, from the installed entry points."""
    return Registry.from_entry_points(importlib.metadata.entry_points(group=ENTRY_POINT_GROUP))
