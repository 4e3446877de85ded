"""Signals that end the process become exceptions, so that half-written files are removed first."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Final

SIGNALS: Final = ("SIGTERM", "SIGHUP")


class Terminated(BaseException):
    """The process received a signal to end. Not an Exception: no handler may swallow it on its way out."""

    def __init__(self, number: int) -> None:
        super().__init__(f"ended by {signal.Signals(number).name}")
        # As shells report a process that a signal ended.
        self.code = 128 + number


def _terminate(number: int, frame: FrameType | None) -> None:
    # A second one must not interrupt the clean-up.
    signal.signal(number, signal.SIG_IGN)
    raise Terminated(number)


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """Within the block SIGTERM and SIGHUP raise `Terminated`; one that was ignored (nohup) stays ignored."""
    # Python lets only the main thread set handlers; elsewhere (a notebook, a server) signals stay as they are.
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in SIGNALS if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    for number in numbers:
        if before[number] == signal.SIG_DFL:
            signal.signal(number, _terminate)
    try:
        yield
    finally:
        for number, handler in before.items():
            # None: a handler that was not installed by Python, and that Python cannot install again.
            if handler is not None:
                signal.signal(number, handler)
