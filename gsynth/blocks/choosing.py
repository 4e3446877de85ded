"""From what a caller gives as an executor to one."""

from __future__ import annotations

import importlib.util
import re
import sys
from typing import Final, Protocol

from gsynth.blocks.executors import Executor, Threads
from gsynth.errors import ArgumentError, ArgumentTypeError, ExecutorError

_LOCAL: Final = re.compile(r"local:(\d{1,4})")
_FORMS: Final = "expected the address of a Dask scheduler (tcp://HOST:PORT), or local:N for N processes of this machine"


class DaskClient(Protocol):
    """What is asked of a ``distributed.Client``."""

    def submit(self, function: object, *arguments: object, **options: object) -> object:
        """See Dask."""
        ...

    def nthreads(self) -> object:
        """See Dask."""
        ...


ExecutorLike = str | Executor | DaskClient
"""Where jobs run: the address of a Dask scheduler, ``local:4``, a ``distributed.Client``, or an `Executor`."""


def resolve_executor(executor: ExecutorLike | None) -> Executor:
    """What a caller gives as an executor; None is threads of this process.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        It is nothing that runs jobs.
    ExecutorError
        Dask is not installed.

    Examples
    --------
    >>> resolve_executor(None)
    Threads(elsewhere=False)
    """
    if executor is None:
        return Threads()
    if isinstance(executor, Executor):
        return executor
    if isinstance(executor, str):
        local = _LOCAL.fullmatch(executor)
        if local is None and "://" not in executor:
            raise ArgumentError(f"executor: {_FORMS}, found {executor!r}")
        if local is not None and not int(local[1]):
            raise ArgumentError("executor: local:0 has no process to run in")
        return _dask(executor if local is None else int(local[1]), None)
    distributed = sys.modules.get("distributed")
    if distributed is not None and isinstance(executor, distributed.Client):
        if executor.asynchronous:
            raise ArgumentError("executor: an asynchronous Client cannot be waited for; make one without asynchronous")
        return _dask(None, executor)
    raise ArgumentTypeError(f"executor: {_FORMS}, or a distributed.Client, found {type(executor).__name__}")


def _dask(address: str | int | None, client: object) -> Executor:
    if importlib.util.find_spec("distributed") is None:
        raise ExecutorError("executor: this needs Dask, which is not installed: pip install 'gsynth[dask]'")
    from gsynth.blocks.cluster import Dask

    return Dask(address, client)
