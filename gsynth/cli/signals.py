"""Signals that end the process become exceptions, so that what is half written is taken away first."""

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
        self.code = 128 + number


def _terminate(number: int, frame: FrameType | None) -> None:
    # A second one must not cut the cleaning up short.
    signal.signal(number, signal.SIG_IGN)
    raise Terminated(number)


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """Within the block SIGTERM and SIGHUP raise `Terminated`; one that was ignored (nohup) stays ignored."""
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
            if handler is not None:
                signal.signal(number, handler)
