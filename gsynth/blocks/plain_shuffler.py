"""Shuffling in plain Python, for samplers that do not have the ability."""

from __future__ import annotations

from itertools import count
from typing import Final

import numpy as np
from attrs import define
from numpy.typing import NDArray

_WORD: Final = 2**64
_TOUR: Final = 0x746F7572
_WALK: Final = 0x77616C6B


class PlainShuffler:
    """See `gsynth.plugins.Shuffler`."""

    def shuffle(
        self,
        codes: NDArray[np.uint8],
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        keys: NDArray[np.uint64],
        gammas: NDArray[np.uint64],
        positions: NDArray[np.int64],
        *,
        order: int,
    ) -> None:
        columns = (starts, ends, keys, gammas, positions)
        for start, end, key, gamma, position in zip(*(column.tolist() for column in columns), strict=True):
            if end - start > order:
                run = _Run(codes[start:end].tolist(), key, gamma, position, order)
                codes[start + order : end] = run.tour()


def mixed(word: int) -> int:
    """The finaliser of splitmix64, see `gsynth.randomness`."""
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) % _WORD
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) % _WORD
    return word ^ (word >> 31)


@define
class _Run:
    """A run as a graph: vertices are words of `order` letters as numbers, exits the bases that follow them."""

    cells: list[int]
    key: int
    gamma: int
    position: int
    order: int

    def tour(self) -> list[int]:
        """The bases after the first `order` ones."""
        mask = 4**self.order - 1
        begin = at = self._word(0)
        exits: dict[int, list[int]] = {}
        for base in self.cells[self.order :]:
            exits.setdefault(at, [0] * 4)[base] += 1
            at = (at << 2 | base) & mask
        last = self._tree(exits, root=at, mask=mask)
        for vertex, base in last.items():
            exits[vertex][base] -= 1
        made = []
        word = (mixed(self.key ^ _TOUR) + (self.position + self.order + 1) * self.gamma) % _WORD
        at = begin
        for _ in range(len(self.cells) - self.order):
            counts = exits[at]
            if any(counts):
                base = self._chosen(counts, word)
                counts[base] -= 1
            else:
                base = last[at]
            made.append(base)
            word = (word + self.gamma) % _WORD
            at = (at << 2 | base) & mask
        return made

    def _tree(self, exits: dict[int, list[int]], root: int, mask: int) -> dict[int, int]:
        """The last exit of every vertex but the root."""
        key = mixed((mixed(self.key ^ _WALK) + (self.position + 1) * self.gamma) % _WORD)
        words = ((key + step * self.gamma) % _WORD for step in count(1))
        last: dict[int, int] = {}
        joined = {root}
        # A dict has its keys in the order in which they came, which is that of their first appearance.
        for begin in exits:
            at = begin
            while at not in joined:
                elsewhere = [n if (at << 2 | base) & mask != at else 0 for base, n in enumerate(exits[at])]
                last[at] = self._chosen(elsewhere, next(words))
                at = (at << 2 | last[at]) & mask
            at = begin
            while at not in joined:
                joined.add(at)
                at = (at << 2 | last[at]) & mask
        return last

    def _chosen(self, counts: list[int], counter: int) -> int:
        """The exit that the word of `counter` chooses."""
        bound = sum(counts)
        word = mixed(counter)
        while word * bound % _WORD < _WORD % bound:
            word = mixed((word + self.gamma) % _WORD)
        number, base = word * bound // _WORD, 0
        while number >= counts[base]:
            number -= counts[base]
            base += 1
        return base

    def _word(self, first: int) -> int:
        word = 0
        for code in self.cells[first : first + self.order]:
            word = word << 2 | code
        return word
