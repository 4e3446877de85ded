"""How many cores this process may use."""

from __future__ import annotations

import os
from pathlib import Path

from gsynth.files.memory import control_groups
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
    """Whole cores of the tightest quota of this process's control groups (version 2, else 1); None if unlimited."""
    for version, quota_of in ((2, _quota_2), (1, _quota_1)):
        quotas = [quota_of(folder) for folder in control_groups("cpu", version)]
        found = [quota for quota in quotas if quota is not None]
        if found:
            return min(found)
    return None


def _quota_2(folder: Path) -> int | None:
    words = _read(folder / "cpu.max").split()
    return _round_up(*words) if len(words) == 2 and words[0] != "max" else None


def _quota_1(folder: Path) -> int | None:
    quota = _read(folder / "cpu.cfs_quota_us").strip()
    period = _read(folder / "cpu.cfs_period_us").strip()
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
