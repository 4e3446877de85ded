"""Sampling many stretches (lanes) of a block at once, from guessed contexts that are repaired exactly.

A chain is sequential, so one step is vectorised over lanes instead of over positions. Every lane but the first starts
from a guessed context. Two chains that are fed the same random numbers soon meet (the same k bases in both), and then
stay together; so a lane whose guess was wrong is resampled from its true context only until it meets what is there.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from attrs import define
from numpy.typing import NDArray

_FREE = 255
_NOT_ACGT = 4
# Longer lanes need fewer repairs, more lanes cost less per base. A lane is several times longer than chains usually
# take to meet, and always longer than a context, so that a context never spans two lanes.
_LANE_LENGTH = 1024
# With fewer lanes, a plain loop is faster than a vector step.
_FEW_LANES = 16

Scalar = TypeVar("Scalar", bound=np.generic)


@define
class _State:
    """Some lanes: their numbers, contexts, how many good bases these end with, and how many bases in a row met."""

    lanes: NDArray[np.int64]
    context: NDArray[np.int64]
    good: NDArray[np.int64]
    met: NDArray[np.int64]

    def keep(self, going: NDArray[np.bool_]) -> None:
        self.lanes, self.context = self.lanes[going], self.context[going]
        self.good, self.met = self.good[going], self.met[going]


@define
class Lanes:
    """A block cut into lanes; each row of the arrays (length, lanes) is one step, so that a step is contiguous."""

    order: int
    tables: tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32]]
    uniform_row: int
    rows: NDArray[np.int64]
    uniforms: NDArray[np.uint32]
    free: NDArray[np.bool_]
    cells: NDArray[np.uint8]
    left: NDArray[np.uint8]

    @classmethod
    def cut(
        cls,
        codes: NDArray[np.uint8],
        edges: NDArray[np.int64],
        strata: NDArray[np.int32],
        uniforms: NDArray[np.uint32],
        order: int,
        thresholds: NDArray[np.uint32],
    ) -> Lanes:
        windows = codes.size - order
        length = -(-windows // max(1, windows // _LANE_LENGTH))
        contexts = 4**order
        uniform_row = (thresholds.shape[0] - 1) * contexts
        stratum = np.repeat(strata.astype(np.int64), np.diff(edges))
        rows = np.where(stratum < 0, uniform_row, stratum * contexts)
        cells = _by_step(codes[order:], length, fill=0)
        # Views: the tables of many strata may be far larger than the block.
        first, second, third = thresholds.reshape(-1, 3).T
        return cls(
            order,
            (first, second, third),
            uniform_row,
            _by_step(rows, length, fill=uniform_row),
            _by_step(uniforms, length, fill=0),
            cells == _FREE,
            cells,
            codes[:order].copy(),
        )

    @property
    def lanes(self) -> int:
        """How many lanes there are."""
        return int(self.cells.shape[1])

    def joined(self, windows: int) -> NDArray[np.uint8]:
        """The cells in their order: uint8[windows]."""
        return self.cells.T.reshape(-1)[:windows]

    def fill(self) -> None:
        """Fill every lane from a guess, then repair from left to right until every lane began with its true context."""
        began = np.zeros((self.order, self.lanes), dtype=np.uint8)
        began[:, 0] = self.left
        self._run(np.arange(self.lanes), began, repair=False)
        while True:
            true = self._true_contexts()
            wrong = np.flatnonzero((true != began).any(axis=0))
            if wrong.size == 0:
                return
            # A round is final only for lanes whose left neighbour was right, so a few lanes could take many rounds.
            if wrong.size < _FEW_LANES:
                self._repair_in_order(began, int(wrong[0]))
                return
            began[:, wrong] = true[:, wrong]
            self._run(wrong, began[:, wrong], repair=True)

    def _true_contexts(self) -> NDArray[np.uint8]:
        """The last `order` cells before each lane, uint8[order, lanes]."""
        if self.lanes == 1:  # a lone lane may be shorter than a context
            return self.left[:, None]
        return np.column_stack([self.left, self.cells[-self.order :, :-1]])

    def _run(self, lanes: NDArray[np.int64], began: NDArray[np.uint8], *, repair: bool) -> None:
        """Sample `lanes` from their contexts; with `repair`, a lane stops where it meets what it already holds."""
        nothing = np.zeros(lanes.size, dtype=np.int64)
        state = _State(lanes, nothing, nothing, nothing)
        for cell in began:
            self._roll(state, cell)
        for step in range(self.cells.shape[0]):
            here: Any = state.lanes if repair else slice(None)
            old = self.cells[step][here]
            base = np.where(self.free[step][here], self._drawn(state, step, here), old)
            self.cells[step][here] = base
            self._roll(state, base)
            if repair:
                state.met = np.where(base == old, state.met + 1, 0)
                going = state.met < self.order
                if not going.all():
                    state.keep(going)
                    if state.lanes.size == 0:
                        return

    def _drawn(self, state: _State, step: int, here: Any) -> NDArray[np.uint8]:
        """The bases that the numbers of a step draw."""
        row = self.rows[step][here] + state.context
        # Last, because a context that holds a 4 has an index that means nothing.
        row[state.good < self.order] = self.uniform_row
        number = self.uniforms[step][here]
        first, second, third = self.tables
        base: NDArray[np.uint8] = (number >= first[row]).view(np.uint8)
        base += (number >= second[row]).view(np.uint8)
        base += (number >= third[row]).view(np.uint8)
        return base

    def _roll(self, state: _State, base: NDArray[np.uint8]) -> None:
        """The contexts after `base`."""
        state.context = (state.context << 2 | (base & 3)) & (4**self.order - 1)
        state.good = np.where(base == _NOT_ACGT, 0, state.good + 1)

    def _repair_in_order(self, began: NDArray[np.uint8], lane: int) -> None:
        """Repair `lane` (never the first) and all after it one by one, in plain Python."""
        for current in range(lane, self.lanes):
            true = self.cells[-self.order :, current - 1]
            if (true != began[:, current]).any():
                self._repair_lane(current, true)

    def _repair_lane(self, lane: int, true: NDArray[np.uint8]) -> None:
        mask = 4**self.order - 1
        first, second, third = self.tables
        context, good, met = 0, 0, 0
        for cell in true.tolist():
            context = (context << 2 | cell & 3) & mask
            good = 0 if cell == _NOT_ACGT else good + 1
        cells = self.cells[:, lane]
        columns = (array[:, lane].tolist() for array in (self.rows, self.uniforms, self.free, self.cells))
        for step, (table, number, free, old) in enumerate(zip(*columns, strict=True)):
            base = old
            if free:
                row = table + context if good >= self.order else self.uniform_row
                base = int(number >= first[row]) + int(number >= second[row]) + int(number >= third[row])
                cells[step] = base
            context = (context << 2 | base & 3) & mask
            good = 0 if base == _NOT_ACGT else good + 1
            met = met + 1 if base == old else 0
            if met >= self.order:
                return


def _by_step(values: NDArray[Scalar], length: int, *, fill: int) -> NDArray[Scalar]:
    """`values` cut into lanes of `length`, as a contiguous array (length, lanes)."""
    lanes = -(-values.size // length)
    padded = np.full(lanes * length, fill, dtype=values.dtype)
    padded[: values.size] = values
    return np.ascontiguousarray(padded.reshape(lanes, length).T)
