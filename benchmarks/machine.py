"""What a figure depends on: the processor, the cores, the versions. No names of hosts, no paths, no dates."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from gsynth.blocks.cores import usable_cores

PACKAGES = ("gsynth", "numpy", "numba", "pymisha")


def describe_machine() -> dict[str, Any]:
    """The machine as it is now; `load` is how busy it was in the last minute, before the run."""
    return {
        "processor": _processor(),
        "cores": usable_cores(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: found for name in PACKAGES if (found := _version(name))},
        "load": round(os.getloadavg()[0], 1),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    found = {name.strip(): value.strip() for name, value in fields.items()}
    family = f"family {found['cpu family']} model {found['model']}" if "cpu family" in found else ""
    cache = f"{found['cache size']} of cache" if "cache size" in found else ""
    return ", ".join(part for part in (found.get("model name", platform.machine()), family, cache) if part)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
