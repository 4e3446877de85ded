"""Which plugins say that a source or a file is theirs. A failure counts as a no, is logged, and stops nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeVar

import numpy as np

from gsynth.errors import PluginError
from gsynth.plugins.checking.naming import kind_of
from gsynth.plugins.descriptors import SerializerPlugin, SourcePlugin
from gsynth.plugins.loading import Registered, named_entry, reason_of
from gsynth.plugins.registry import UNUSABLE, Registry
from gsynth.plugins.roles import I, Role

S = TypeVar("S", bound=SourcePlugin)

_log: Final = logging.getLogger("gsynth.plugins")


def openers(plugins: Registry, role: Role[S, I], source: object, problems: list[str]) -> Iterator[tuple[str, I]]:
    """The names and openers of the plugins that accept `source`, best first; failures are noted in `problems`.

    Raises
    ------
    PluginError
        At the end, if no plugin that accepts it can be used: why the best one cannot.
    """
    failure: PluginError | None = None
    usable = False
    for entry in plugins.ranked(role):
        if not accepts(entry, role, source, problems):
            continue
        try:
            opener = plugins.load(role, entry.name)
        except UNUSABLE as error:
            # The first failure is that of the best plugin, which is the one to mend.
            failure = failure or error
            _note(str(error), problems)
            continue
        usable = True
        yield entry.name, opener
    if failure is not None and not usable:
        raise failure


def accepts(entry: Registered[S], role: Role[S, I], source: object, problems: list[str]) -> bool:
    """What `accepts` of a descriptor says; one that fails is noted in `problems`."""
    descriptor = entry.descriptor
    return _answer(lambda: descriptor.accepts(source), f"accepts of {named_entry(role.name, entry)}", problems)


def sniffs(entry: Registered[SerializerPlugin], path: Path, problems: list[str]) -> bool:
    """What `sniff` of a descriptor says; one that fails is noted in `problems`."""
    descriptor = entry.descriptor
    return _answer(lambda: descriptor.sniff(path), f"sniff of {named_entry('serializer', entry)}", problems)


def _answer(ask: Callable[[], object], asked: str, problems: list[str]) -> bool:
    try:
        answer = ask()
    except OSError as error:
        # The fault of the file, not of the plugin: another plugin may need less of it.
        problems.append(f"{asked}: {error}")
        return False
    except (Exception, SystemExit) as error:
        found = f"failed: {reason_of(error)}"
    else:
        if isinstance(answer, bool | np.bool_):
            return bool(answer)
        found = f"gave {kind_of(answer)}, expected True or False"
    _note(f"{asked} {found}", problems)
    return False


def _note(problem: str, problems: list[str]) -> None:
    if problem not in problems:
        _log.warning("skipped a plugin: %s", problem)
        problems.append(problem)
