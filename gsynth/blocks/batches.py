"""Cutting a call's chains into batches: many short ones at once, or a part of a long one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.files.segments import places_of
from gsynth.intervals import Intervals
from gsynth.intervals.pieces import Pieces

LARGEST_BLOCK: Final = 1 << 22
"""Bases per block of a large call: enough that its hundred steps of Python do not matter, and little memory still."""

SMALLEST_BLOCK: Final = 1 << 20
"""Bases per block of a small call, which would otherwise leave threads without work."""

_BLOCKS_PER_WORKER: Final = 4

LARGE_TABLE_BLOCK: Final = 1 << 23
"""Bases per block for counting into a table that outgrows the cache: kernels sort more windows before they add."""

MIN_BLOCK: Final = 64
"""The smallest block: longer than a context, so that a context never spans two blocks."""

MOST_CHAINS: Final = 1 << 16
"""Most chains in a batch, however short: a batch needs memory for each of them in addition to the bases."""


@frozen(eq=False)
class Batch:
    """Consecutive chains, or a part of one.

    Chain ``i * n_samples + j`` is sample j of interval i.

    Attributes
    ----------
    pieces : Pieces
        The batch's part of the interval of each chain: all of it, or possibly a part if there is one chain.
    chains : int64[p]
        Their numbers, each one more than the one before.
    """

    pieces: Pieces
    chains: NDArray[np.int64]

    @property
    def bases(self) -> int:
        """Total number of bases."""
        return int(self.pieces.sizes.sum())

    @property
    def continues(self) -> bool:
        """Whether the first piece continues where the batch before ended."""
        return bool(self.pieces.firsts[0] > self.pieces.starts[0])

    @property
    def ends(self) -> bool:
        """Whether the last piece reaches the end of its interval."""
        return bool(self.pieces.lasts[-1] == self.pieces.ends[-1])


def fitting_block(bases: int, workers: int) -> int:
    """Bases per block if `max_chunk_size` is None, for a call of `bases` bases in total."""
    return min(LARGEST_BLOCK, max(SMALLEST_BLOCK, bases // (_BLOCKS_PER_WORKER * workers)))


def cut(start: int, end: int, block: int, shift: int = 0) -> Iterator[tuple[int, int]]:
    """Cut ``[start, end)`` where position - shift is a multiple of `block`; no part but the last is under `MIN_BLOCK`.

    Examples
    --------
    >>> list(cut(90, 350, 100))
    [(90, 200), (200, 300), (300, 350)]
    """
    while start < end:
        stop = ((start - shift) // block + 1) * block + shift
        # Only the first part can be so short: the others begin at a multiple.
        if stop - start < MIN_BLOCK:
            stop += block
        stop = min(stop, end)
        yield start, stop
        start = stop


def batches(
    intervals: Intervals,
    block: int,
    *,
    n_samples: int = 1,
    shift: int = 0,
    tail: int = 0,
    parts: Callable[[int, int], Iterator[tuple[int, int]]] | None = None,
) -> Iterator[Batch]:
    """All chains in order, in batches of up to `block` bases; a longer chain is cut into parts of its own.

    Parameters
    ----------
    intervals : Intervals
    block : int
    n_samples : int
        Chains of each interval.
    shift : int
        Added to the multiples of `block` at which a long chain is cut.
    tail : int
        Positions at the end of each interval that belong to no piece (they begin no window).
    parts : callable, optional
        The parts of a chain ``[start, end)`` that is longer than a block, instead of those that `cut` makes.
    """
    ends = np.maximum(intervals.ends - tail, intervals.starts)
    # Where the chains of each interval begin if all are laid end to end.
    places = places_of((ends - intervals.starts) * n_samples)
    chain, chains = 0, len(intervals) * n_samples
    while chain < chains:
        row = chain // n_samples
        first, last = int(intervals.starts[row]), int(ends[row])
        if last - first > block:
            for low, high in cut(first, last, block, shift) if parts is None else parts(first, last):
                yield _batch(intervals, np.array([chain]), n_samples, np.array([low]), np.array([high]))
            chain += 1
            continue
        begin = int(places[row]) + (chain % n_samples) * (last - first)
        stop = _last_chain(places, n_samples, begin + block, chain, chains)
        numbers = np.arange(chain, stop, dtype=np.int64)
        rows = numbers // n_samples
        yield _batch(intervals, numbers, n_samples, intervals.starts[rows], ends[rows])
        chain = stop


def _last_chain(places: NDArray[np.int64], n_samples: int, limit: int, chain: int, chains: int) -> int:
    """The chain after the last one that ends within `limit`; at least one, at most `MOST_CHAINS`, from `chain` on."""
    row = int(np.searchsorted(places, limit, side="right")) - 1
    if row >= places.size - 1:
        stop = chains
    else:
        # Computed, not searched: with many samples there are far more chains than intervals.
        size = int(places[row + 1] - places[row]) // n_samples
        stop = row * n_samples + (limit - int(places[row])) // max(size, 1)
    return max(chain + 1, min(stop, chain + MOST_CHAINS))


def _batch(
    intervals: Intervals,
    chains: NDArray[np.int64],
    n_samples: int,
    firsts: NDArray[np.int64],
    lasts: NDArray[np.int64],
) -> Batch:
    rows = chains // n_samples
    pieces = Pieces(intervals.names, intervals.ids[rows], intervals.starts[rows], intervals.ends[rows], firsts, lasts)
    return Batch(pieces, chains)
