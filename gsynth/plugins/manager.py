"""The pluggy manager; the environment can ask for its blocking and tracing."""

from __future__ import annotations

import logging
import os
from typing import Final

import pluggy

from gsynth.plugins import hookspecs

BLOCK_VARIABLE: Final = "GSYNTH_BLOCK_PLUGINS"
"""Names of entry points or distributions, separated by commas, whose plugins are left out."""

TRACE_VARIABLE: Final = "GSYNTH_TRACE_PLUGINS"
"""If it is set and not 0, calls of hooks are logged at level DEBUG of the logger ``gsynth.plugins``."""

log = logging.getLogger("gsynth.plugins")


def blocked_names() -> list[str]:
    """The names that the environment asks to leave out."""
    return [name.strip() for name in os.environ.get(BLOCK_VARIABLE, "").split(",") if name.strip()]


def new_manager() -> pluggy.PluginManager:
    """A manager that knows the hooks, with the blocking and tracing that the environment asks for."""
    manager = pluggy.PluginManager("gsynth")
    manager.add_hookspecs(hookspecs)
    # Before any plugin is registered: pluggy refuses a blocked name, and its module is then never imported.
    for name in blocked_names():
        manager.set_blocked(name)
    if os.environ.get(TRACE_VARIABLE, "0") not in ("", "0"):
        manager.trace.root.setwriter(lambda text: log.debug("%s", text.rstrip()))
        manager.enable_tracing()
    return manager
