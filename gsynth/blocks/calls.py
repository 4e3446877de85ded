"""A call as other processes do it: its work, sent to each of them once, and jobs of a few bytes."""

from __future__ import annotations

import hashlib
import pickle
import threading
import warnings
from collections.abc import Callable
from typing import Any, Final

from attrs import frozen

import gsynth
from gsynth.errors import ExecutorError, GsynthError

_KEPT: Final = 2
"""Works that a process keeps open: of the present call, and of one that runs at the same time."""


@frozen
class Call:
    """The work of a call in a pickle.

    Attributes
    ----------
    version : str
        Of gsynth: another one could compute something else.
    digest : str
    work : bytes
    """

    version: str
    digest: str
    work: bytes

    @classmethod
    def of(cls, work: Callable[[Any], Any], dumps: Callable[[object], bytes] = pickle.dumps) -> Call:
        """Of anything that takes a job.

        Raises
        ------
        ExecutorError
            It holds something that cannot be pickled, such as a track that is an open file of the caller's.
        """
        try:
            packed = dumps(work)
        except GsynthError:
            raise
        except Exception as error:
            # Anything may come from the objects of plugins and callers.
            raise ExecutorError(
                f"this call cannot be sent to other processes ({type(error).__name__}: {error}): pass genomes, tracks "
                "and intervals as paths, and functions that can be pickled"
            ) from error
        return cls(gsynth.__version__, hashlib.blake2b(packed, digest_size=16).hexdigest(), packed)

    def opened(self) -> Callable[[Any], Any]:
        """The work itself, opened once in each process.

        Raises
        ------
        ExecutorError
            The process has another version of gsynth, or lacks what the call needs.
        """
        if self.version != gsynth.__version__:
            raise ExecutorError(
                f"a worker has gsynth {gsynth.__version__}, this call is from {self.version}: install the same version"
            )
        # Under the lock: other threads of the process wait for the one that opens, instead of opening it again.
        with _lock:
            if self.digest not in _open:
                while len(_open) >= _KEPT:
                    del _open[next(iter(_open))]
                _open[self.digest] = self._unpickled()
            return _open[self.digest]

    def _unpickled(self) -> Callable[[Any], Any]:
        try:
            with warnings.catch_warnings():
                # The caller was warned where the files were opened first.
                warnings.simplefilter("ignore")
                work: Callable[[Any], Any] = pickle.loads(self.work)
        except GsynthError:
            raise
        except Exception as error:
            raise ExecutorError(
                f"a worker cannot open this call ({type(error).__name__}: {error}): it needs the same packages, "
                "backends and plugins as the process that made the call"
            ) from error
        return work


_open: Final[dict[str, Callable[[Any], Any]]] = {}
_lock: Final = threading.Lock()


def perform(call: Call, job: Any) -> Any:
    """What a worker does."""
    return call.opened()(job)
