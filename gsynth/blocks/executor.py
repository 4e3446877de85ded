"""Runs block jobs on a thread pool and takes their results in order, few at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from attrs import define, field

from gsynth.blocks.allocation import keep_freed_memory

Job = TypeVar("Job")
Result = TypeVar("Result")


def run_in_order(
    work: Callable[[Job], Result], jobs: Iterable[Job], take: Callable[[Result], object], workers: int
) -> None:
    """Call ``take(work(job))`` for each job: `work` on any thread, `take` in the order of the jobs, one at a time.

    At most ``2 * workers`` jobs are in flight, so memory does not grow with their number. After an error or Ctrl-C,
    jobs that have not begun are dropped and running ones are waited for: a block takes milliseconds. A second Ctrl-C
    ends that waiting, except for a result that is being taken: nothing is taken after this function has returned.
    """
    keep_freed_memory()
    if workers == 1:
        for job in jobs:
            take(work(job))
        return
    line = _Line(work, take)
    pool = ThreadPoolExecutor(workers, thread_name_prefix="gsynth")
    try:
        number = 0
        for number, job in enumerate(jobs, 1):
            pool.submit(line.run, number, job)
            line.wait_for(number - 2 * workers + 1)
        line.wait_for(number)
    except BaseException as error:
        # Before waiting for anything: a second Ctrl-C may end the waiting, and running jobs must not continue to write.
        line.stop(error)
        raise
    finally:
        try:
            pool.shutdown(wait=True, cancel_futures=True)
        finally:
            line.close()


@define
class _Line(Generic[Job, Result]):
    """Results that wait to be taken, numbered from 1.

    The worker that brings the next one takes it, and those after it that are waiting; so there are never more busy
    threads than workers. One more would make one of them wait for a core while it holds what the others need.
    """

    work: Callable[[Job], Result]
    take: Callable[[Result], object]
    _waiting: dict[int, Result] = field(factory=dict)
    _taken: int = 0
    _is_taking: bool = False
    _error: BaseException | None = None
    _changed: threading.Condition = field(factory=threading.Condition)

    def run(self, number: int, job: Job) -> None:
        """Do a job, then take the results that are next."""
        try:
            result = self.work(job)
            with self._changed:
                if self._error is not None:
                    return
                self._waiting[number] = result
                if self._is_taking:
                    return
                self._is_taking = True
            # The line holds it now: a second reference would keep the memory of a block that is already written.
            del result
            self._take_waiting()
        except BaseException as error:  # handed to the thread that waits
            with self._changed:
                self._error = self._error or error
                self._changed.notify()

    def _take_waiting(self) -> None:
        while True:
            with self._changed:
                if self._taken + 1 not in self._waiting or self._error is not None:
                    self._end_taking()
                    return
                result = self._waiting.pop(self._taken + 1)
            try:
                # Without the lock, so that others can deliver their results meanwhile; `_is_taking` keeps them from
                # taking.
                self.take(result)
            except BaseException as error:
                with self._changed:
                    # Both under one lock: between them another thread would take the next result.
                    self._error = self._error or error
                    self._end_taking()
                return
            with self._changed:
                self._taken += 1
                self._changed.notify()

    def _end_taking(self) -> None:
        self._is_taking = False
        self._changed.notify()

    def stop(self, error: BaseException) -> None:
        """Take no more results from now on."""
        # No lock: a second Ctrl-C could arrive while waiting for it, and then the first would have stopped nothing.
        self._error = self._error or error

    def close(self) -> None:
        """Wait for the result that is being taken, if one is."""
        with self._changed:
            while self._is_taking:
                self._changed.wait()

    def wait_for(self, number: int) -> None:
        """Wait until `number` results are taken; raise what a worker has raised."""
        with self._changed:
            while self._taken < number and self._error is None:
                self._changed.wait()
            if self._error is not None:
                raise self._error
