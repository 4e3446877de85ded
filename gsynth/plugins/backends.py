"""Which backend does the work: the argument, else the environment, else the best that is installed."""

from __future__ import annotations

import os
from typing import Final, cast

from gsynth.errors import ArgumentTypeError
from gsynth.plugins.contracts import Counter, Sampler
from gsynth.plugins.registry import registry

AUTO: Final = "auto"
ENVIRONMENT_VARIABLE: Final = "GSYNTH_BACKEND"


def backend_name(role: str, backend: str | None) -> str:
    """The name of the plugin of `role` that `backend` asks for: "auto" takes the best one that loads here."""
    if backend is not None and not isinstance(backend, str):
        raise ArgumentTypeError(f"backend must be a name or None, found {type(backend).__name__}")
    name = backend or os.environ.get(ENVIRONMENT_VARIABLE) or AUTO
    return registry().auto(role) if name == AUTO else name


def load_counter(backend: str | None) -> Counter:
    """The counter of a backend; obeyed or refused, never replaced."""
    return cast(Counter, registry().load("counter", backend_name("counter", backend)))


def load_sampler(backend: str | None) -> Sampler:
    """The sampler of a backend; obeyed or refused, never replaced."""
    return cast(Sampler, registry().load("sampler", backend_name("sampler", backend)))
