"""Sampling many stretches (lanes) of a block at once, from guessed contexts that are repaired exactly.

A chain is sequential, so one step is vectorised over lanes instead of over positions. Every lane but the first starts
from a guessed context. Two chains that are fed the same random numbers soon meet (the same k bases in both), and then
stay together; so a lane whose guess was wrong is resampled from its true context only until it meets what is there.
"""

from __future__ import annotations

import numpy as np
from attrs import define
from numpy.typing import NDArray

_FREE = 255
_NOT_ACGT = 4
# Longer lanes repair less, more lanes cost less per base: a lane is some times longer than chains take to meet.
_LANE_LENGTH = 1024  # more than the largest order, so that a context never spans two lanes
# Below this many lanes a plain loop beats a vector step.
_FEW_LANES = 16


class NumpySampler:
    """The reference sampler; see `gsynth.plugins.Sampler`."""

    def sample(
        self,
        codes: NDArray[np.uint8],
        edges: NDArray[np.int64],
        strata: NDArray[np.int32],
        uniforms: NDArray[np.uint32],
        *,
        order: int,
        thresholds: NDArray[np.uint32],
    ) -> None:
        windows = codes.size - order
        lanes = max(1, windows // _LANE_LENGTH)
        length = -(-windows // lanes) if windows else 0
        if length == 0:
            return
        lanes = -(-windows // length)
        block = _Block.cut(codes, edges, strata, uniforms, order, thresholds, lanes, length)
        block.fill()
        codes[order:] = block.cells.T.reshape(-1)[:windows]


@define
class _Block:
    """A block cut into lanes; the arrays (length, lanes) hold a step in each row."""

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
        lanes: int,
        length: int,
    ) -> _Block:
        contexts = 4**order
        uniform_row = (thresholds.shape[0] - 1) * contexts
        stratum = np.repeat(strata.astype(np.int64), np.diff(edges))
        rows = np.where(stratum < 0, uniform_row, stratum * contexts)
        cells = _by_step(codes[order:], lanes, length, fill=0)
        flat = thresholds.reshape(-1, 3)
        tables = tuple(np.ascontiguousarray(flat[:, i]) for i in range(3))
        return cls(
            order,
            tables,  # type: ignore[arg-type]  # three by construction
            uniform_row,
            _by_step(rows, lanes, length, fill=uniform_row),
            _by_step(uniforms, lanes, length, fill=0),
            cells == _FREE,
            cells,
            codes[:order].copy(),
        )

    @property
    def lanes(self) -> int:
        return self.cells.shape[1]

    def fill(self) -> None:
        """Fill every lane from a guess, then repair from left to right until every lane began where it should."""
        began = np.zeros((self.order, self.lanes), dtype=np.uint8)
        began[:, 0] = self.left
        self._run(np.arange(self.lanes), began, keep=False)
        while True:
            true = self._true_contexts()
            wrong = np.flatnonzero((true != began).any(axis=0))
            if wrong.size == 0:
                return
            if wrong.size < _FEW_LANES:
                self._repair_in_order(began, int(wrong[0]))
                return
            began[:, wrong] = true[:, wrong]
            self._run(wrong, began[:, wrong], keep=True)

    def _true_contexts(self) -> NDArray[np.uint8]:
        """The last `order` cells before each lane, uint8[order, lanes]."""
        if self.lanes == 1:  # a lone lane may be shorter than a context
            return self.left[:, None]
        return np.column_stack([self.left, self.cells[-self.order :, :-1]])

    def _run(self, lanes: NDArray[np.int64], began: NDArray[np.uint8], *, keep: bool) -> None:
        """Sample `lanes` from their contexts; with `keep`, a lane stops where it meets what it already holds."""
        mask = 4**self.order - 1
        first, second, third = self.tables
        context = np.zeros(lanes.size, dtype=np.int64)
        good = np.zeros(lanes.size, dtype=np.int64)
        for cell in began:
            context, good = _roll(context, good, cell, mask)
        met = np.zeros(lanes.size, dtype=np.int64)
        for step in range(self.cells.shape[0]):
            here: NDArray[np.int64] | slice = lanes if keep else slice(None)
            row = self.rows[step][here] + context
            row[good < self.order] = self.uniform_row
            number = self.uniforms[step][here]
            base = (number >= first[row]).view(np.uint8)
            base += (number >= second[row]).view(np.uint8)
            base += (number >= third[row]).view(np.uint8)
            old = self.cells[step][here]
            free = self.free[step][here]
            base = np.where(free, base, old)
            self.cells[step][here] = base
            context, good = _roll(context, good, base, mask)
            if keep:
                met = np.where(base == old, met + 1, 0)
                going = met < self.order
                if not going.all():
                    lanes, context, good, met = lanes[going], context[going], good[going], met[going]
                    if lanes.size == 0:
                        return

    def _repair_in_order(self, began: NDArray[np.uint8], lane: int) -> None:
        """Repair `lane` and all after it one by one, in plain Python."""
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
        columns = zip(
            self.rows[:, lane].tolist(),
            self.uniforms[:, lane].tolist(),
            self.free[:, lane].tolist(),
            cells.tolist(),
            strict=True,
        )
        for step, (table, number, free, old) in enumerate(columns):
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


def _roll(
    context: NDArray[np.int64], good: NDArray[np.int64], base: NDArray[np.uint8], mask: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The contexts after `base`, and how many good bases they end with."""
    context = (context << 2 | (base & 3)) & mask
    good = np.where(base == _NOT_ACGT, 0, good + 1)
    return context, good


def _by_step(values: NDArray[np.generic], lanes: int, length: int, *, fill: int) -> NDArray[np.generic]:
    """`values` cut into lanes, as a contiguous array (length, lanes)."""
    padded = np.full(lanes * length, fill, dtype=values.dtype)
    padded[: values.size] = values
    return np.ascontiguousarray(padded.reshape(lanes, length).T)
