"""How often two bases at a distance are the same, and how often a right sampler makes them the same.

Measured on stretches spread over the genome. A right sampler draws a base given its context, so the expected number of
identities with the base d positions before is a sum of probabilities, and its variance likewise; see
`gsynth.evaluation.words`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.alphabet import NOT_ACGT
from gsynth.blocks.compute import Compute
from gsynth.evaluation.law import Law
from gsynth.evaluation.reading import Reader
from gsynth.files.segments import places_of
from gsynth.genomes.fetching import Fetched
from gsynth.intervals import Intervals
from gsynth.intervals.pieces import Pieces
from gsynth.strata import FindsRuns

DISTANCES: Final = 200
"""Distances 1 to this one, in bases."""

_STRETCHES: Final = 32
_STRETCH: Final = 1 << 15
"""Bases of a stretch; a million in all."""


@frozen(eq=False)
class Identity:
    """Pairs of bases by distance 1..200, float64[200] each.

    Attributes
    ----------
    pairs, same : float64[200]
        Pairs of known bases, and those of the same base.
    expected, variance : float64[200]
        How many are the same if a right sampler drew the second one; 0 if there is no law.
    """

    pairs: NDArray[np.float64]
    same: NDArray[np.float64]
    expected: NDArray[np.float64]
    variance: NDArray[np.float64]

    @classmethod
    def none(cls) -> Identity:
        """Of nothing."""
        return cls(*(np.zeros(DISTANCES) for _ in range(4)))

    def __add__(self, other: Identity) -> Identity:
        return Identity(
            self.pairs + other.pairs,
            self.same + other.same,
            self.expected + other.expected,
            self.variance + other.variance,
        )

    @property
    def share(self) -> NDArray[np.float64]:
        """float64[200]: the share of pairs that are the same; NaN without pairs."""
        return _share(self.same, self.pairs)

    @property
    def expected_share(self) -> NDArray[np.float64]:
        """float64[200]: what a right sampler gives."""
        return _share(self.expected, self.pairs)

    @property
    def z(self) -> NDArray[np.float64]:
        """float64[200]: how far `same` is from what is expected, in standard errors."""
        with np.errstate(divide="ignore", invalid="ignore"):
            scores = (self.same - self.expected) / np.sqrt(self.variance)
        known: NDArray[np.float64] = np.nan_to_num(scores, nan=0.0)
        return known


def _share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = np.divide(part, whole, out=np.full(part.size, np.nan), where=whole > 0)
    return shares


def identity(reader: Reader, law: Law | None, strata: FindsRuns | None, where: Intervals, compute: Compute) -> Identity:
    """The pairs of bases in stretches of the intervals; with a law, what it expects of them."""
    found = Identity.none()

    def take(part: Identity) -> None:
        nonlocal found
        found += part

    compute.run(_Measurer(reader, law, strata), stretches(where), take)
    return found


def stretches(where: Intervals) -> Iterator[Pieces]:
    """Up to 32 stretches of up to 32,768 bases, spread evenly over the intervals; all of them if they are short."""
    places = places_of(where.ends - where.starts)
    if where.total <= _STRETCHES * _STRETCH:
        for row in range(len(where)):
            yield from _stretch(where, row, int(where.starts[row]), int(where.ends[row]))
        return
    for i in range(_STRETCHES):
        at = i * where.total // _STRETCHES
        row = int(np.searchsorted(places, at, side="right")) - 1
        first = int(where.starts[row]) + at - int(places[row])
        yield from _stretch(where, row, first, min(first + _STRETCH, int(where.ends[row])))


def _stretch(where: Intervals, row: int, first: int, last: int) -> Iterator[Pieces]:
    for begin in range(first, last, _STRETCH):
        columns = [where.ids[row], where.starts[row], where.ends[row], begin, min(begin + _STRETCH, last)]
        yield Pieces(where.names, *(np.array([column], dtype=np.int64) for column in columns))


@frozen(eq=False)
class _Measurer:
    reader: Reader
    law: Law | None
    strata: FindsRuns | None

    def __call__(self, piece: Pieces) -> Identity:
        order = 0 if self.law is None else self.law.order
        read = self.reader.read(piece, behind=DISTANCES + order)
        # Padded, so that every base has as many before it as pairs reach back.
        codes = np.concatenate([np.full(DISTANCES + order, NOT_ACGT, dtype=np.uint8), read.codes[:-1]])
        first = int(piece.firsts[0] - read.lows[0]) + DISTANCES + order
        here = codes[first:].copy()
        rows = None
        if self.law is not None and self.strata is not None:
            rows, known = self._rows(self.law, self.strata, piece, codes, first)
            here[~known] = NOT_ACGT
        return _measured(codes, first, here, rows)

    def _rows(
        self, law: Law, strata: FindsRuns, piece: Pieces, codes: NDArray[np.uint8], first: int
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """The probabilities of A, C, G, T and (0) N at each position, float32[n, 5], and where there are any."""
        size = codes.size - first
        known, context = np.ones(size, dtype=np.bool_), np.zeros(size, dtype=np.int64)
        for i in range(law.order, -1, -1):
            letters = codes[first - i : codes.size - i]
            known &= letters < NOT_ACGT
            if i:
                context = 4 * context + (letters & 3)
        rows = np.zeros((size, 5), dtype=np.float32)
        # The stratum is that of the context's first base.
        begin = int(piece.firsts[0]) - law.order
        beyond = max(-begin, 0)
        known[:beyond] = False
        if beyond < size:
            own = np.append(np.full(beyond, -1), _strata_at(strata, piece, begin + beyond, begin + size))
            known &= (own >= 0) & (own < law.bins)
            for flat in np.unique(own[known]).tolist():
                chosen = known & (own == flat)
                rows[chosen, :4] = law.probabilities(flat)[context[chosen]]
        return rows, known


def _strata_at(strata: FindsRuns, piece: Pieces, first: int, last: int) -> NDArray[np.int32]:
    """The stratum of each position of ``[first, last)``: int32[n]."""
    covered = piece.covering(np.array([first], dtype=np.int64), np.array([last], dtype=np.int64))
    nothing = np.empty(0, dtype=np.uint8)
    # The strata read what they need themselves, see `ReferenceStrata`, or need nothing.
    runs = strata.runs(covered, Fetched(nothing, covered.firsts, np.zeros(2, dtype=np.int64)))
    return np.repeat(runs.strata, np.diff(np.append(runs.starts, last)))


def _measured(
    codes: NDArray[np.uint8], first: int, here: NDArray[np.uint8], rows: NDArray[np.float32] | None
) -> Identity:
    """Pairs of the bases `here`, from `first` on, with those before them."""
    found = Identity.none()
    known = here < NOT_ACGT
    # In the numbers of a table that is one long row; N, in the last column, has probability 0.
    flat, begins = (None, None) if rows is None else (rows.reshape(-1), np.arange(here.size) * 5)
    for d in range(1, DISTANCES + 1):
        before = codes[first - d : codes.size - d]
        found.pairs[d - 1] = np.count_nonzero(known & (before < NOT_ACGT))
        found.same[d - 1] = np.count_nonzero((before == here) & known)
        if flat is not None and begins is not None:
            chances = flat.take(begins + before)
            found.expected[d - 1] = chances.sum(dtype=np.float64)
            found.variance[d - 1] = (chances * (1 - chances)).sum(dtype=np.float64)
    return found
