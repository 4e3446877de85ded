"""Runs a command in which extensions built with ``-fsanitize=address,undefined`` can be loaded.

Usage: ``python .ci/sanitized.py pytest tests/plugins``. The sanitizer's library must be loaded before all else, so the
interpreter, which is built without it, is started with it preloaded.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def library(compiler: str) -> str:
    """The compiler's own libasan."""
    said = subprocess.run([compiler, "-print-file-name=libasan.so"], check=True, capture_output=True, text=True)
    path = Path(said.stdout.strip())
    if not path.is_absolute():
        sys.exit(f"{compiler} has no libasan.so: install it, or name a GCC that has one in CC")
    return str(path.resolve())


if __name__ == "__main__":
    settings = {
        "LD_PRELOAD": library(os.environ.get("CC", "gcc")),
        # Python's own allocator would hide where one object ends and the next begins.
        "PYTHONMALLOC": "malloc",
        # The interpreter never frees all.
        "ASAN_OPTIONS": "detect_leaks=0",
        "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
    }
    os.execvpe(sys.argv[1], sys.argv[1:], os.environ | settings)
