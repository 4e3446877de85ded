"""Where the jobs of a call run: on threads of this process, or in others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol, TypeVar, runtime_checkable

from attrs import frozen

from gsynth.blocks.executor import run_in_order

Job = TypeVar("Job")
Result = TypeVar("Result")

FAN_IN = 8
"""Results that are merged at once."""


@runtime_checkable
class Executor(Protocol):
    """Runs the jobs of a call.

    A job may be done more than once, and by two workers at a time, if one is taken for dead: its result is the same
    each time. After an error or Ctrl-C what has not begun is dropped, and nothing is taken any more.
    """

    @property
    def elsewhere(self) -> bool:
        """Whether jobs run in other processes, to which the work, the jobs and the results are sent in pickles."""
        ...

    def opened(self) -> AbstractContextManager[Executor]:
        """The executor, ready to run jobs until the block ends."""
        ...

    def slots(self, cores: int) -> int:
        """How many jobs run at once, in a call that may use `cores` threads of this process."""
        ...

    def run(
        self, work: Callable[[Job], Result], jobs: Iterable[Job], take: Callable[[Result], object], cores: int
    ) -> None:
        """Call ``take(work(job))`` for each job, `take` here, in the order of the jobs and one at a time."""
        ...

    def reduce(
        self,
        work: Callable[[Job], Result],
        jobs: Iterable[Job],
        merge: Callable[[Sequence[Result]], Result],
        seen: Callable[[Job], object],
        cores: int,
    ) -> Result | None:
        """``merge`` of ``work(job)`` of all jobs, in any order and grouping; None if there are none.

        `seen` is called here with each job that is done, in any order.
        """
        ...

    def lost(self) -> int:
        """How many workers have died, or were taken for dead, since it was opened."""
        ...


@frozen
class Threads:
    """Threads of this process."""

    elsewhere: bool = False

    def opened(self) -> AbstractContextManager[Executor]:
        """See `Executor`."""
        return nullcontext(self)

    def slots(self, cores: int) -> int:
        """See `Executor`."""
        return cores

    def run(
        self, work: Callable[[Job], Result], jobs: Iterable[Job], take: Callable[[Result], object], cores: int
    ) -> None:
        """See `run_in_order`."""
        run_in_order(work, jobs, take, cores)

    def reduce(
        self,
        work: Callable[[Job], Result],
        jobs: Iterable[Job],
        merge: Callable[[Sequence[Result]], Result],
        seen: Callable[[Job], object],
        cores: int,
    ) -> Result | None:
        """See `Executor`."""
        found: list[Result] = []

        def take(done: tuple[Job, Result]) -> None:
            job, result = done
            found[:] = [merge([*found, result])] if found else [result]
            seen(job)

        run_in_order(lambda job: (job, work(job)), jobs, take, cores)
        return found[0] if found else None

    def lost(self) -> int:
        """None: a thread does not die alone."""
        return 0
