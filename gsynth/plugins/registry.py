"""Finds the installed plugins, once, and chooses among them."""

from __future__ import annotations

import difflib
import functools
import importlib.metadata
import logging
import reprlib
from collections.abc import Iterable, Iterator
from typing import Final

import pluggy
from attrs import field, frozen

from gsynth.errors import (
    BrokenPluginError,
    PluginConflictError,
    UnavailablePluginError,
    UnknownPluginError,
)
from gsynth.plugins.descriptors import PluginDescriptor
from gsynth.plugins.loading import Registered, load, reason_of
from gsynth.plugins.manager import BLOCK_VARIABLE, blocked_names, new_manager
from gsynth.plugins.roles import ROLES, D, I, Role

ENTRY_POINT_GROUP: Final = "gsynth"

UNUSABLE: Final = (UnavailablePluginError, PluginConflictError, BrokenPluginError)
"""The errors of a registered plugin that cannot be used."""

_BLOCKED: Final = "blocked"

log = logging.getLogger("gsynth.plugins")


@frozen
class BrokenPlugin:
    """An entry point that could not be used, and why."""

    entry_point: str
    distribution: str
    reason: str

    @property
    def remedy(self) -> str:
        """What to do about it."""
        if self.reason.startswith(_BLOCKED):
            return f"take it out of {BLOCK_VARIABLE} to use it"
        return f"upgrade or uninstall {self.distribution}, or leave it out: {BLOCK_VARIABLE}={self.entry_point}"

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
    remedy: str = ""


def _distribution_of(entry_point: importlib.metadata.EntryPoint) -> str:
    return entry_point.dist.name if entry_point.dist is not None else "an unknown distribution"


@frozen
class Registry:
    """The plugins of one set of entry points, and those that failed to register.

    Attributes
    ----------
    manager : pluggy.PluginManager
        Blocking, tracing and unregistering are pluggy's own: a plugin that is blocked or unregistered there is gone
        from here at once. A plugin is registered under the name of its entry point.
    broken : list of BrokenPlugin
    """

    manager: pluggy.PluginManager = field(factory=new_manager, repr=False)
    broken: list[BrokenPlugin] = field(factory=list)
    _found: dict[str, list[Registered[PluginDescriptor]]] = field(
        factory=lambda: {name: [] for name in ROLES}, init=False, repr=False
    )
    _loaded: dict[tuple[str, str, str], object] = field(factory=dict, init=False, repr=False)

    @classmethod
    def from_entry_points(cls, entry_points: Iterable[importlib.metadata.EntryPoint]) -> Registry:
        """Load the entry points one by one; one that fails is kept in `broken` with its reason."""
        registry = cls()
        # The order in which the system lists distributions must not decide which of two equal plugins is found first.
        points = sorted(entry_points, key=lambda ep: (ep.name, ep.value, _distribution_of(ep)))
        known = {name for point in points for name in (point.name, _distribution_of(point))}
        for name in blocked_names():
            if name not in known:
                log.warning("%s names %r, but no plugin has that name%s", BLOCK_VARIABLE, name, _close(name, known))
        for point in points:
            distribution = _distribution_of(point)
            if registry._is_blocked(point.name, distribution):
                continue
            # One by one: pluggy's own load_setuptools_entrypoints stops at the first plugin that cannot be imported.
            try:
                module = point.load()
            except (Exception, SystemExit) as error:
                registry._reject(point.name, distribution, reason_of(error))
                continue
            registry.add(module, point.name, distribution)
        return registry

    def add(self, module: object, name: str, distribution: str) -> None:
        """Register one plugin module under its entry point's name."""
        if self._is_blocked(name, distribution):
            return
        # Two distributions may use the same entry point name; only plugins of the same name are a conflict.
        unique = name if self.manager.get_plugin(name) is None else f"{name} ({distribution})"
        try:
            self.manager.register(module, name=unique)
            # pluggy ignores a marked function that matches no hook unless it is asked.
            self.manager.check_pending()
            hooks = [caller.name for caller in self.manager.get_hookcallers(module) or []]
            problem = "" if hooks else _no_hook(module)
        except (Exception, SystemExit) as error:
            problem = reason_of(error)
        if problem:
            if self.manager.has_plugin(unique):
                # A plugin that stays registered with a faulty hook would fail the check of every later one.
                self.manager.unregister(name=unique)
            self._reject(name, distribution, problem)
            return
        self._forget(unique)
        for role in ROLES.values():
            if role.hook in hooks:
                self._collect(role, module, unique, distribution)

    def _forget(self, plugin: str) -> None:
        """Drop what an unregistered module of the same name has left behind."""
        for entries in self._found.values():
            entries[:] = [entry for entry in entries if entry.plugin != plugin]
        for key in [key for key in self._loaded if key[1] == plugin]:
            del self._loaded[key]

    def _is_blocked(self, name: str, distribution: str) -> bool:
        if not (self.manager.is_blocked(name) or self.manager.is_blocked(distribution)):
            return False
        self.broken.append(BrokenPlugin(name, distribution, f"{_BLOCKED} ({BLOCK_VARIABLE}, or pluggy's set_blocked)"))
        return True

    def _reject(self, name: str, distribution: str, reason: str) -> None:
        self.broken.append(BrokenPlugin(name, distribution, reason))
        log.warning("skipped a plugin: %s", self.broken[-1])

    def _collect(self, role: Role[D, I], module: object, plugin: str, distribution: str) -> None:
        # The hook of each plugin is called separately, so that an error in one does not affect the others.
        others = [other for other in self.manager.get_plugins() if other is not module]
        hook = self.manager.subset_hook_caller(role.hook, others)
        # A hook is a generator, so its errors appear only while it is read.
        try:
            yielded = [descriptor for part in hook() for descriptor in part]
        except (Exception, SystemExit) as error:
            self._reject(plugin, distribution, f"{role.hook}() failed: {reason_of(error)}")
            return
        for descriptor in yielded:
            if isinstance(descriptor, role.descriptor):
                self._found[role.name].append(Registered(descriptor, distribution, plugin))
            else:
                found, expected = reprlib.repr(descriptor), role.descriptor.__name__
                self._reject(plugin, distribution, f"{role.hook}() yielded {found}, expected a {expected}")

    def names(self, role: Role[D, I]) -> list[str]:
        """The registered names of a role, best first."""
        return list(dict.fromkeys(entry.name for entry in self.ranked(role)))

    def ranked(self, role: Role[D, I]) -> list[Registered[D]]:
        """The registered plugins of a role by descending priority, then by name."""
        found = [
            Registered(entry.descriptor, entry.distribution, entry.plugin)
            for entry in self._found[role.name]
            # Asked of the manager each time, so that its set_blocked and unregister take effect at once.
            if self.manager.has_plugin(entry.plugin) and isinstance(entry.descriptor, role.descriptor)
        ]
        return sorted(found, key=lambda entry: (-entry.descriptor.priority, entry.name, entry.distribution))

    def select(self, role: Role[D, I], name: str) -> Registered[D]:
        """The plugin of that name; one of the four selection errors if there is none to use."""
        matches = [entry for entry in self.ranked(role) if entry.name == name]
        if not matches:
            raise UnknownPluginError(self._unknown(role, name))
        if len(matches) > 1:
            owners = " and ".join(sorted(entry.distribution for entry in matches))
            raise PluginConflictError(
                f"{role} {name!r} is provided by {len(matches)} plugins, from {owners}: uninstall one of them, or "
                f"block it by its distribution's name or its entry point's ({BLOCK_VARIABLE})"
            )
        return matches[0]

    def load(self, role: Role[D, I], name: str) -> I:
        """The implementation of the plugin of that name, loaded once."""
        return self.loaded(role, self.select(role, name))

    def loaded(self, role: Role[D, I], entry: Registered[D]) -> I:
        """The implementation of a plugin, loaded once."""
        key = role.name, entry.plugin, entry.name
        found = self._loaded.get(key)
        # Also when nothing has been loaded yet; the check tells the type checker what the cache holds.
        if not isinstance(found, role.protocol):
            found = self._loaded[key] = load(role, entry)
        return found

    def auto(self, role: Role[D, I]) -> tuple[str, list[str]]:
        """The name of the best plugin of a role that loads here, and why each better one does not."""
        problems: list[str] = []
        for name in self.names(role):
            try:
                self.load(role, name)
            except UNUSABLE as error:
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
                except UNUSABLE as error:
                    reason = str(error)
                summary = entry.descriptor.summary
                yield PluginStatus(role.name, entry.name, entry.distribution, not reason, reason, summary)

    def _unknown(self, role: Role[D, I], name: str) -> str:
        names = self.names(role)
        lines = [f"no {role} is named {name!r}; installed: {', '.join(names) or 'none'}{_close(name, names)}"]
        lines += [f"could not be loaded: {plugin}" for plugin in self.broken]
        return "\n".join(lines)


def _close(name: str, names: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, sorted(names), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _no_hook(module: object) -> str:
    hooks = ", ".join(role.hook for role in ROLES.values())
    alike = [name for name in dir(module) if name.startswith("gsynth_")]
    found = f"; it has {', '.join(alike)}, not marked" if alike else ""
    return f"it has no gsynth hook{found}: mark a function named {hooks} with gsynth.plugins.hookimpl"


# At the first use, not at import: `gsynth --help` must not read the entry points of every distribution.
@functools.cache
def registry() -> Registry:
    """The registry of this process, from the installed entry points."""
    return Registry.from_entry_points(importlib.metadata.entry_points(group=ENTRY_POINT_GROUP))
