"""The pluggy manager: blocking and tracing are its own, and can be asked for by the environment."""

from __future__ import annotations

import logging
import os
from typing import Final

import pluggy

from gsynth.plugins import hookspecs

BLOCK_VARIABLE: Final = "GSYNTH_BLOCK_PLUGINS"
"""Names of entry points or of distributions, separated by commas, whose plugins stay out."""

TRACE_VARIABLE: Final = "GSYNTH_TRACE_PLUGINS"
"""Where it is set and not 0, the calls of hooks are logged, at the level DEBUG of the logger ``gsynth.plugins``."""

log = logging.getLogger("gsynth.plugins")


def blocked_names() -> list[str]:
    """What the environment asks to keep out."""
    return [name.strip() for name in os.environ.get(BLOCK_VARIABLE, "").split(",") if name.strip()]


def new_manager() -> pluggy.PluginManager:
    """A manager that knows the hooks, and what the environment asks for."""
    manager = pluggy.PluginManager("gsynth")
    manager.add_hookspecs(hookspecs)
    for name in blocked_names():
        manager.set_blocked(name)
    if os.environ.get(TRACE_VARIABLE, "0") not in ("", "0"):
        manager.trace.root.setwriter(lambda text: log.debug("%s", text.rstrip()))
        manager.enable_tracing()
    return manager
