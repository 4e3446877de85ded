"""Runs block jobs on a thread pool and hands back their results in order, few at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from gsynth.allocation import keep_freed_memory

Job = TypeVar("Job")
Result = TypeVar("Result")


def run_in_order(work: Callable[[Job], Result], jobs: Iterable[Job], workers: int) -> Iterator[Result]:
    """Yield ``work(job)`` for each job, in the order of the jobs.

    At most ``2 * workers`` jobs are in flight, so memory does not grow with their number. When the consumer stops
    early (an error, Ctrl-C), what has not begun is dropped and what runs is waited for: a block takes milliseconds.
    """
    keep_freed_memory()
    if workers == 1:
        yield from map(work, jobs)
        return
    pool = ThreadPoolExecutor(workers, thread_name_prefix="gsynth")
    in_flight: deque[Future[Result]] = deque()
    try:
        for job in jobs:
            in_flight.append(pool.submit(work, job))
            if len(in_flight) >= 2 * workers:
                yield in_flight.popleft().result()
        while in_flight:
            yield in_flight.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
