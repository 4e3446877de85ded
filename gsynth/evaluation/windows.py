"""Windows of a genome: their bases, runs of one letter, and low complexity."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from gsynth.alphabet import NOT_ACGT, encode, is_lower
from gsynth.blocks.batches import Batch, batches
from gsynth.blocks.compute import Compute
from gsynth.evaluation.reading import Codes, Reader
from gsynth.files.segments import copy_segments, places_of, ranges
from gsynth.intervals import Intervals
from gsynth.plugins import checking
from gsynth.plugins.contracts import MASKED, Composer, Counter
from gsynth.strata.windows import WindowTable, window_table

WIDTH: Final = 1024
"""Bases of a window."""

SHORT: Final = 64
"""Bases of the windows in which low complexity is looked for, as in DUST."""

DUST: Final = 2.0
"""A short window with at least this score is of low complexity: 20 in the units of the program DUST."""

LONGEST_RUN: Final = 1000
"""Longer runs of one letter are not measured."""

SHORTEST_RUN: Final = 4
"""Shorter runs of one letter are not counted."""

_TRIPLETS: Final = SHORT - 2

_BLOCK: Final = 1 << 20
"""Bases at once: the intermediate arrays take up to 30 bytes for each."""


@frozen(eq=False)
class Profile:
    """A genome in windows.

    Attributes
    ----------
    contigs, starts : int64[w]
        Each window's contig, by its number among the intervals' names, and its first base, 0-based.
    counts : int64[w, 4]
        A, C, G, T of each window.
    runs : int64[4, LONGEST_RUN + 1]
        How many runs of each letter have each length, from `SHORTEST_RUN` on; the last column holds longer ones too.
    short, low : int64
        Short windows without N, and how many of them are of low complexity.
    lower, unknown, bases : int
        Lowercase letters, letters other than A, C, G, T, and all.
    """

    contigs: NDArray[np.int64]
    starts: NDArray[np.int64]
    counts: NDArray[np.int64]
    runs: NDArray[np.int64]
    short: int
    low: int
    lower: int
    unknown: int
    bases: int

    @property
    def gc(self) -> NDArray[np.float64]:
        """float64[w]: the share of G and C in each window; NaN where fewer than half of its bases are known."""
        known = self.counts.sum(axis=1)
        shares = (self.counts[:, 1] + self.counts[:, 2]) / np.maximum(known, 1)
        return np.where(known * 2 >= WIDTH, shares, np.nan)

    @property
    def low_share(self) -> float:
        """The share of short windows that are of low complexity; NaN without any."""
        return self.low / self.short if self.short else float("nan")

    @property
    def longest_runs(self) -> list[int]:
        """The longest run of A, C, G and T."""
        return [int(np.flatnonzero(row)[-1]) if row.any() else 0 for row in self.runs]


def profile(reader: Reader, counter: Counter, where: Intervals, compute: Compute, bar: Any) -> Profile:
    """The windows of the intervals; `bar` advances by bases."""
    gathered = _Gathered()

    def take(part: _Part) -> None:
        gathered.add(part)
        bar.update(part.bases)

    block = compute.block_for(where.total, WIDTH, default=_BLOCK)
    compute.run(_Profiler(reader, counter), batches(where, block), take)
    return gathered.profile()


@frozen(eq=False)
class _Part:
    contigs: NDArray[np.int64]
    starts: NDArray[np.int64]
    counts: NDArray[np.int64]
    runs: NDArray[np.int64]
    short: int
    low: int
    lower: int
    unknown: int
    bases: int


@define
class _Gathered:
    parts: list[_Part] = field(factory=list)
    runs: NDArray[np.int64] = field(factory=lambda: np.zeros((4, LONGEST_RUN + 1), dtype=np.int64))

    def add(self, part: _Part) -> None:
        self.runs += part.runs
        self.parts.append(part)

    def profile(self) -> Profile:
        def joined(name: str, empty: NDArray[np.int64]) -> NDArray[np.int64]:
            return np.concatenate([empty, *(getattr(part, name) for part in self.parts)])

        none = np.empty(0, dtype=np.int64)
        return Profile(
            contigs=joined("contigs", none),
            starts=joined("starts", none),
            counts=joined("counts", none.reshape(0, 4)),
            runs=self.runs,
            short=sum(part.short for part in self.parts),
            low=sum(part.low for part in self.parts),
            lower=sum(part.lower for part in self.parts),
            unknown=sum(part.unknown for part in self.parts),
            bases=sum(part.bases for part in self.parts),
        )


@frozen(eq=False)
class _Profiler:
    reader: Reader
    counter: Counter

    def __call__(self, batch: Batch) -> _Part:
        pieces = batch.pieces
        # One base before, to see where a run begins, and enough after to see where it ends.
        read = self.reader.read(pieces, behind=1, ahead=LONGEST_RUN)
        firsts = read.places + pieces.firsts - read.lows
        places = places_of(pieces.sizes)
        inner = np.empty(int(places[-1]), dtype=np.uint8)
        copy_segments(read.codes, firsts, inner, places[:-1], pieces.sizes)
        letters = np.empty(inner.size, dtype=np.uint8)
        within = places_of(read.highs - read.lows)[:-1] + pieces.firsts - read.lows
        copy_segments(read.bases, within, letters, places[:-1], pieces.sizes)
        table = window_table(pieces, WIDTH)
        short, low = low_complexity(self.counter, inner, places, pieces.firsts)
        return _Part(
            pieces.ids[table.piece],
            table.starts,
            compositions(self.counter, letters, table),
            run_lengths(read, firsts, pieces.sizes),
            short,
            low,
            int(np.count_nonzero(is_lower(letters))),
            int(np.count_nonzero(inner == NOT_ACGT)),
            int(pieces.sizes.sum()),
        )


def compositions(counter: Counter, letters: NDArray[np.uint8], table: WindowTable) -> NDArray[np.int64]:
    """A, C, G, T of each window: int64[w, 4]; the windows fill the pieces, which follow one another."""
    edges = places_of(table.ends - table.starts)
    if isinstance(counter, Composer):
        return checking.compose(counter, letters, edges)
    codes = encode(letters)
    counts = np.zeros((table.starts.size, 4), dtype=np.int64)
    for base in range(4):
        np.add.reduceat((codes == base).view(np.uint8), edges[:-1], dtype=np.int64, out=counts[:, base])
    return counts


def run_lengths(read: Codes, firsts: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many runs of each letter that begin in the pieces have each length: int64[4, LONGEST_RUN + 1].

    Only runs of at least `SHORTEST_RUN` letters are counted: shorter ones are everywhere.
    """
    codes = read.codes
    same = codes[1:] == codes[:-1]
    inside = same[: same.size - SHORTEST_RUN + 2].copy()
    for i in range(1, SHORTEST_RUN - 1):
        inside &= same[i : inside.size + i]
    at = np.flatnonzero(inside)
    # Where a run begins, no run that reaches as far begins one letter before.
    first = np.append(True, np.diff(at) > 1)[: at.size]
    begins = at[first]
    lengths = np.diff(np.append(np.flatnonzero(first), at.size)) + SHORTEST_RUN - 1
    piece = np.searchsorted(firsts, begins, side="right") - 1
    mine = (piece >= 0) & (begins < (firsts + sizes)[np.maximum(piece, 0)]) & (codes[begins] != NOT_ACGT)
    keys = codes[begins[mine]].astype(np.int64) * (LONGEST_RUN + 1) + np.minimum(lengths[mine], LONGEST_RUN)
    return np.bincount(keys, minlength=4 * (LONGEST_RUN + 1)).reshape(4, -1).astype(np.int64)


def low_complexity(
    counter: Counter, codes: NDArray[np.uint8], places: NDArray[np.int64], firsts: NDArray[np.int64]
) -> tuple[int, int]:
    """Short windows without N at multiples of their width, and how many have a score of at least `DUST`.

    The score is that of DUST: pairs of equal triplets, for each triplet. Each window is a stratum whose triplets the
    counter counts.
    """
    skipped = -firsts % SHORT
    owner, number = ranges(np.maximum(np.diff(places) - skipped, 0) // SHORT)
    if not owner.size:
        return 0, 0
    starts = (places[:-1] + skipped)[owner] + number * SHORT
    edges = np.append(np.stack([starts, starts + _TRIPLETS], axis=1).reshape(-1), codes.size - 2)
    strata = np.full(edges.size - 1, MASKED, dtype=np.int32)
    strata[::2] = np.arange(starts.size)
    edges, strata = np.append(0, edges), np.append(np.int32(MASKED), strata)
    counts = np.zeros((starts.size, 16, 4), dtype=np.uint64)
    checking.count(counter, codes, edges, strata, order=2, out=counts)
    numbers = counts.reshape(-1, 64).astype(np.int64)
    known = numbers.sum(axis=1) == _TRIPLETS
    pairs = (numbers * (numbers - 1)).sum(axis=1)
    return int(known.sum()), int((known & (pairs >= 2 * DUST * (_TRIPLETS - 1))).sum())
