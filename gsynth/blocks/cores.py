"""How many cores this process may use."""

from __future__ import annotations

import os
from pathlib import Path

from gsynth.model.values import whole


def usable_cores() -> int:
    """Cores that the scheduler's affinity and the control group's quota allow this process, at least 1."""
    # os.cpu_count is that of the machine: in a container or a batch job far more threads than cores would be started.
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        cores = os.cpu_count() or 1
    quota = _cgroup_quota()
    return max(1, cores if quota is None else min(cores, quota))


def resolve_cores(num_cores: int | None, *, allow_parallel: bool = True) -> int:
    """The number of worker threads: `num_cores`, or all usable cores for None and 0; 1 without `allow_parallel`."""
    asked = 0 if num_cores is None else whole(num_cores, "num_cores (None and 0: all)")
    if not allow_parallel:
        return 1
    return asked or usable_cores()


def _cgroup_quota() -> int | None:
    """Whole cores of the quota of this process's control group (v2, else v1), rounded up; None if unlimited."""
    version_2 = _read(Path("/sys/fs/cgroup/cpu.max")).split()
    if len(version_2) == 2 and version_2[0] != "max":
        return _round_up(version_2[0], version_2[1])
    quota = _read(Path("/sys/fs/cgroup/cpu/cpu.cfs_quota_us")).strip()
    period = _read(Path("/sys/fs/cgroup/cpu/cpu.cfs_period_us")).strip()
    if quota and period and quota != "-1":
        return _round_up(quota, period)
    return None


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _round_up(quota: str, period: str) -> int | None:
    try:
        return max(1, -(-int(quota) // int(period)))
    except (ValueError, ZeroDivisionError):
        return None
