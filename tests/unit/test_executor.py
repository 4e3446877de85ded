"""Jobs on threads, results in order."""

from __future__ import annotations

import random
import threading
import time

import pytest

from gsynth.blocks.executor import run_in_order

WORKERS = [1, 2, 5]


def slow(job: int) -> int:
    time.sleep(random.Random(job).random() / 500)
    return job * job


@pytest.mark.parametrize("workers", WORKERS)
def test_results_are_taken_in_order(workers):
    taken: list[int] = []
    run_in_order(slow, iter(range(100)), taken.append, workers)
    assert taken == [job * job for job in range(100)]


@pytest.mark.parametrize("workers", WORKERS)
def test_no_jobs(workers):
    run_in_order(slow, iter(()), pytest.fail, workers)


@pytest.mark.parametrize("workers", WORKERS)
def test_one_result_at_a_time_and_few_under_way(workers):
    taking = threading.Lock()
    begun: list[int] = []
    taken: list[int] = []

    def work(job: int) -> int:
        begun.append(job)
        return job

    def take(job: int) -> None:
        assert taking.acquire(blocking=False), "two results are taken at once"
        time.sleep(0.001)
        assert len(begun) - len(taken) <= 2 * workers
        taken.append(job)
        taking.release()

    run_in_order(work, iter(range(60)), take, workers)
    assert taken == list(range(60))


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("where", ["work", "take", "jobs"])
def test_an_error_ends_it(workers, where):
    begun: list[int] = []
    taken: list[int] = []

    def check(place: str, job: int) -> int:
        if place == where and job == 13:
            raise ValueError(f"{place} {job}")
        return job

    def work(job: int) -> int:
        begun.append(job)
        return check("work", job)

    def take(job: int) -> None:
        check("take", job)
        taken.append(job)

    with pytest.raises(ValueError, match=f"{where} 13"):
        run_in_order(work, (check("jobs", job) for job in range(10_000)), take, workers)
    assert taken == list(range(len(taken)))
    assert len(taken) <= 13
    assert len(begun) <= 13 + 2 * workers
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("gsynth")]
