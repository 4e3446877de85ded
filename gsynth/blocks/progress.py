"""A progress bar in bases, on stderr: on a terminal and in a notebook, unless asked for or forbidden.

Where no bar is shown, nothing of tqdm is touched: it keeps a lock that processes share by forking, and a thread.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import threading
import weakref
from collections.abc import Iterator
from typing import Any, ClassVar, Final, Protocol


class Bar(Protocol):
    """What a call tells of its progress."""

    def update(self, n: int = 1) -> object:
        """Add `n` bases."""
        ...


class _NoBar:
    def update(self, n: int = 1) -> None:
        """Nothing is shown."""


_NO_BAR: Final = _NoBar()


@contextlib.contextmanager
def progress_bar(total: int, what: str, progress: bool | None) -> Iterator[Bar]:
    """A bar over `total` bases: with `progress` None on a terminal and in a notebook, True always, False never."""
    stream, in_notebook = sys.stderr, _in_notebook()
    # A process that was started with stderr closed has none.
    if stream is None or progress is False or not (progress or in_notebook or _is_terminal(stream)):
        yield _NO_BAR
        return
    with _bar_class(in_notebook)(
        total=total, desc=what, unit="b", unit_scale=True, file=_Forgiving(stream), disable=False, leave=False
    ) as bar:
        yield bar


def _in_notebook() -> bool:
    """Whether a Jupyter kernel runs this."""
    # Asked of what is loaded: importing IPython takes longer than most calls.
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell = get_ipython() if get_ipython is not None else None
    return "IPKernelApp" in getattr(shell, "config", ())


def _is_terminal(stream: Any) -> bool:
    try:
        return bool(stream.isatty())
    except (AttributeError, OSError, ValueError):  # an object of the caller's, or a closed one
        return False


class _Forgiving:
    """A stream whose reader may have gone: that nobody sees the bar is no reason to lose the work."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.flush()


def _text() -> Any:
    from tqdm import tqdm

    return tqdm


def _widget() -> Any:
    """A bar of widgets, if ipywidgets is installed; else one of text, which a notebook shows as well."""
    from tqdm import notebook

    return notebook.tqdm if getattr(notebook, "IProgress", None) is not None else _text()


@functools.cache
def _bar_class(in_notebook: bool = False) -> Any:
    """tqdm's bar, one class for the process: without the thread that watches it, and with a lock of our own."""

    class OwnBar(_widget() if in_notebook else _text()):  # type: ignore[misc]  # chosen here
        monitor_interval = 0
        # tqdm's own lock is shared with forked processes: one that is killed while it holds it stops all others.
        _lock = threading.RLock()
        _instances: ClassVar[Any] = weakref.WeakSet()
        # A bar that a signal interrupts while it is made is still closed, and older versions of tqdm need this then.
        disable = True

    def renew() -> None:
        # Another thread may have held it when this process was forked.
        OwnBar._lock = threading.RLock()
        OwnBar._instances = weakref.WeakSet()

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=renew)
    return OwnBar
