"""Intervals on the contigs of a genome, as columns."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.intervals.labels import Labels
from gsynth.plugins.contracts import Genome


@frozen
class Interval:
    """``[start, end)`` of a contig, 0-based half-open."""

    contig: str
    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start


@frozen(eq=False)
class Intervals:
    """Intervals on a genome, in the caller's order.

    Parameters
    ----------
    names : tuple of str
        The genome's contigs, in its order.
    ids : int64[n]
        Each interval's contig, as an index in `names`.
    starts, ends : int64[n]
        0-based half-open, within the contig, none empty unless its contig is.
    labels : Labels or None
        The names and strands of the intervals, if they were asked for.

    Examples
    --------
    >>> from gsynth.genomes import open_genome
    >>> list(Intervals.whole(open_genome({"a": "ACGT", "b": "AC"})))
    [Interval(contig='a', start=0, end=4), Interval(contig='b', start=0, end=2)]
    """

    names: tuple[str, ...]
    ids: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    labels: Labels | None = None

    @classmethod
    def whole(cls, genome: Genome) -> Intervals:
        """Every contig of `genome` from end to end, including those without bases."""
        sizes = contig_sizes(genome)
        return cls(tuple(genome.contigs), np.arange(sizes.size, dtype=np.int64), np.zeros_like(sizes), sizes)

    def __len__(self) -> int:
        return int(self.ids.size)

    def __iter__(self) -> Iterator[Interval]:
        for row, start, end in zip(self.ids.tolist(), self.starts.tolist(), self.ends.tolist(), strict=True):
            yield Interval(self.names[row], start, end)

    def unlabelled(self) -> Intervals:
        """The same without labels."""
        return self if self.labels is None else attrs.evolve(self, labels=None)

    def longer_than(self, size: int) -> Intervals:
        """Those of more than `size` bases, by contig and start: for work whose result does not depend on the order."""
        # Sorted, because neighbours on the genome are read together.
        rows = np.flatnonzero(self.ends - self.starts > size)
        starts, ids = self.starts[rows], self.ids[rows]
        if ((ids[1:] < ids[:-1]) | ((ids[1:] == ids[:-1]) & (starts[1:] < starts[:-1]))).any():
            rows = rows[np.lexsort((starts, ids))]
        return Intervals(self.names, self.ids[rows], self.starts[rows], self.ends[rows])

    @property
    def total(self) -> int:
        """Total number of bases; those of overlaps count as often as they occur."""
        return int((self.ends - self.starts).sum())


def contig_sizes(genome: Genome) -> NDArray[np.int64]:
    """The sizes of a genome's contigs in their order: int64[contigs]."""
    return np.array(list(genome.contigs.values()), dtype=np.int64)
