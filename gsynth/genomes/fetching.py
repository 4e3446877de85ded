"""The bases of many stretches of a genome, one after the other."""

from __future__ import annotations

from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.files.segments import copy_segments, places_of
from gsynth.genomes.opened import bare
from gsynth.plugins import checking
from gsynth.plugins.contracts import Genome, ManyFetcher

_NEAR: Final = 1 << 14
"""Bases between two stretches that are read along with them: another read would cost more."""

_SPAN: Final = 1 << 22
"""Bases read at once, where stretches lie near one another."""

_MANY: Final = 32
_DENSE: Final = 4
"""At least this many stretches that fill at least 1 / `_DENSE` of their span are read as one in any case."""


@frozen(eq=False)
class Fetched:
    """Bases of stretches, one after the other.

    Attributes
    ----------
    bases : uint8[places[p]]
        ASCII, as the genome gave them; not to be written to.
    lows : int64[p]
        The position of each stretch's first base.
    places : int64[p + 1]
        Where in `bases` each stretch begins, and where the last one ends.
    """

    bases: NDArray[np.uint8]
    lows: NDArray[np.int64]
    places: NDArray[np.int64]

    def of(self, firsts: NDArray[np.int64], lasts: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The bases ``[firsts, lasts)`` of each stretch, which lie within it, one after the other."""
        starts = self.places[:-1] + firsts - self.lows
        if starts.size == 1:
            return self.bases[int(starts[0]) : int(starts[0] + lasts[0] - firsts[0])]
        sizes = lasts - firsts
        if np.array_equal(sizes, np.diff(self.places)):
            return self.bases
        places = places_of(sizes)
        chosen = np.empty(int(places[-1]), dtype=np.uint8)
        copy_segments(self.bases, starts, chosen, places[:-1], sizes)
        return chosen


def fetch(
    genome: Genome,
    names: tuple[str, ...],
    ids: NDArray[np.int64],
    lows: NDArray[np.int64],
    highs: NDArray[np.int64],
) -> Fetched:
    """The bases ``[lows, highs)`` of the contigs ``names[ids]``; stretches may be empty."""
    genome = bare(genome)
    if ids.size == 1:
        low, high = int(lows[0]), int(highs[0])
        bases = checking.fetch(genome, names[int(ids[0])], low, high) if high > low else np.empty(0, dtype=np.uint8)
        return Fetched(bases, lows, np.array([0, high - low], dtype=np.int64))
    places = places_of(highs - lows)
    bases = np.empty(int(places[-1]), dtype=np.uint8)
    # In the order of the file, so that neighbours are read together.
    order = np.lexsort((lows, ids))
    order = order[highs[order] > lows[order]]
    if order.size:
        _Reading(genome, names, ids, lows, highs, bases, places[:-1]).read(order)
    return Fetched(bases, lows, places)


@frozen(eq=False)
class _Reading:
    """Stretches, and where their bases go."""

    genome: Genome
    names: tuple[str, ...]
    ids: NDArray[np.int64]
    lows: NDArray[np.int64]
    highs: NDArray[np.int64]
    out: NDArray[np.uint8]
    places: NDArray[np.int64]

    def read(self, order: NDArray[np.int64]) -> None:
        """Read the stretches, given by contig and low end: as one where they lie close, else many at once."""
        ids, lows, highs = self.ids[order], self.lows[order], self.highs[order]
        edges = span_edges(ids, lows, highs)
        if isinstance(self.genome, ManyFetcher):
            filled = np.add.reduceat(highs - lows, edges[:-1])
            extent = np.maximum.reduceat(highs, edges[:-1]) - lows[edges[:-1]]
            dense = (np.diff(edges) >= _MANY) & (filled * _DENSE >= extent)
            far = order[np.repeat(~dense, np.diff(edges))]
            self._read_many(self.genome, far)
        else:
            dense = np.ones(edges.size - 1, dtype=np.bool_)
        for span in np.flatnonzero(dense).tolist():
            self._read_span(order[edges[span] : edges[span + 1]])

    def _read_span(self, rows: NDArray[np.int64]) -> None:
        first, last = int(self.lows[rows[0]]), int(self.highs[rows].max())
        bases = checking.fetch(self.genome, self.names[int(self.ids[rows[0]])], first, last)
        copy_segments(bases, self.lows[rows] - first, self.out, self.places[rows], (self.highs - self.lows)[rows])

    def _read_many(self, genome: ManyFetcher, rows: NDArray[np.int64]) -> None:
        if not rows.size:
            return
        if rows.size == self.ids.size:
            checking.fetch_many(genome, self.ids, self.lows, self.highs, self.out)
            return
        sizes = (self.highs - self.lows)[rows]
        places = places_of(sizes)
        bases = np.empty(int(places[-1]), dtype=np.uint8)
        checking.fetch_many(genome, self.ids[rows], self.lows[rows], self.highs[rows], bases)
        copy_segments(bases, places[:-1], self.out, self.places[rows], sizes)


def span_edges(ids: NDArray[np.int64], lows: NDArray[np.int64], highs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where the spans begin that are read at once, and where the last one ends: int64[s + 1].

    The stretches are sorted by contig and low end. A span goes on while the next stretch is on the same contig, near
    the one before, and not too far from where the span began.

    Examples
    --------
    >>> lows = np.array([0, 10, 50_000, 0])
    >>> span_edges(np.array([0, 0, 0, 1]), lows, lows + 20).tolist()
    [0, 2, 3, 4]
    """
    # Spans end at multiples of _SPAN: counted from where each one began, they would have to be found one by one.
    breaks = (ids[1:] != ids[:-1]) | (lows[1:] - highs[:-1] > _NEAR) | (lows[1:] // _SPAN != lows[:-1] // _SPAN)
    edges: NDArray[np.int64] = np.concatenate([[0], np.flatnonzero(breaks) + 1, [ids.size]])
    return edges
