"""Jobs on threads, results in order."""

from __future__ import annotations

import random
import subprocess
import sys
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


AFTER_TWO_INTERRUPTS = """
import io, os, signal, threading, time
import gsynth

begun = threading.Event()

class Slow(io.BytesIO):
    def write(self, data):
        begun.set()
        time.sleep(0.3)
        return super().write(data)

def interrupt():
    begun.wait()
    for _ in range(2):
        time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

threading.Thread(target=interrupt).start()
file = Slow()
try:
    gsynth.gsynth_random(genome={"c": 10**11}, output=file, seed=1, num_cores=4)
except KeyboardInterrupt:
    there = file.tell()
    time.sleep(1)
    print(there > 0, file.tell() - there)
"""


def test_after_a_second_interrupt_nothing_more_is_written():
    """Neither what waits nor what is being taken when the first one comes: the caller may close the file."""
    done = subprocess.run(
        [sys.executable, "-c", AFTER_TWO_INTERRUPTS], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout == "True 0\n"


def test_after_an_error_nothing_more_is_taken():
    """A result that is taken slowly is the last one, whatever fails meanwhile."""
    failed = threading.Event()
    taken: list[int] = []

    def work(job: int) -> int:
        if job == 3:
            failed.set()
            raise ValueError("work 3")
        return job

    def take(job: int) -> None:
        failed.wait()
        taken.append(job)

    with pytest.raises(ValueError, match="work 3"):
        run_in_order(work, iter(range(100)), take, 4)
    there = list(taken)
    time.sleep(0.05)
    assert taken == there
