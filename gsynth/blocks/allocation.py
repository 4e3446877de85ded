"""Keeps the memory of blocks in the process between blocks."""

from __future__ import annotations

from typing import Final

import numpy as np

_LARGEST: Final = 31 << 20
"""Just under the largest size (32 MiB) that moves glibc's threshold."""


def keep_freed_memory() -> None:
    """Make the allocator keep the arrays of one block for the next.

    By default glibc returns an array of a megabyte to the system when it is freed, and the next block faults its pages
    in again: up to half the time of a training. It raises the threshold to the largest such array that it has seen
    freed, so freeing one (never touched, so it costs nothing) is enough. On other allocators this has no effect.
    """
    np.empty(_LARGEST, dtype=np.uint8)  # freed at once
