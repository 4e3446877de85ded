"""Every plugin with whether it works here: it loads, and answers; if not, why, and what to do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import attrs

from gsynth.plugins.checking.choosing import accepts, sniffs
from gsynth.plugins.descriptors import PluginDescriptor, SerializerPlugin, SourcePlugin
from gsynth.plugins.loading import Registered
from gsynth.plugins.manager import BLOCK_VARIABLE
from gsynth.plugins.registry import PluginStatus, Registry
from gsynth.plugins.roles import ROLES, Role

_NOTHING: Final = object()
"""A source of no kind."""


def statuses(plugins: Registry) -> Iterator[PluginStatus]:
    """Every plugin; tries to load each, and asks those that are asked about sources and files."""
    for status in plugins.statuses():
        role: Role[Any, Any] = ROLES[status.role]
        reason = status.reason or _unanswered(plugins, role, status.name)
        remedy = _remedy(plugins, role, status) if reason else ""
        yield attrs.evolve(status, usable=not reason, reason=reason, remedy=remedy)


def _unanswered(plugins: Registry, role: Role[Any, Any], name: str) -> str:
    """Why a plugin that loads cannot be asked what it takes; empty if it can."""
    entry = plugins.select(role, name)
    problems: list[str] = []
    descriptor = entry.descriptor
    if isinstance(descriptor, SourcePlugin):
        accepts(Registered(descriptor, entry.distribution, entry.plugin), role, _NOTHING, problems)
    elif isinstance(descriptor, SerializerPlugin):
        sniffs(Registered(descriptor, entry.distribution, entry.plugin), Path(os.devnull), problems)
    return "; ".join(problems)


def _remedy(plugins: Registry, role: Role[PluginDescriptor, object], status: PluginStatus) -> str:
    """What to do about a plugin, where the reason does not say it."""
    found = [
        entry
        for entry in plugins.ranked(role)
        if (entry.name, entry.distribution) == (status.name, status.distribution)
    ]
    hinted = any(entry.descriptor.install_hint and entry.descriptor.install_hint in status.reason for entry in found)
    if hinted or "upgrade" in status.reason or "uninstall" in status.reason:
        return ""
    point = found[0].plugin.partition(" (")[0] if found else status.name
    return f"upgrade {status.distribution}, or leave it out: {BLOCK_VARIABLE}={point}"
