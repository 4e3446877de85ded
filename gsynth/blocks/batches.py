"""Cutting a call's chains into batches: many short ones at once, or a part of a long one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import attrs
import numpy as np
from attrs import field, frozen
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


@frozen
class Share:
    """Consecutive batches by their numbers alone, so that the job of another process is a few bytes.

    Attributes
    ----------
    chain, stop : int
        Its first chain, and the one after its last.
    first, last : int
        The part of the chain's interval, 0-based half-open, if there is one chain.
    """

    chain: int
    stop: int
    first: int
    last: int

    @property
    def chains(self) -> NDArray[np.int64]:
        """Their numbers, each one more than the one before."""
        return np.arange(self.chain, self.stop, dtype=np.int64)


@frozen(eq=False)
class Batches:
    """All chains of a call in order, in batches of up to `block` bases; a longer chain is cut into parts of its own.

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

    intervals: Intervals
    block: int
    n_samples: int = 1
    shift: int = 0
    tail: int = 0
    parts: Callable[[int, int], Iterator[tuple[int, int]]] | None = None
    _ends: NDArray[np.int64] = field(init=False, repr=False)
    _places: NDArray[np.int64] = field(init=False, repr=False)
    """Where the chains of each interval begin if all are laid end to end, and where the last one ends."""

    @_ends.default
    def _without_tails(self) -> NDArray[np.int64]:
        return np.maximum(self.intervals.ends - self.tail, self.intervals.starts)

    @_places.default
    def _laid_out(self) -> NDArray[np.int64]:
        return places_of((self._ends - self.intervals.starts) * self.n_samples)

    @property
    def bases(self) -> int:
        """Total number of bases."""
        return int(self._places[-1])

    def __iter__(self) -> Iterator[Batch]:
        chains = len(self.intervals) * self.n_samples
        first, last = (int(self.intervals.starts[0]), int(self._ends[0])) if chains else (0, 0)
        return self.of(Share(0, chains, first, last))

    def of(self, share: Share) -> Iterator[Batch]:
        """The batches of a share."""
        if share.stop - share.chain == 1:
            yield from self._parts(share.chain, share.first, share.last)
            return
        chain = share.chain
        while chain < share.stop:
            row = chain // self.n_samples
            first, last = int(self.intervals.starts[row]), int(self._ends[row])
            if last - first > self.block:
                yield from self._parts(chain, first, last)
                chain += 1
                continue
            stop = self._last_chain(self._before(chain) + self.block, chain, share.stop)
            numbers = np.arange(chain, stop, dtype=np.int64)
            rows = numbers // self.n_samples
            yield self._batch(numbers, self.intervals.starts[rows], self._ends[rows])
            chain = stop

    def shares(self, size: int, *, whole: bool = False) -> Iterator[Share]:
        """All batches in order, in shares of about `size` bases; with `whole` no chain is cut, however long it is."""
        if whole:
            size = max(size, int((self._ends - self.intervals.starts).max(initial=0)))
        # A multiple of the block: the last batch of a share is then a whole one, longer than a context.
        size = -(-max(size, 1) // self.block) * self.block
        for batch in attrs.evolve(self, block=size):
            pieces, chain = batch.pieces, int(batch.chains[0])
            yield Share(chain, int(batch.chains[-1]) + 1, int(pieces.firsts[0]), int(pieces.lasts[-1]))

    def continues(self, share: Share) -> bool:
        """Whether a share continues where the one before ended."""
        return share.stop - share.chain == 1 and share.first > self.intervals.starts[share.chain // self.n_samples]

    def bases_of(self, share: Share) -> int:
        """How many bases a share has."""
        if share.stop - share.chain == 1:
            return share.last - share.first
        first, last = self._before(share.chain), self._before(share.stop)
        return last - first

    def _before(self, chain: int) -> int:
        """How many bases the chains before this one have."""
        row, sample = divmod(chain, self.n_samples)
        if row == len(self.intervals):
            return self.bases
        return int(self._places[row]) + sample * int(self._ends[row] - self.intervals.starts[row])

    def _last_chain(self, limit: int, chain: int, chains: int) -> int:
        """The chain after the last one that ends within `limit`; at least one, at most `MOST_CHAINS`, from `chain`."""
        row = int(np.searchsorted(self._places, limit, side="right")) - 1
        if row >= self._places.size - 1:
            stop = chains
        else:
            # Computed, not searched: with many samples there are far more chains than intervals.
            size = int(self._places[row + 1] - self._places[row]) // self.n_samples
            stop = row * self.n_samples + (limit - int(self._places[row])) // max(size, 1)
        return max(chain + 1, min(stop, chain + MOST_CHAINS, chains))

    def _parts(self, chain: int, first: int, last: int) -> Iterator[Batch]:
        spans: Iterable[tuple[int, int]] = [(first, last)]
        if last - first > self.block:
            spans = cut(first, last, self.block, self.shift) if self.parts is None else self.parts(first, last)
        for low, high in spans:
            yield self._batch(np.array([chain]), np.array([low]), np.array([high]))

    def _batch(self, chains: NDArray[np.int64], firsts: NDArray[np.int64], lasts: NDArray[np.int64]) -> Batch:
        where, rows = self.intervals, chains // self.n_samples
        return Batch(Pieces(where.names, where.ids[rows], where.starts[rows], where.ends[rows], firsts, lasts), chains)


def batches(
    intervals: Intervals,
    block: int,
    *,
    n_samples: int = 1,
    shift: int = 0,
    tail: int = 0,
    parts: Callable[[int, int], Iterator[tuple[int, int]]] | None = None,
) -> Batches:
    """See `Batches`."""
    return Batches(intervals, block, n_samples, shift, tail, parts)
