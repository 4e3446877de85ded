"""Random Euler tours of many runs in parallel steps.

A vertex is a word of `order` letters, an exit the base that follows it. The vertices of all runs are the rows of one
table. Exits are counted, then cumulated: a draw is the number of cumulated counts that it reaches, and taking the exit
subtracts 1 from those above.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from attrs import define
from numpy.typing import NDArray

from gsynth_numpy.draws import drawn, mix

Rows = NDArray[np.int64]

_TOUR: Final = np.uint64(0x746F7572)
_WALK: Final = np.uint64(0x77616C6B)

_LEAST_AT_ONCE: Final = 32
"""Fewer tours than this are taken one by one in plain Python, which is faster then."""


@define
class Tours:
    """Runs of a block, the longest first.

    Attributes
    ----------
    starts, steps : int64[r]
        The first cell to fill, and how many.
    roots, at : int64[r]
        The row of the last vertex, and of the one that a tour has reached.
    edges : int64[r + 1]
        The rows of a run are adjacent.
    exits : int64[v, 4]
        Counts of exits, from `draw_trees` on cumulated, without the last exits.
    onward : int64[v, 4]
        The row to which an exit leads.
    last : int64[v]
        The last exit, if a row has one.
    words, walks, gammas : uint64[r]
        What is mixed into the words of the next cell and of the next step of a walk, and what is added then.
    """

    starts: Rows
    steps: Rows
    roots: Rows
    at: Rows
    edges: Rows
    exits: Rows
    onward: Rows
    last: Rows
    appearing: Rows
    """The rows, run by run in the order in which they first appear."""
    words: NDArray[np.uint64]
    walks: NDArray[np.uint64]
    gammas: NDArray[np.uint64]

    @classmethod
    def of(
        cls,
        codes: NDArray[np.uint8],
        starts: Rows,
        ends: Rows,
        keys: NDArray[np.uint64],
        gammas: NDArray[np.uint64],
        positions: Rows,
        order: int,
    ) -> Tours:
        """The graphs of runs that are longer than `order`."""
        steps = ends - starts - order
        owner = np.repeat(np.arange(starts.size), steps)
        places = np.cumsum(steps) - steps
        cells = np.arange(owner.size) - (places - starts)[owner]
        vertices = _words(codes, cells, order)
        bits = 2 * order
        # The runs' own vertices, numbered together.
        numbers = owner << bits | vertices
        roots = np.arange(starts.size) << bits | _words(codes, ends - order, order)
        found, first_seen = np.unique(np.concatenate([numbers, roots]), return_index=True)
        rows = np.searchsorted(found, numbers)
        exits = np.bincount(4 * rows + codes[cells + order], minlength=4 * found.size).reshape(-1, 4)
        mask = (1 << bits) - 1
        targets = ((found >> bits) << bits)[:, None] | ((found[:, None] << 2 | np.arange(4)) & mask)
        onward = np.minimum(np.searchsorted(found, targets), found.size - 1)
        seen = np.argsort(first_seen)
        walks = mix(mix(keys ^ _WALK) + (positions + 1).astype(np.uint64) * gammas) + gammas
        words = mix(keys ^ _TOUR) + (positions + order + 1).astype(np.uint64) * gammas
        return cls(
            starts + order, steps, np.searchsorted(found, roots), rows[places],
            np.searchsorted(found >> bits, np.arange(starts.size + 1)), exits, onward,
            np.zeros(found.size, dtype=np.int64), seen[first_seen[seen] < numbers.size], words, walks, gammas,
        )  # fmt: skip

    def draw_trees(self) -> None:
        """Draw the last exits of all vertices but the roots: walks to the tree, without their loops."""
        owner = np.repeat(np.arange(self.steps.size), np.diff(self.edges))
        # Exits that lead to another vertex, cumulated.
        elsewhere = np.where(self.onward == np.arange(owner.size)[:, None], 0, self.exits).cumsum(axis=1)
        joined = np.zeros(owner.size, dtype=np.bool_)
        joined[self.roots] = True
        waiting = self.appearing[~joined[self.appearing]]
        while waiting.size:
            # The first vertex of each run that is not in its tree.
            begins = waiting[np.flatnonzero(np.diff(owner[waiting], prepend=-1))]
            self._walk(begins, owner, elsewhere, joined)
            waiting = waiting[~joined[waiting]]
        others = np.delete(np.arange(owner.size), self.roots)
        self.exits[others, self.last[others]] -= 1
        self.exits = self.exits.cumsum(axis=1)

    def _walk(self, begins: Rows, owner: Rows, elsewhere: Rows, joined: NDArray[np.bool_]) -> None:
        """Walk from each of `begins` to the tree of its run, and put the way without its loops into it."""
        at = begins
        while at.size:
            runs, counts = owner[at], elsewhere[at]
            numbers = drawn(mix(self.walks[runs].copy()), counts[:, 3], self.gammas[runs])
            self.walks[runs] += self.gammas[runs]
            self.last[at] = (numbers[:, None] >= counts[:, :3]).sum(axis=1)
            at = self.onward[at, self.last[at]]
            at = at[~joined[at]]
        at = begins
        while at.size:
            joined[at] = True
            at = self.onward[at, self.last[at]]
            at = at[~joined[at]]

    def write(self, codes: NDArray[np.uint8]) -> None:
        """Take the tours, and write the bases of their exits."""
        alive = self.steps.size
        done = 0
        while alive >= _LEAST_AT_ONCE:
            # The longest come first, so those that go on are the first ones.
            until = int(self.steps[alive - 1])
            for step in range(done, until):
                self._step(codes, step, alive)
            done = until
            alive = int(np.searchsorted(-self.steps, -done, side="left"))
        for run in range(alive):
            self._finish(codes, run, done)

    def _step(self, codes: NDArray[np.uint8], step: int, alive: int) -> None:
        at = self.at[:alive]
        counts, gammas = self.exits[at], self.gammas[:alive]
        numbers = drawn(mix(self.words[:alive].copy()), counts[:, 3], gammas)
        self.words[:alive] += gammas
        above = counts > numbers[:, None]
        self.exits[at] = counts - above
        bases = 4 - above.sum(axis=1)
        bases = np.where(bases == 4, self.last[at], bases)
        codes[self.starts[:alive] + step] = bases
        self.at[:alive] = self.onward[at, bases]

    def _finish(self, codes: NDArray[np.uint8], run: int, done: int) -> None:
        """Take the rest of one tour, from step `done` on, in plain Python."""
        low, high = int(self.edges[run]), int(self.edges[run + 1])
        exits, onward = self.exits[low:high].tolist(), (self.onward[low:high] - low).tolist()
        last, at = self.last[low:high].tolist(), int(self.at[run]) - low
        gamma = self.gammas[run : run + 1]
        start, steps = int(self.starts[run]), int(self.steps[run])
        words = np.arange(steps - done, dtype=np.uint64) * gamma + self.words[run]
        bases = bytearray(steps - done)
        for step, word in enumerate(mix(words).tolist()):
            counts = exits[at]
            below = counts[3]
            if below:
                product = word * below
                number = product >> 64
                if product % 2**64 < below:
                    number = int(drawn(np.array([word], dtype=np.uint64), np.array([below]), gamma)[0])
                base = (number >= counts[0]) + (number >= counts[1]) + (number >= counts[2])
                for i in range(base, 4):
                    counts[i] -= 1
            else:
                base = last[at]
            bases[step] = base
            at = onward[at][base]
        codes[start + done : start + steps] = np.frombuffer(bases, dtype=np.uint8)


def _words(codes: NDArray[np.uint8], cells: Rows, order: int) -> Rows:
    """The words of `order` letters that begin at `cells`, leftmost letter most significant."""
    words = np.zeros(cells.size, dtype=np.int64)
    for i in range(order):
        words = words << 2 | codes[cells + i]
    return words
