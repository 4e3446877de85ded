"""Calls from several threads at once, switched as often as the interpreter can."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from gsynth.testing.clauses import broken

T = TypeVar("T")


@contextmanager
def eager_switching() -> Iterator[None]:
    """Let threads that hold the GIL give it up every microsecond."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def at_once(calls: Sequence[Callable[[], T]]) -> list[T]:
    """The results of `calls`, which work one by one, each in a thread of its own, started together."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        barrier.wait()
        return call()

    with eager_switching(), ThreadPoolExecutor(len(calls)) as pool:
        futures = [pool.submit(run, call) for call in calls]
        errors = [future.exception() for future in futures]
    for error in errors:
        if error is not None:
            broken("stateless", f"{error!r} with {len(calls)} calls at once, each of which works alone")
    return [future.result() for future in futures]
