"""Shuffles: random Euler tours, several at a time; contract in `gsynth.plugins.contracts`.

A vertex is a word of `order` letters, an exit the base that follows it. Exits are counted, then cumulated: a draw is
the number of cumulated counts that it reaches, and taking the exit subtracts 1 from those above. So all counts are 0
again when a tour ends, and the tables can be used for the next run as they are.

In a tour each step waits for the one before, so one core takes several tours at once.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gsynth_numba.jit import kernel, take_exit
from gsynth_numba.stream_kernels import mix_word

TOURS: Final = 4
"""Tours that advance at the same time."""

_TOUR: Final = np.uint64(0x746F7572)
_WALK: Final = np.uint64(0x77616C6B)
_LOW: Final = np.uint64(0xFFFFFFFF)
_HALF: Final = np.uint64(32)
_ONE: Final = np.uint64(1)
_FEW_VERTICES: Final = 64
_MANY: Final = 1 << 30

# What a tour needs to know, as columns of an array.
_VERTEX: Final = 0
_CELL: Final = 1
_LEFT: Final = 2

Runs = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint64], NDArray[np.uint64], NDArray[np.int64]]
"""Starts, ends, keys, gammas, positions."""


@kernel
def shuffle(codes: NDArray[np.uint8], runs: Runs, order: int) -> None:
    """Shuffle the runs of a block."""
    vertices = 1 << (2 * order)
    exits = np.zeros(TOURS * 4 * vertices, dtype=np.int32)
    last = np.zeros(TOURS * vertices, dtype=np.uint8)
    joined = np.zeros(vertices, dtype=np.int64)
    state = np.zeros((TOURS, 3), dtype=np.int64)
    words = np.zeros((TOURS, 2), dtype=np.uint64)
    following = 0
    for tour in range(TOURS):
        following = _begin_next(codes, runs, order, following, joined, exits, last, tour, state[tour], words[tour])
    while state[:, _LEFT].min() > 0:
        steps = state[:, _LEFT].min()
        _advance(codes, exits, last, state, words, 0, TOURS, steps, vertices)
        for tour in range(TOURS):
            if state[tour, _LEFT] == 0:
                following = _begin_next(
                    codes, runs, order, following, joined, exits, last, tour, state[tour], words[tour]
                )
    for tour in range(TOURS):
        _advance(codes, exits, last, state, words, tour, tour + 1, state[tour, _LEFT], vertices)


@kernel
def _advance(
    codes: NDArray[np.uint8],
    exits: NDArray[np.int32],
    last: NDArray[np.uint8],
    state: NDArray[np.int64],
    words: NDArray[np.uint64],
    first: int,
    end: int,
    steps: int,
    vertices: int,
) -> None:
    """Take `steps` steps of the tours from `first` to `end` in turn."""
    for _ in range(steps):
        for tour in range(first, end):
            at = tour * vertices + state[tour, _VERTEX]
            below = np.uint64(exits[np.uint64(4 * at + 3)])
            drawn = _drawn(mix_word(words[tour, 0]), below, words[tour, 1])
            base = np.int64(take_exit(exits, 4 * at, np.int32(drawn)))
            if base == 4:
                base = np.int64(last[np.uint64(at)])
            codes[np.uint64(state[tour, _CELL])] = base
            words[tour, 0] += words[tour, 1]
            state[tour, _CELL] += 1
            state[tour, _VERTEX] = (state[tour, _VERTEX] << 2 | base) & (vertices - 1)
    for tour in range(first, end):
        state[tour, _LEFT] -= steps


@kernel
def _begin_next(
    codes: NDArray[np.uint8],
    runs: Runs,
    order: int,
    following: int,
    joined: NDArray[np.int64],
    all_exits: NDArray[np.int32],
    all_last: NDArray[np.uint8],
    tour: int,
    state: NDArray[np.int64],
    words: NDArray[np.uint64],
) -> int:
    """Begin a tour of the next run with a cell to fill; return the run after it."""
    starts, ends, keys, gammas, positions = runs
    vertices = joined.size
    exits = all_exits[4 * vertices * tour : 4 * vertices * (tour + 1)]
    last = all_last[vertices * tour : vertices * (tour + 1)]
    state[_LEFT] = 0
    while state[_LEFT] == 0 and following < starts.size:
        run = following
        following += 1
        start, size, key, gamma = starts[run], ends[run] - starts[run], keys[run], gammas[run]
        if size <= order:
            continue
        position = np.uint64(positions[run])
        state[_VERTEX] = _word(codes, start, order)
        state[_CELL] = start + order
        state[_LEFT] = size - order
        words[0] = mix_word(key ^ _TOUR) + (position + np.uint64(order) + _ONE) * gamma
        words[1] = gamma
        walk = mix_word(mix_word(key ^ _WALK) + (position + _ONE) * gamma)
        _count_exits(codes, start, size, order, exits)
        _draw_tree(codes, start, size, order, walk, gamma, run + 1, joined, exits, last)
    return following


@kernel
def _word(codes: NDArray[np.uint8], start: int, order: int) -> int:
    word = 0
    for i in range(start, start + order):
        word = word << 2 | int(codes[i])
    return word


@kernel
def _count_exits(codes: NDArray[np.uint8], start: int, size: int, order: int, exits: NDArray[np.int32]) -> None:
    word = _word(codes, start, order)
    mask = (1 << (2 * order)) - 1
    for i in range(start + order, start + size):
        word = (word & mask) << 2 | int(codes[np.uint64(i)])
        exits[np.uint64(word)] += 1


@kernel
def _draw_tree(
    codes: NDArray[np.uint8],
    start: int,
    size: int,
    order: int,
    walk: np.uint64,
    gamma: np.uint64,
    number: int,
    joined: NDArray[np.int64],
    exits: NDArray[np.int32],
    last: NDArray[np.uint8],
) -> None:
    """Draw the last exits of all vertices but the root: walks to the tree, without their loops."""
    mask = (1 << (2 * order)) - 1
    root = _word(codes, start + size - order, order)
    vertex = _word(codes, start, order)
    left = _other_vertices(exits, root, mask)
    _join(exits, joined, number, root, 4)
    i = start + order
    while left > 0 and i < start + size:
        at = vertex
        while joined[at] != number:
            walk += gamma
            last[at] = _exit_elsewhere(exits, at, mask, mix_word(walk), gamma)
            at = (at << 2 | int(last[at])) & mask
        at = vertex
        while joined[at] != number:
            _join(exits, joined, number, at, int(last[at]))
            at = (at << 2 | int(last[at])) & mask
            left -= 1
        vertex = (vertex << 2 | int(codes[i])) & mask
        i += 1


@kernel
def _other_vertices(exits: NDArray[np.int32], root: int, mask: int) -> int:
    """How many vertices but the root have exits, if few can have; else more than there are."""
    if mask >= _FEW_VERTICES:
        return _MANY
    found = 0
    for vertex in range(mask + 1):
        at = 4 * vertex
        found += vertex != root and (exits[at] | exits[at + 1] | exits[at + 2] | exits[at + 3]) != 0
    return found


@kernel
def _exit_elsewhere(exits: NDArray[np.int32], vertex: int, mask: int, word: np.uint64, gamma: np.uint64) -> int:
    """An exit that leads to another vertex."""
    at = 4 * vertex
    # The base that leads back to the same vertex, if it is below 4.
    loop = vertex ^ ((vertex << 2) & mask)
    a = 0 if loop == 0 else np.int64(exits[at])
    c = a + (0 if loop == 1 else np.int64(exits[at + 1]))
    g = c + (0 if loop == 2 else np.int64(exits[at + 2]))
    t = g + (0 if loop == 3 else np.int64(exits[at + 3]))
    drawn = np.int64(_drawn(word, np.uint64(t), gamma))
    return int(drawn >= a) + int(drawn >= c) + int(drawn >= g)


@kernel
def _join(exits: NDArray[np.int32], joined: NDArray[np.int64], number: int, vertex: int, base: int) -> None:
    """Put a vertex into the tree; `base` is its last exit, 4 for the root. No later walk looks at its counts."""
    joined[vertex] = number
    at = 4 * vertex
    if base < 4:
        exits[at + base] -= 1
    for i in range(at + 1, at + 4):
        exits[i] += exits[i - 1]


@kernel
def _drawn(word: np.uint64, below: np.uint64, gamma: np.uint64) -> np.uint64:
    """A number below `below`, which is below 2**32, each exactly as probable; 0 if it is 0."""
    # The product has 96 bits: in two parts, of which the upper one is what is drawn.
    drawn = ((word >> _HALF) * below + (((word & _LOW) * below) >> _HALF)) >> _HALF
    low = word * below
    if low < below:
        refused = (np.uint64(0) - below) % below
        while low < refused:
            word = mix_word(word + gamma)
            drawn = ((word >> _HALF) * below + (((word & _LOW) * below) >> _HALF)) >> _HALF
            low = word * below
    return drawn
