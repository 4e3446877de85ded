"""Keeps the memory of blocks with the process between blocks."""

from __future__ import annotations

from typing import Final

import numpy as np

_LARGEST: Final = 31 << 20
"""Just under the largest size (32 MiB) that moves glibc's threshold."""


def keep_freed_memory() -> None:
    """Let the allocator keep the arrays of one block for the next.

    By default glibc hands an array of a megabyte back to the system when it is freed, and the next block faults its
    pages in again: up to half of a training's time. It raises the threshold to the largest such array that it has seen
    freed, so freeing one (never touched, so it costs nothing) is enough. Other allocators do not mind.
    """
    np.empty(_LARGEST, dtype=np.uint8)  # freed at once
