"""Counting two genomes in the strata of one of them.

The synthetic genome is compared within the strata of the real one at the same positions, as it was sampled. Its own
strata would select: a window that is GC-rich by chance would be compared with windows that are GC-rich by nature.
"""

from __future__ import annotations

import attrs
import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.blocks.compute import Compute
from gsynth.blocks.counting import BatchCounter, Tables, count_intervals
from gsynth.errors import ArgumentError
from gsynth.files.segments import places_of
from gsynth.genomes.fetching import Fetched, fetch
from gsynth.intervals import Intervals
from gsynth.intervals.masks import Mask, merged, overlaps
from gsynth.intervals.pieces import Pieces
from gsynth.plugins.backends import load_counter
from gsynth.plugins.contracts import Genome
from gsynth.strata import FindsRuns, Strata
from gsynth.strata.runs import PieceRuns


def same_contigs(real: Genome, synthetic: Genome) -> bool:
    """Whether each contig of `synthetic` is one of `real`, with the same length."""
    return all(real.contigs.get(contig) == size for contig, size in synthetic.contigs.items())


def check_same_contigs(reference: Genome, drawn: Genome) -> None:
    """ArgumentError if a contig of `drawn` is not one of `reference` with the same length."""
    for contig, size in drawn.contigs.items():
        expected = reference.contigs.get(contig)
        if expected != size:
            found = "it has none of that name" if expected is None else f"there it has {expected:,}"
            raise ArgumentError(
                f"{drawn.name}: contig {contig!r} of {size:,} bases is not one of {reference.name}: {found}; "
                "compare whole contigs"
            )


@frozen
class ReferenceStrata:
    """The strata of one genome, laid over the positions of another one with the same contigs.

    `shift` is how many bases further on than where a window begins its stratum is looked up: a window that is longer
    than the model's takes the stratum of the model's own window at its end.
    """

    strata: Strata
    shift: int = 0

    @property
    def outside_bin(self) -> int:
        """See `Strata.outside_bin`."""
        return self.strata.outside_bin

    @property
    def step(self) -> int | None:
        """See `Strata.step`."""
        return self.strata.step

    @property
    def iterator(self) -> int | None:
        """See `Strata.iterator`."""
        return self.strata.iterator

    @property
    def n_dims(self) -> int:
        """See `Strata.n_dims`."""
        return self.strata.n_dims

    def shifted(self, shift: int) -> ReferenceStrata:
        """The same for windows that are longer by `shift` bases."""
        return attrs.evolve(self, shift=shift)

    def spans(self, pieces: Pieces) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """None of the other genome's sequence."""
        return pieces.firsts, pieces.firsts

    def runs(self, pieces: Pieces, fetched: Fetched) -> PieceRuns:
        """See `Strata.runs`, from the reference's own bases."""
        genome = self.strata.genome
        # The two genomes may list the same contigs in another order.
        own = pieces.of(tuple(genome.contigs))
        own = own.covering(own.firsts + self.shift, own.lasts + self.shift)
        found = self.strata.runs(own, fetch(genome, own.names, own.ids, *self.strata.spans(own)))
        return attrs.evolve(found, starts=found.starts - self.shift)


def count_words(
    genome: Genome,
    strata: FindsRuns,
    tables: int,
    order: int,
    where: Intervals,
    mask: Mask | None,
    compute: Compute,
) -> NDArray[np.uint64]:
    """The words of order + 1 letters in the intervals by stratum, forward strand: uint64[tables, 4**order, 4].

    Windows that begin in the mask are left out.
    """
    counted = Tables((tables, 4**order, 4))
    counter = load_counter(compute.backend)
    count_intervals(BatchCounter(genome, strata, mask, counter, order, counted), where, compute, "compare: words")
    return counted.total()


@frozen(eq=False)
class WidenedMask:
    """A mask and the `reach` positions before each of its runs: the starts of all windows that touch it."""

    mask: Mask
    reach: int

    @property
    def uses_sequence(self) -> bool:
        """See `Mask.uses_sequence`."""
        return self.mask.uses_sequence

    def block_runs(self, pieces: Pieces, places: NDArray[np.int64], bases: NDArray[np.uint8]) -> NDArray[np.int64]:
        """See `Mask.block_runs`; `bases` reach beyond each piece by `reach`."""
        longer = pieces.covering(pieces.firsts, pieces.lasts + self.reach)
        runs = self.mask.block_runs(longer, places, bases).copy()
        runs[:, 0] -= self.reach
        return overlaps(merged(runs), np.stack([places, places + pieces.sizes], axis=1))


@frozen(eq=False)
class ReferenceMask:
    """A mask of one genome, laid over the positions of another one with the same contigs."""

    mask: Mask
    genome: Genome
    uses_sequence: bool = False

    def block_runs(self, pieces: Pieces, places: NDArray[np.int64], bases: NDArray[np.uint8]) -> NDArray[np.int64]:
        """See `Mask.block_runs`; the bases are the reference's own."""
        own = pieces.of(tuple(self.genome.contigs))
        dense = places_of(own.sizes)
        sequence = bases[:0]
        if self.mask.uses_sequence:
            sequence = fetch(self.genome, own.names, own.ids, own.firsts, own.lasts).bases
        runs = self.mask.block_runs(own, dense[:-1], sequence)
        piece = np.searchsorted(dense, runs[:, 0], side="right") - 1
        moved: NDArray[np.int64] = runs + (places - dense[:-1])[piece, None]
        return moved
