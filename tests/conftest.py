"""What all tests need to know of where they run.

GSYNTH_TEST_WITHOUT names the backends that an environment lacks on purpose (tox sets it). A test that asks for one of
them by name is skipped with gsynth's own reason; where the variable is not set, a missing backend fails its tests.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Generator
from typing import Any

import pytest

from gsynth.errors import UnavailablePluginError

WITHOUT = os.environ.get("GSYNTH_TEST_WITHOUT", "").split()


def skip_if_meant(error: UnavailablePluginError) -> None:
    asked = [f"{role} {name!r}" for role in ("counter", "sampler", "scorer") for name in WITHOUT]
    if str(error).startswith(tuple(asked)):
        pytest.skip(str(error))


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup() -> Generator[None, Any, Any]:
    try:
        return (yield)
    except UnavailablePluginError as error:
        skip_if_meant(error)
        raise


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call() -> Generator[None, Any, Any]:
    try:
        return (yield)
    except UnavailablePluginError as error:
        skip_if_meant(error)
        raise


def pytest_sessionstart() -> None:
    """Heed interrupts: a shell that starts the tests in the background has them, and what they start, ignore them."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
