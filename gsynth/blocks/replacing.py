"""Replacing in one piece of an interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.alphabet import to_upper
from gsynth.blocks.batches import Piece
from gsynth.plugins.contracts import Genome, Replacer

_WALL_SEARCH: Final = 256
"""Bases that are looked through first for a wall."""


@frozen
class BlockReplacer:
    """Replaces in one piece, between walls: bases that are not in the target, which no replacement crosses.

    A piece owns what lies between the first wall at or after its begin and the first one at or after its end, so the
    pieces of an interval can be worked on in any order.
    """

    genome: Genome
    target: NDArray[np.uint8]
    replacement: NDArray[np.uint8]
    replacer: Replacer

    def __call__(self, piece: Piece) -> tuple[Piece, NDArray[np.uint8]]:
        first = piece.first if piece.first == piece.start else self._wall(piece, piece.first)
        last = self._wall(piece, piece.last)
        if first >= last:
            return piece, np.empty(0, dtype=np.uint8)
        letters = to_upper(self.genome.fetch(piece.contig, first, last))
        if not np.array_equal(self.target, self.replacement):
            self.replacer.replace(letters, self.target, self.replacement)
        return piece, letters

    def _wall(self, piece: Piece, position: int) -> int:
        """The first wall of the interval at or after `position`; its end if there is none."""
        step = _WALL_SEARCH
        while position < piece.end:
            last = min(position + step, piece.end)
            bases = to_upper(self.genome.fetch(piece.contig, position, last))
            walls = np.flatnonzero(~np.isin(bases, self.target))
            if walls.size:
                return position + int(walls[0])
            position, step = last, 2 * step
        return piece.end


class PlainReplacer:
    """Replaces in plain Python: for samplers that cannot; see `gsynth.plugins.Replacer`."""

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
    """One more pass, only where a target can have come up: before a hit of the last pass, behind one of this."""
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
