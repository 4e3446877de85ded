"""Calls from several threads at once, switched as often as the interpreter can switch them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from gsynth.testing.clauses import broken, raised

T = TypeVar("T")


@contextmanager
def eager_switching() -> Iterator[None]:
    """Make threads that hold the GIL release it every microsecond."""
    # With the usual 5 milliseconds a short call is over before another thread runs, and shared state goes unnoticed.
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def at_once(calls: Sequence[Callable[[], T]]) -> list[T]:
    """The results of `calls`, which work one by one, each in its own thread, started together."""
    # Starting a thread takes longer than a small block, so without it calls would follow one another.
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        barrier.wait()
        return call()

    with eager_switching(), ThreadPoolExecutor(len(calls)) as pool:
        futures = [pool.submit(run, call) for call in calls]
        errors = [future.exception() for future in futures]
    for error in errors:
        if error is not None:
            broken("stateless", f"{raised(error)}; {len(calls)} calls at once, each of which works alone")
    return [future.result() for future in futures]
