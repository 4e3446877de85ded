"""Strand symmetry: each (k+1)-mer also counts for its reverse complement, unless only the forward strand counts."""

from __future__ import annotations

from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from gsynth.errors import ArgumentError
from gsynth.model.values import shown

Strands = Literal["both", "forward"]
"""Which strands of a sequence are counted."""
BOTH: Final = "both"
FORWARD: Final = "forward"
STRANDS: Final = get_args(Strands)


def check_strands(strands: str) -> str:
    """`strands` if it is one of `STRANDS`."""
    if not isinstance(strands, str) or strands not in STRANDS:
        raise ArgumentError(f"strands must be one of {', '.join(STRANDS)}, found {shown(strands)}")
    return strands


def add_reverse_complement(counts: NDArray[np.uint64], room: NDArray[np.uint64] | None = None) -> None:
    """Add to each cell of ``counts`` (uint64[bins, 4**k, 4], in place) the count of its reverse complement.

    ``room`` is an array of the same shape that is no longer needed, used as work space.

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
    # One for all bins: touching memory for the first time costs more than turning a table.
    turned = np.empty(contexts * 4, dtype=counts.dtype) if room is None else room[0].reshape(-1)
    for i in range(bins):
        table = counts[i].reshape(-1)
        # Zeroed memory of an empty stratum takes no physical memory until it is written to.
        if table.any():
            _turn(table, letters, turned)
            table += turned


def _turn(table: NDArray[np.uint64], letters: int, turned: NDArray[np.uint64]) -> None:
    """Write the count of each word's reverse complement, both in the order of the words: uint64[4**letters].

    A word is a head, a middle and a tail of one or two letters. All words with the same middle are turned at once, so
    that neighbouring cells are read and written together; a table larger than the caches turned in one go would not.
    """
    tail = min(2, letters - 1)
    head = letters // 2
    heads, middles, tails = (_reverse_complements(n) for n in (head, letters - head - tail, tail))
    source = table.reshape(heads.size, middles.size, tails.size)
    target = turned.reshape(tails.size, middles.size, heads.size)
    for middle, other in enumerate(middles.tolist()):
        target[tails, other] = source[:, middle].take(heads, axis=0).T


def _reverse_complements(letters: int) -> NDArray[np.int64]:
    """For each word of `letters` letters its reverse complement: int64[4**letters]."""
    words = np.arange(4**letters)
    turned = np.zeros_like(words)
    for _ in range(letters):
        # The complement of a letter is 3 - code.
        turned = 4 * turned + 3 - (words & 3)
        words >>= 2
    return turned
