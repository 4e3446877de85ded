"""The process in which a plugin runs: what a call must leave as it was."""

from __future__ import annotations

import decimal
import gc
import locale
import os
import random
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from gsynth.testing.clauses import require


@contextmanager
def kept_process(doing: Callable[[], str]) -> Iterator[None]:
    """Fail if what happens within the ``with`` block changes the process.

    The plugin must have been called before: an import or a compiler may set something up once.
    """
    __tracebackhide__ = True
    kept = np.random.get_state(), random.getstate()  # noqa: NPY002  # the global generator is what is looked at
    # Onwards, because a call that seeds them gives the same state each time.
    np.random.random_sample()  # noqa: NPY002  # as above
    random.random()
    # The default, because the call before may have changed it for good.
    errors = np.seterr(all="warn")
    before = _settings()
    try:
        yield
        after = _settings()
    finally:
        np.random.set_state(kept[0])  # noqa: NPY002  # as above
        random.setstate(kept[1])
        np.seterr(**errors)
    changed = [name for name, value in before.items() if after[name] != value]
    require(not changed, "process", f"changed: {', '.join(changed)}, by {doing()}")


def _settings() -> dict[str, object]:
    kind, key, *rest = np.random.get_state()  # noqa: NPY002  # the global generator is what is looked at
    return {
        "NumPy's global random generator": (kind, np.asarray(key).tobytes(), *rest),
        "Python's global random generator": random.getstate(),
        "numpy.geterr()": np.geterr(),
        "numpy.get_printoptions()": repr(np.get_printoptions()),
        "os.environ": dict(os.environ),
        "the working folder": os.getcwd(),
        "the umask": _umask(),
        "the locale": locale.setlocale(locale.LC_ALL),
        "the filters of warnings": list(map(repr, warnings.filters)),
        "sys.path": list(sys.path),
        "the recursion limit": sys.getrecursionlimit(),
        "decimal's context": repr(decimal.getcontext()),
        "the garbage collector": gc.isenabled(),
    }


def _umask() -> int:
    # There is no other way to ask.
    umask = os.umask(0o077)
    os.umask(umask)
    return umask


def open_files() -> int | None:
    """How many files and sockets this process has open; None where the system does not say."""
    for folder in ("/proc/self/fd", "/dev/fd"):
        if os.path.isdir(folder):
            return len(os.listdir(folder))
    return None
