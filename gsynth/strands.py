"""Strand symmetry: each (k+1)-mer counts for its reverse complement too."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def add_reverse_complement(counts: NDArray[np.uint64]) -> None:
    """Add to each cell of ``counts`` (uint64[bins, 4**k, 4], in place) the count of its reverse complement.

    Examples
    --------
    >>> counts = np.zeros((1, 4, 4), dtype=np.uint64)
    >>> counts[0, 0, 1] = 5  # AC
    >>> add_reverse_complement(counts)
    >>> int(counts[0, 2, 3])  # GT
    5
    """
    bins, contexts, _ = counts.shape
    letters = contexts.bit_length() // 2 + 1
    for i in range(bins):
        kmers = counts[i].reshape((4,) * letters)
        # Complement is 3 - code: turning every axis round. Reverse is the order of the axes.
        kmers += kmers[(slice(None, None, -1),) * letters].transpose().copy()
