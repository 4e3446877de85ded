"""From a descriptor to its implementation, which has the methods of its role, or to the reason why not."""

from __future__ import annotations

import reprlib
from typing import Final, Generic

from attrs import frozen

from gsynth.errors import BrokenPluginError, UnavailablePluginError
from gsynth.plugins.contracts import CONTRACT
from gsynth.plugins.origins import class_of, note_origin
from gsynth.plugins.roles import D, I, Role

_CHANGES: Final = 'docs/plugins/contract.md, "Changes"'


@frozen
class Registered(Generic[D]):
    """A descriptor and where it came from: its distribution, and the name by which the manager knows its module."""

    descriptor: D
    distribution: str
    plugin: str

    @property
    def name(self) -> str:
        return self.descriptor.name


def named_entry(role: str, entry: Registered[D]) -> str:
    """How errors refer to a plugin."""
    return f"{role} {entry.name!r} (from {entry.distribution})"


def reason_of(error: BaseException) -> str:
    """The kind of an error and its message."""
    return f"{type(error).__name__}: {error}"


def load(role: Role[D, I], entry: Registered[D]) -> I:
    """What the descriptor's `load` returns.

    Raises
    ------
    UnavailablePluginError
        It was written for another contract, or cannot import what it needs.
    BrokenPluginError
        Its `load` failed, or returned something else.
    """
    who = named_entry(role.name, entry)
    # Before loading: importing a plugin of another contract may already fail, for a reason that would mislead.
    _check_contract(role, entry, who)
    descriptor = entry.descriptor
    try:
        implementation = descriptor.load()
    except ImportError as error:
        hint = f"; {descriptor.install_hint}" if descriptor.install_hint else ""
        raise UnavailablePluginError(f"{who} cannot be used here: {error}{hint}") from error
    # SystemExit too: a plugin that calls sys.exit must not end a process that can do without it.
    except (Exception, SystemExit) as error:
        raise BrokenPluginError(f"{who} failed to load: {reason_of(error)}") from error
    fitting = _fitting(role, implementation, who)
    note_origin(fitting, role.name, who)
    return fitting


def _check_contract(role: Role[D, I], entry: Registered[D], who: str) -> None:
    written = entry.descriptor.contract
    if written > CONTRACT:
        raise UnavailablePluginError(
            f"{who} was written for contract {written}, this gsynth has contract {CONTRACT}: "
            "upgrade gsynth or install an older release of the plugin"
        )
    if written < role.least_contract:
        raise UnavailablePluginError(
            f"{who} was written for contract {written}, this gsynth needs {role.least_contract} or later: "
            f"upgrade the plugin, or install an older gsynth; what its author must change is in {_CHANGES}"
        )


def _fitting(role: Role[D, I], implementation: object, who: str) -> I:
    try:
        missing = missing_parts(implementation, role)
        # A class has all the methods, so it would pass for its own instance; returning it is a common slip.
        if not missing and not isinstance(implementation, type) and isinstance(implementation, role.protocol):
            return implementation
    except Exception as error:
        raise BrokenPluginError(f"{who}: its load gave an object whose attributes fail: {reason_of(error)}") from error
    is_class = isinstance(implementation, type)
    what = f"the {class_of(implementation)}" if is_class else reprlib.repr(implementation)
    lacks = f", which lacks {', '.join(missing)}" if missing else ""
    raise BrokenPluginError(f"{who}: its load gave {what}{lacks}; expected a {role.protocol.__name__}")


def missing_parts(implementation: object, role: Role[D, I]) -> list[str]:
    """The methods of the role's contract that an implementation lacks."""
    # By name, for the error; isinstance with a protocol says only that something is missing.
    asked = [name for name in vars(role.protocol) if not name.startswith("_")]
    return [name for name in asked if not callable(getattr(implementation, name, None))]
