"""Which backend does the work: the argument, else the environment, else the best one installed."""

from __future__ import annotations

import functools
import logging
import os
import warnings
from typing import Final

from gsynth.errors import ArgumentTypeError
from gsynth.plugins.contracts import Counter, Sampler, Scorer
from gsynth.plugins.descriptors import AUTO
from gsynth.plugins.registry import registry
from gsynth.plugins.roles import COUNTER, SAMPLER, SCORER, D, I, Role

ENVIRONMENT_VARIABLE: Final = "GSYNTH_BACKEND"

log = logging.getLogger("gsynth")


def load_backend(role: Role[D, I], backend: str | None) -> I:
    """The implementation of `role` that `backend` asks for; obeyed or refused, never replaced.

    "auto" takes the best one that loads here, and warns if that is not the best one installed.
    """
    if backend is not None and not isinstance(backend, str):
        raise ArgumentTypeError(f"backend must be a name or None, found {type(backend).__name__}")
    name = backend or os.environ.get(ENVIRONMENT_VARIABLE) or AUTO
    plugins = registry()
    if name == AUTO:
        name, problems = plugins.auto(role)
        if problems:
            _warn(role.name, name, tuple(problems))
    log.debug("backend: %s %s", role, name)
    return plugins.load(role, name)


@functools.cache  # once per process, though every call of the API chooses anew
def _warn(role: str, name: str, problems: tuple[str, ...]) -> None:
    details = "\n".join(f"  {problem}" for problem in problems)
    warnings.warn(
        f"backend 'auto' takes the {role} {name!r}, because better ones cannot be used here:\n{details}\n"
        f"choose it with backend={name!r} (--backend {name}) to silence this warning",
        UserWarning,
        stacklevel=5,
    )


def load_counter(backend: str | None) -> Counter:
    """The counter of a backend."""
    return load_backend(COUNTER, backend)


def load_sampler(backend: str | None) -> Sampler:
    """The sampler of a backend."""
    return load_backend(SAMPLER, backend)


def load_scorer(backend: str | None) -> Scorer:
    """The scorer of a backend."""
    return load_backend(SCORER, backend)
