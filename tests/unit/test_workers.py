"""How many threads: what the process may use, and what count tables allow."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import gsynth
from gsynth.blocks import cores, counting
from gsynth.blocks.counting import affordable_workers

GIBIBYTE = 2**30
PLENTY = 10**15
"""Windows, of which there are always enough."""


def test_the_tables_of_further_threads_stay_within_a_gibibyte():
    for bins in (1, 2, 7, 100, 5000):
        shape = (bins, 4**10, 4)
        size = 8 * bins * 4**11
        workers = affordable_workers(1000, shape, PLENTY)
        assert (workers - 1) * size <= GIBIBYTE < workers * size or workers == 1
    assert affordable_workers(1000, (1, 4**10, 4), PLENTY) == 33
    assert affordable_workers(8, (5000, 4**10, 4), PLENTY) == 1


def test_a_further_table_is_made_only_where_its_thread_saves_more_time_than_it_takes():
    shape = (1, 4**8, 4)
    cells = 4**9
    assert [affordable_workers(8, shape, n * 4 * cells) for n in (0, 1, 2, 3, 100)] == [1, 1, 2, 3, 8]


@pytest.mark.parametrize("bound", [0, counting._EXTRA_TABLES])
def test_training_keeps_to_it(monkeypatch, bound):
    """Threads that read a block count into a table of their own."""
    monkeypatch.setattr(counting, "_EXTRA_TABLES", bound)
    threads = set()

    class Slow:
        name, contigs, has_sequence = "slow", {"c": 40_000}, True

        def fetch(self, contig, start, end):
            threads.add(threading.get_ident())
            time.sleep(0.01)  # so long that others take the next block
            return np.full(end - start, ord("A"), dtype=np.uint8)

    model = gsynth.train(genome=Slow(), k=3, num_cores=4, max_chunk_size=1000, backend="numpy")
    assert model.total_kmers == 2 * (40_000 - 3)
    assert len(threads) == 1 if bound == 0 else len(threads) > 1


AFFINITY = """
import os, sys
from gsynth.blocks.cores import resolve_cores, usable_cores
os.sched_setaffinity(0, map(int, sys.argv[1:]))
print(usable_cores(), resolve_cores(None), resolve_cores(0), resolve_cores(3))
"""


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system has no affinities")
def test_cores_that_the_scheduler_leaves():
    """In a process of its own, pinned to one core, then to all that this one may use."""
    usable = sorted(os.sched_getaffinity(0))
    # What a quota leaves is asked for below; here it may hide what the affinity says.
    quota = cores._cgroup_quota() or len(usable)
    for pinned in (usable[-1:], usable):
        words = [sys.executable, "-c", AFFINITY, *map(str, pinned)]
        said = subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()
        expected = str(min(len(pinned), quota))
        assert said == [expected, expected, expected, "3"]


VERSION_2 = "sys/fs/cgroup/cpu.max"
QUOTA, PERIOD = "sys/fs/cgroup/cpu/cpu.cfs_quota_us", "sys/fs/cgroup/cpu/cpu.cfs_period_us"
GROUPS = {
    "none": ({}, 12),
    "unlimited": ({VERSION_2: "max 100000\n"}, 12),
    "four": ({VERSION_2: "400000 100000\n"}, 4),
    "rounded up": ({VERSION_2: "250000 100000\n"}, 3),
    "part of one": ({VERSION_2: "1000 100000\n"}, 1),
    "more than there are": ({VERSION_2: "6400000 100000\n"}, 12),
    "version 1": ({QUOTA: "200000\n", PERIOD: "100000\n"}, 2),
    "version 1, unlimited": ({QUOTA: "-1\n", PERIOD: "100000\n"}, 12),
    "version 1, without a period": ({QUOTA: "200000\n"}, 12),
    "version 2 first": ({VERSION_2: "300000 100000\n", QUOTA: "200000\n", PERIOD: "100000\n"}, 3),
    "damaged": ({VERSION_2: "many few\n"}, 12),
    "period of nothing": ({VERSION_2: "100000 0\n"}, 12),
}


@pytest.mark.parametrize("group", GROUPS)
def test_cores_that_the_control_group_leaves(monkeypatch, tmp_path, group):
    files, expected = GROUPS[group]
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    read = cores._read
    monkeypatch.setattr(cores, "_read", lambda path: read(tmp_path / Path(path).relative_to("/")))
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(12)), raising=False)
    assert cores.usable_cores() == expected
