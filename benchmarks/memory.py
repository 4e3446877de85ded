"""How much memory this process has taken at most since a moment that can be set."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


def forget_peak() -> int:
    """Let the peak begin anew, where the system can; the bytes resident now."""
    try:
        _CLEAR.write_text("5")
        return _field("VmRSS")
    except OSError:
        return peak()


def peak() -> int:
    """The most bytes resident at once, since `forget_peak` on Linux, else since the process began."""
    try:
        return _field("VmHWM")
    except OSError:
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _field(name: str) -> int:
    for line in _STATUS.read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    raise OSError(f"no {name} in {_STATUS}")
