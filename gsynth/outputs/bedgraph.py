"""Scores as bedGraph, plain or in bgzip: a line for each window with a score."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any, Final

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from gsynth.errors import ArgumentError
from gsynth.files.bgzip import BgzipWriter
from gsynth.files.texts import Column, joined
from gsynth.outputs.records import check_names
from gsynth.outputs.scores import IMPOSSIBLE, Scores
from gsynth.plugins.contracts import LOG_BITS

_DECIMALS: Final = 6
_FRACTION: Final = (1 << LOG_BITS) - 1
_NOT_A_CONTIG: Final = ("#", "track", "browser")


def check_bedgraph_names(names: Sequence[str]) -> None:
    """Refuse contig names whose lines would be read as something else."""
    check_names(names)
    for name in names:
        if name.startswith("#") or name in _NOT_A_CONTIG:
            raise ArgumentError(f"contig {name!r} has a name that a reader of bedGraph takes for a comment: rename it")


@define
class BedGraphSink:
    """Lines ``contig start end score``, 0-based half-open, six decimals; an infinite score is ``-inf`` or ``inf``."""

    file: IO[bytes]
    names: Sequence[str]
    compressed: bool
    _contigs: Column = field(init=False)
    _target: Any = field(init=False)

    @_contigs.default
    def _encoded(self) -> Column:
        return Column.words([name.encode(errors="surrogatepass") for name in self.names])

    @_target.default
    def _opened(self) -> Any:
        return BgzipWriter(self.file) if self.compressed else self.file

    def made(self, scores: Scores) -> bytes:
        """See `ScoreSink`."""
        scores = scores[scores.scored]
        if not len(scores):
            return b""
        tab, end = Column.word(b"\t", len(scores)), Column.word(b"\n", len(scores))
        place = [self._contigs[scores.ids], tab, Column.numbers(scores.starts), tab, Column.numbers(scores.ends), tab]
        return joined([*place, *_decimals(scores), end]).data.tobytes()

    def take(self, made: bytes) -> None:
        """See `ScoreSink`."""
        self._target.write(made)

    def finish(self) -> None:
        """See `ScoreSink`."""
        if self.compressed:
            self._target.finish()

    def result(self) -> None:
        """None: everything is in the file."""


def _decimals(scores: Scores) -> list[Column]:
    """The scores as decimal numbers, rounded to the nearest, by whole-number arithmetic throughout."""
    size: NDArray[np.int64] = np.abs(scores.sums)
    scale = 10**_DECIMALS
    digits = ((size & _FRACTION) * scale + (1 << (LOG_BITS - 1))) >> LOG_BITS
    whole = (size >> LOG_BITS) + digits // scale
    digits %= scale
    # A leading 1 keeps the zeros after the point; it is cut off below.
    behind = Column.numbers(digits + scale)
    behind = Column(behind.letters[:, 1:], behind.used[:, 1:], behind.lengths - 1)
    infinite = scores.infinite
    # The sign of what is shown, not of the sum: a tiny negative score is 0.000000, never -0.000000.
    negative = np.where(infinite, scores.flags == IMPOSSIBLE, (scores.sums < 0) & (whole + digits > 0))
    rows = len(scores)
    sign = Column.word(b"-", rows).only(negative)
    number = [Column.numbers(whole), Column.word(b".", rows), behind]
    if infinite.any():
        number = [column.only(~infinite) for column in number] + [Column.word(b"inf", rows).only(infinite)]
    return [sign, *number]
