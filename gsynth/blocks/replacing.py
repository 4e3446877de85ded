"""Replacing in batches of intervals, and in parts of long ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.alphabet import to_upper
from gsynth.blocks.batches import Batch
from gsynth.blocks.producing import Ended
from gsynth.files.segments import copy_segments, places_of
from gsynth.genomes.fetching import fetch
from gsynth.intervals.pieces import Pieces
from gsynth.outputs import Part
from gsynth.plugins import checking
from gsynth.plugins.contracts import Genome, Replacer

_WALL_SEARCH: Final = 256
"""Bases that are first searched for a wall."""


@frozen
class BatchReplacer:
    """Replaces in a batch of intervals, or in a part of one.

    A part lies between walls: bases that do not occur in the target, which no replacement crosses. It owns the bases
    between the first wall at or after its start and the first one at or after its end, so the parts of an interval can
    be worked on in any order.
    """

    genome: Genome
    target: NDArray[np.uint8]
    replacement: NDArray[np.uint8]
    replacer: Replacer

    def __call__(self, batch: Batch, place: int = 0) -> Part:
        with checking.block(lambda: batch.pieces.place):
            return self._replaced(batch, place)

    def make(self, batch: Batch, place: int) -> tuple[None, Part]:
        """See `gsynth.blocks.writing.Producer`."""
        return None, self(batch, place)

    def settle(self, state: None) -> int:
        """Nothing is corrected later."""
        return 0

    def begun(self, batch: Batch, left: None) -> BatchReplacer:
        """See `gsynth.blocks.producing.Divisible`: a part needs nothing of those before it."""
        return self

    def ended(self) -> Ended:
        """See `gsynth.blocks.producing.Divisible`."""
        return Ended(None, None, None)

    def add(self, report: None) -> None:
        """Nothing is reported."""

    def _replaced(self, batch: Batch, place: int) -> Part:
        pieces = batch.pieces
        if len(pieces) == 1 and not (batch.ends and not batch.continues):
            return self._part(batch, pieces, place)
        # A byte that occurs in no target comes after each interval, so that nothing is replaced across its end.
        fetched = fetch(self.genome, pieces.names, pieces.ids, pieces.firsts, pieces.lasts)
        sizes = pieces.sizes
        places = places_of(sizes + 1)[:-1]
        walled = np.zeros(fetched.bases.size + sizes.size, dtype=np.uint8)
        copy_segments(fetched.bases, fetched.places[:-1], walled, places, sizes)
        self._replace(walled)
        letters = np.empty(fetched.bases.size, dtype=np.uint8)
        copy_segments(walled, places, letters, fetched.places[:-1], sizes)
        return Part(batch.chains, letters, sizes, place)

    def _part(self, batch: Batch, pieces: Pieces, place: int) -> Part:
        name, end = pieces.names[int(pieces.ids[0])], int(pieces.ends[0])
        first, last = int(pieces.firsts[0]), int(pieces.lasts[0])
        first = self._wall(name, first, end) if batch.continues else first
        last = self._wall(name, last, end)
        letters = np.empty(0, dtype=np.uint8)
        if first < last:
            # A copy, because a genome may return its own memory, even a read-only map of the file.
            letters = checking.fetch(self.genome, name, first, last).copy()
            self._replace(letters)
        done = first - int(pieces.starts[0])
        return Part(batch.chains, letters, np.array([letters.size]), place, done, not batch.continues, batch.ends)

    def _replace(self, bases: NDArray[np.uint8]) -> None:
        bases[:] = to_upper(bases)
        if not np.array_equal(self.target, self.replacement):
            checking.replace(self.replacer, bases, self.target, self.replacement)

    def _wall(self, name: str, position: int, end: int) -> int:
        """The first wall of the interval at or after `position`; its end if there is none."""
        step = _WALL_SEARCH
        while position < end:
            last = min(position + step, end)
            bases = to_upper(checking.fetch(self.genome, name, position, last))
            walls = np.flatnonzero(~np.isin(bases, self.target))
            if walls.size:
                return position + int(walls[0])
            # Doubled, so that a long stretch of the target's own letters takes few reads.
            position, step = last, 2 * step
        return end


class PlainReplacer:
    """Replaces in plain Python, for samplers that do not; see `gsynth.plugins.Replacer`."""

    def replace(self, bases: NDArray[np.uint8], target: NDArray[np.uint8], replacement: NDArray[np.uint8]) -> None:
        cells = bytearray(bases.tobytes())
        old, new = target.tobytes(), replacement.tobytes()
        replaced = _first_pass(cells, old, new)
        while replaced:
            replaced = _next_pass(cells, old, new, replaced)
        bases[:] = np.frombuffer(cells, dtype=np.uint8)


def _first_pass(cells: bytearray, target: bytes, replacement: bytes) -> list[int]:
    replaced = []
    at = cells.find(target)
    while at >= 0:
        cells[at : at + len(target)] = replacement
        replaced.append(at)
        at = cells.find(target, at + 1)
    return replaced


def _next_pass(cells: bytearray, target: bytes, replacement: bytes, before: Sequence[int]) -> list[int]:
    """One more pass, only where a target can have arisen: before a hit of the last pass, after one of this pass."""
    width = len(target)
    replaced: list[int] = []
    at = 0
    for hit in before:
        at, last = max(at, hit - width + 1), hit - 1
        while at <= last:
            if cells[at : at + width] == target:
                cells[at : at + width] = replacement
                replaced.append(at)
                last = max(last, at + width - 1)
            at += 1
    return replaced
