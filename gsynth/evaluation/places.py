"""Two genomes position by position: what is identical, and what N and case became."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from attrs import asdict, evolve, frozen
from numpy.typing import NDArray

from gsynth.alphabet import NOT_ACGT, encode, is_lower
from gsynth.blocks.batches import Batch, batches
from gsynth.blocks.compute import Compute
from gsynth.evaluation.windows import compositions
from gsynth.files.segments import places_of
from gsynth.genomes.fetching import fetch
from gsynth.intervals import Intervals
from gsynth.intervals.masks import Mask
from gsynth.plugins.contracts import Counter, Genome
from gsynth.strata.windows import window_table

_BLOCK: Final = 1 << 20
_WIDTH: Final = 64
"""Bases of the windows whose composition says how much is equal by chance: strata may be as narrow."""


@frozen
class InPlace:
    """Positions of two genomes, by what stands at them.

    Attributes
    ----------
    both : int
        A base in both, outside of the mask.
    identical : int
        The same base in both, outside of the mask.
    expected : float
        How many would be the same by chance, given the bases of each 64 bp.
    masked, masked_identical : int
        Positions of the mask, and those with the same letter in both.
    unknown, unknown_kept, unknown_new : int
        N (or another letter) in the real genome; of these, N in the synthetic one; and N in the synthetic one alone.
    lower, lower_kept, lower_new : int
        The same for lowercase letters.
    """

    both: int = 0
    identical: int = 0
    expected: float = 0.0
    masked: int = 0
    masked_identical: int = 0
    unknown: int = 0
    unknown_kept: int = 0
    unknown_new: int = 0
    lower: int = 0
    lower_kept: int = 0
    lower_new: int = 0

    def __add__(self, other: InPlace) -> InPlace:
        return InPlace(**{name: value + getattr(other, name) for name, value in asdict(self).items()})


def in_place(
    real: Genome,
    synthetic: Genome,
    mask: Mask | None,
    counter: Counter,
    where: Intervals,
    compute: Compute,
    bar: Any,
) -> InPlace:
    """Compare the genomes position by position; `where` are intervals of the synthetic one, `mask` is laid over it."""
    total = InPlace()

    def take(part: tuple[InPlace, int]) -> None:
        nonlocal total
        total += part[0]
        bar.update(part[1])

    block = compute.block_for(where.total, _WIDTH, default=_BLOCK)
    compute.run(_Comparer(real, synthetic, mask, counter), batches(where, block), take)
    return total


@frozen(eq=False)
class _Comparer:
    real: Genome
    synthetic: Genome
    mask: Mask | None
    counter: Counter

    def __call__(self, batch: Batch) -> tuple[InPlace, int]:
        pieces = batch.pieces
        own = pieces.of(tuple(self.real.contigs))
        there = fetch(self.real, own.names, own.ids, own.firsts, own.lasts).bases
        here = fetch(self.synthetic, pieces.names, pieces.ids, pieces.firsts, pieces.lasts).bases
        copied = np.zeros(here.size, dtype=np.bool_)
        if self.mask is not None:
            ends = np.cumsum(pieces.sizes)
            for first, last in self.mask.block_runs(pieces, ends - pieces.sizes, here).tolist():
                copied[first:last] = True
        found, both = _compared(there, here, copied)
        table = window_table(pieces, _WIDTH)
        one, other = (compositions(self.counter, letters, table) for letters in (there, here))
        numbers = np.add.reduceat(both.view(np.uint8), places_of(table.ends - table.starts)[:-1], dtype=np.int64)
        chances = (one * other).sum(axis=1) / np.maximum(one.sum(axis=1) * other.sum(axis=1), 1)
        return evolve(found, expected=float(chances @ numbers)), int(pieces.sizes.sum())


def _compared(
    there: NDArray[np.uint8], here: NDArray[np.uint8], copied: NDArray[np.bool_]
) -> tuple[InPlace, NDArray[np.bool_]]:
    """What stands at the positions but for `expected`, and where both have a base that was not copied."""
    one, other = encode(there), encode(here)
    lost, gone = one == NOT_ACGT, other == NOT_ACGT
    small, also = is_lower(there), is_lower(here)
    both = ~(lost | gone | copied)
    same = one == other
    found = InPlace(
        both=int(both.sum()),
        identical=int((both & same).sum()),
        masked=int(copied.sum()),
        masked_identical=int((copied & (there == here)).sum()),
        unknown=int(lost.sum()),
        unknown_kept=int((lost & gone).sum()),
        unknown_new=int((gone & ~lost).sum()),
        lower=int(small.sum()),
        lower_kept=int((small & also).sum()),
        lower_new=int((also & ~small).sum()),
    )
    return found, both
