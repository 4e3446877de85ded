"""The reference for shuffles: the rule of its page, one draw at a time; a part of `gsynth.testing.oracle`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gsynth.testing.oracle_stream import WORD, Stream, mix

Vertex = tuple[int, ...]
Words = Callable[[], int]

TOUR: Final = 0x746F7572
WALK: Final = 0x77616C6B


def shuffle(
    codes: NDArray[np.uint8],
    starts: Sequence[int] | NDArray[np.int64],
    ends: Sequence[int] | NDArray[np.int64],
    streams: Sequence[Stream],
    positions: Sequence[int] | NDArray[np.int64],
    order: int,
) -> NDArray[np.uint8]:
    """What `Shuffler.shuffle` leaves: uint8[n].

    Parameters
    ----------
    codes : uint8[n]
    starts, ends : int64[r]
    streams : sequence of Stream
    positions : int64[r]
    order : int

    Examples
    --------
    >>> shuffle(np.array([0, 0, 1, 0, 2, 0]), [0], [6], [Stream(5, 7)], [0], 1).tolist()
    [0, 0, 2, 0, 1, 0]
    """
    found = np.array(codes, dtype=np.uint8)
    for start, end, stream, position in zip(starts, ends, streams, positions, strict=True):
        found[start:end] = shuffled(found[start:end].tolist(), stream, int(position), order)
    return found


def shuffled(run: Sequence[int], stream: Stream, position: int, order: int) -> list[int]:
    """One run, whose first base is at `position`: the same words of ``order + 1`` letters in another order."""
    if len(run) <= order:
        return list(run)
    vertices = [tuple(run[i : i + order]) for i in range(len(run) - order + 1)]
    exits: dict[Vertex, Counter[int]] = {vertex: Counter() for vertex in vertices}
    for i in range(order, len(run)):
        exits[vertices[i - order]][run[i]] += 1
    last = tree(vertices, exits, walk_words(stream, position), stream.gamma)
    for vertex, base in last.items():
        exits[vertex][base] -= 1
    made = list(run[:order])
    at = vertices[0]
    for i in range(order, len(run)):
        left = exits[at].total()
        if left:
            base = chosen(exits[at], below(tour_word(stream, position + i), left, stream.gamma))
            exits[at][base] -= 1
        else:
            base = last[at]
        made.append(base)
        at = (*at, base)[1:]
    return made


def tree(
    vertices: Sequence[Vertex], exits: dict[Vertex, Counter[int]], words: Iterator[int], gamma: int
) -> dict[Vertex, int]:
    """The last exit of every vertex but the root, which is the last of `vertices`: Wilson's algorithm."""
    last: dict[Vertex, int] = {}
    joined = {vertices[-1]}
    for begin in vertices:
        at = begin
        while at not in joined:
            elsewhere = Counter({base: n for base, n in exits[at].items() if (*at, base)[1:] != at})
            last[at] = chosen(elsewhere, below(next(words), elsewhere.total(), gamma))
            at = (*at, last[at])[1:]
        # What a walk remembers of a vertex is by which exit it left last, so the way from `begin` has no loops.
        at = begin
        while at not in joined:
            joined.add(at)
            at = (*at, last[at])[1:]
    return last


def chosen(counts: Counter[int], number: int) -> int:
    """The base of the exit `number`, if exits are numbered from 0 in the order of their bases."""
    return [base for base in range(4) for _ in range(counts[base])][number]


def below(word: int, bound: int, gamma: int) -> int:
    """A number below `bound` from a word of 64 bits, or from those that follow it.

    Of the 2**64 words, ``2**64 % bound`` are refused, so each number has as many as every other.
    """
    while word * bound % WORD < WORD % bound:
        word = mix((word + gamma) % WORD)
    return word * bound // WORD


def tour_word(stream: Stream, position: int) -> int:
    """The word of the cell at a position of the contig."""
    return mix((mix(stream.key ^ TOUR) + (position + 1) * stream.gamma) % WORD)


def walk_words(stream: Stream, position: int) -> Iterator[int]:
    """The words of the walks of the run that begins at `position`, one for each step."""
    key = mix((mix(stream.key ^ WALK) + (position + 1) * stream.gamma) % WORD)
    for step in count():
        yield mix((key + (step + 1) * stream.gamma) % WORD)


def arrangements(run: Sequence[int], order: int) -> list[tuple[int, ...]]:
    """All sequences with the words of ``order + 1`` letters of `run`, as often, that begin with the same `order`.

    Examples
    --------
    >>> arrangements([0, 0, 1, 0], 1)
    [(0, 0, 1, 0), (0, 1, 0, 0)]
    """
    words = Counter(tuple(run[i : i + order + 1]) for i in range(len(run) - order))
    found: list[tuple[int, ...]] = []

    def extend(made: tuple[int, ...]) -> None:
        if len(made) == len(run):
            found.append(made)
            return
        for base in range(4):
            word = (*made[len(made) - order :], base)
            if words[word]:
                words[word] -= 1
                extend((*made, base))
                words[word] += 1

    extend(tuple(run[:order]))
    return found
