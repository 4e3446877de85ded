"""Jobs on a Dask cluster: worker processes of this machine or of many."""

from __future__ import annotations

import asyncio
import itertools
import warnings
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from attrs import define, field

from gsynth.blocks.calls import Call, perform
from gsynth.blocks.executors import FAN_IN
from gsynth.errors import ExecutorError, GsynthError

Job = TypeVar("Job")
Result = TypeVar("Result")

_CALLS: Final = itertools.count(1)

_AHEAD: Final = 2
"""Jobs per slot that are handed out: one that runs and one that waits, so that no worker waits for the next."""


@define
class Dask:
    """The workers of a Dask cluster.

    Jobs are tasks that keep nothing between one another: the scheduler gives those of a worker that has died to others.

    Parameters
    ----------
    address : str or int or None
        Of the scheduler; or how many worker processes to start on this machine; or None with `client`.
    client : distributed.Client or None
    """

    address: str | int | None = None
    client: Any = None
    elsewhere: bool = field(default=True, init=False)

    @contextmanager
    def opened(self) -> Iterator[Dask]:
        """See `gsynth.blocks.executors.Executor`; a cluster that is started here ends with the block."""
        if self.client is not None:
            yield self
            return
        distributed = _distributed()
        with _reported("no Dask cluster", OSError, ValueError):
            if isinstance(self.address, int):
                # Threads of one process would wait for one another where jobs run in Python.
                made = distributed.LocalCluster(
                    n_workers=self.address, threads_per_worker=1, processes=True, dashboard_address=None
                )
            else:
                made = self.address
            client = distributed.Client(made, set_as_default=False)
        try:
            yield Dask(client=client)
        finally:
            client.close()
            if isinstance(self.address, int):
                made.close()

    def slots(self, cores: int) -> int:
        """See `gsynth.blocks.executors.Executor`: the threads of all workers."""
        with _reported("the Dask scheduler does not answer"):
            threads: dict[str, int] = self.client.nthreads()
        return max(1, sum(threads.values()))

    def lost(self) -> int:
        """See `gsynth.blocks.executors.Executor`."""
        with _reported("the Dask scheduler does not answer"):
            events = self.client.get_events("all")
        return sum(isinstance(event, dict) and event.get("action") == "remove-worker" for _, event in events)

    def run(
        self, work: Callable[[Job], Result], jobs: Iterable[Job], take: Callable[[Result], object], cores: int
    ) -> None:
        """See `gsynth.blocks.executors.Executor`."""
        ahead = _AHEAD * self.slots(cores)
        with self._tasks(work) as tasks:
            waiting: deque[Any] = deque()
            for job in jobs:
                waiting.append(tasks.begun(job))
                if len(waiting) > ahead:
                    take(tasks.result(waiting.popleft()))
            while waiting:
                take(tasks.result(waiting.popleft()))

    def reduce(
        self,
        work: Callable[[Job], Result],
        jobs: Iterable[Job],
        merge: Callable[[Sequence[Result]], Result],
        seen: Callable[[Job], object],
        cores: int,
    ) -> Result | None:
        """See `gsynth.blocks.executors.Executor`; the workers merge, and only the whole sum is sent here."""
        ahead = _AHEAD * self.slots(cores) + FAN_IN
        with self._tasks(work) as tasks:
            done: list[Any] = []
            running: dict[Any, Any] = {}

            def wait() -> None:
                for future in tasks.finished(running):
                    job = running.pop(future)
                    if job is not None:
                        seen(job)
                    done.append(future)
                while len(done) >= FAN_IN:
                    parts, done[:] = done[:FAN_IN], done[FAN_IN:]
                    running[tasks.merged(merge, parts)] = None

            for job in jobs:
                running[tasks.begun(job)] = job
                while len(running) > ahead:
                    wait()
            while running:
                wait()
            if len(done) > 1:
                done = [tasks.merged(merge, done)]
            return tasks.result(done[0]) if done else None

    @contextmanager
    def _tasks(self, work: Callable[[Any], Any]) -> Iterator[_Tasks]:
        import cloudpickle

        call = Call.of(work, cloudpickle.dumps)
        with _reported("the Dask cluster was lost"):
            tasks = _Tasks(self.client, f"gsynth-{call.digest}-{next(_CALLS)}", cloudpickle.dumps)
            tasks.send(call)
            try:
                yield tasks
            except BaseException:
                tasks.cancel()
                raise


@define
class _Tasks:
    """The tasks of one call."""

    client: Any
    name: str
    dumps: Callable[[object], bytes]
    _call: Any = None
    _numbers: Iterator[int] = field(factory=itertools.count)
    _all: weakref.WeakSet[Any] = field(factory=weakref.WeakSet)

    def send(self, call: Call) -> None:
        with warnings.catch_warnings():
            # That it is large: a model of many strata is. As data of the graph, the scheduler can send it again if
            # all workers that have it die, which it could not if it were scattered.
            warnings.filterwarnings("ignore", "Sending large graph", UserWarning)
            self._call = self._submit(_held, call)

    def begun(self, job: Any) -> Any:
        return self._submit(perform, self._call, job)

    def merged(self, merge: Callable[[Any], Any], parts: list[Any]) -> Any:
        # Before further jobs, so that their results do not pile up.
        return self._submit(_merged, merge, parts, priority=1)

    def result(self, future: Any) -> Any:
        return future.result()

    def finished(self, running: Iterable[Any]) -> list[Any]:
        """Those that are done, one at least; raises what a worker has raised."""
        # `wait` asks the current client, which the caller's need not be.
        with self.client.as_current():
            done, _ = _distributed().wait(list(running), return_when="FIRST_COMPLETED")
        for future in done:
            if future.status != "finished":
                future.result()
        return list(done)

    def cancel(self) -> None:
        """Begin no more of them."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                self.client.cancel(list(self._all), force=True)
            except Exception:
                # The scheduler may be what was lost; what is raised already says so.
                return

    def _submit(self, function: Callable[..., Any], *arguments: Any, priority: int = 0) -> Any:
        future = self.client.submit(
            function, *arguments, key=f"{self.name}-{next(self._numbers)}", priority=priority, pure=False
        )
        self._all.add(future)
        return future


def _held(call: Call) -> Call:
    return call


def _merged(merge: Callable[[Any], Any], parts: list[Any]) -> Any:
    return merge(parts)


def _distributed() -> Any:
    import distributed

    return distributed


@contextmanager
def _reported(what: str, *kinds: type[Exception]) -> Iterator[None]:
    """Errors of the cluster, and those of the `kinds`, as an `ExecutorError`; those of the work itself pass."""
    distributed = _distributed()
    try:
        yield
    except GsynthError:
        raise
    except distributed.scheduler.KilledWorker as error:
        raise ExecutorError(
            f"the workers died that did a job, one after the other ({error}): they may lack the memory for it; see "
            "their logs"
        ) from error
    except (
        distributed.CancelledError,
        distributed.comm.core.CommClosedError,
        asyncio.CancelledError,
        TimeoutError,
        ConnectionError,
        *kinds,
    ) as error:
        raise ExecutorError(f"{what} ({type(error).__name__}: {error}); nothing was written") from error
