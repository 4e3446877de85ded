"""Replacing: pure loops over the caller's bases, contract in `gsynth.plugins.contracts`.

The first pass looks everywhere. A later one looks only where a target can have arisen: at the positions that reach into
a replacement, before one made in the previous pass, after one made in this pass. So the cost is that of the
replacements.

Swapping two letters is a bubble sort: each stretch of the two ends up in order, however many passes that takes, so it
is sorted by counting.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gsynth_numba.jit import kernel, lowest_bit

FIND_MOST: Final = 2048
"""Positions that are looked at together."""
FIND_LETTERS: Final = 4
"""Letters that are compared there; few positions that match these do not match the whole word."""
SWAP_CELLS: Final = 8
"""Bases around a target that are sorted as one word: two before it, and the rest from its position on."""

_ALL: Final = np.uint64(0xFFFFFFFFFFFFFFFF)
_ONES: Final = np.uint64(0x0101010101010101)
_HIGH: Final = np.uint64(0x8080808080808080)
_BEHIND: Final = np.uint64(0xFFFFFFFFFFFF0000)
_TWO: Final = np.uint64(0x8080)
_GATHER: Final = np.uint64(0x0102040810204080)  # the product's highest byte has one bit for each byte, 0 or 1


@kernel
def replace(bases: NDArray[np.uint8], target: NDArray[np.uint8], replacement: NDArray[np.uint8]) -> None:
    """Replace `target` in place, as repeated passes from left to right would."""
    width = target.size
    if width == 0 or width > bases.size:
        return
    if width == 2 and target[0] != target[1] and target[0] == replacement[1] and target[1] == replacement[0]:
        _sort(bases, target)
        return
    hits, count = _first_pass(bases, target, replacement)
    state = np.array([0, count, 0, 0, 0, 0])
    while not _later_passes(bases, target, replacement, hits, state):
        hits = _grown(hits)


@kernel
def _find(
    bases: NDArray[np.uint8],
    start: int,
    size: int,
    word: NDArray[np.uint8],
    letters: int,
    marks: NDArray[np.uint8],
    found: NDArray[np.int32],
) -> int:
    """The positions in [start, start + size), counted from `start`, at which the word's first letters are found."""
    letter = word[0]
    for i in range(size):
        marks[np.uint64(i)] = bases[np.uint64(start + i)] == letter
    for j in range(1, letters):
        letter = word[j]
        for i in range(size):
            marks[np.uint64(i)] &= bases[np.uint64(start + j + i)] == letter
    # Eights are read past the end, up to the next 64.
    marks[size : size + 64] = 0
    eights = marks.view(np.uint64)
    count = 0
    for i in range(0, size, 64):
        bits = np.uint64(0)
        for j in range(8):
            # Eight marks of a byte each become eight bits, so that 64 positions are one word that is mostly 0.
            bits |= ((eights[np.uint64((i >> 3) + j)] * _GATHER) >> np.uint64(56)) << np.uint64(8 * j)
        while bits:
            found[np.uint64(count)] = i + lowest_bit(bits)
            count += 1
            bits &= bits - np.uint64(1)
    return count


@kernel
def _sort(bases: NDArray[np.uint8], target: NDArray[np.uint8]) -> None:
    marks, found = np.empty(FIND_MOST + 64, dtype=np.uint8), np.empty(FIND_MOST, dtype=np.int32)
    first, second = target[0], target[1]
    start, places, sorted_to = 0, bases.size - 1, 0
    while start < places:
        count = _find(bases, start, min(FIND_MOST, places - start), target, 2, marks, found)
        for i in range(count):
            place = start + int(found[i])
            if place >= sorted_to:
                sorted_to = _sort_short(bases, place, first, second)
                if sorted_to == 0:
                    sorted_to = _sort_stretch(bases, place, first, second)
        start = max(start + FIND_MOST, sorted_to)


@kernel
def _sort_short(bases: NDArray[np.uint8], place: int, first: np.uint8, second: np.uint8) -> int:
    """Like `_sort_stretch`; returns 0, having done nothing, if the stretch goes on beyond the cells.

    Eight bases are one word, so that no branch depends on its content.
    """
    origin = place - 2
    if origin < 0 or origin + SWAP_CELLS > bases.size:
        return 0
    word = np.uint64(0)
    for i in range(SWAP_CELLS):
        word |= np.uint64(bases[np.uint64(origin + i)]) << np.uint64(8 * i)
    firsts, seconds = _equal(word, first), _equal(word, second)
    others = ~(firsts | seconds) & _HIGH & _BEHIND
    if others == 0 or firsts & _TWO == _TWO:
        return 0
    begin = np.uint64(16) - ((firsts >> np.uint64(12)) & np.uint64(8))
    inside = ((others & (~others + np.uint64(1))) >> np.uint64(7)) - np.uint64(1)  # before the first of the others
    seconds = ((seconds & inside & _BEHIND) >> np.uint64(7)) * _ONES >> np.uint64(56)
    inside &= _ALL << begin
    ordered = inside & ~(_ALL << (begin + np.uint64(8) * seconds))
    word = (word & ~inside) | (np.uint64(first) * _ONES & inside & ~ordered) | (np.uint64(second) * _ONES & ordered)
    for i in range(SWAP_CELLS):
        bases[np.uint64(origin + i)] = (word >> np.uint64(8 * i)) & np.uint64(0xFF)
    return origin + int((begin >> np.uint64(3)) + ((inside & _ONES) * _ONES >> np.uint64(56)))


@kernel
def _equal(word: np.uint64, letter: np.uint8) -> np.uint64:
    """The high bit of each byte that is `letter`."""
    differs = word ^ (np.uint64(letter) * _ONES)
    return np.uint64(~(((differs & ~_HIGH) + ~_HIGH) | differs) & _HIGH)


@kernel
def _sort_stretch(bases: NDArray[np.uint8], place: int, first: np.uint8, second: np.uint8) -> int:
    """Sort the stretch of the two letters that has its first target at `place`; return its end."""
    begin, end, seconds = place, place, 0
    while begin > 0 and bases[begin - 1] == first:
        begin -= 1
    while end < bases.size and (bases[end] == first or bases[end] == second):
        seconds += int(bases[end] == second)
        end += 1
    for i in range(begin, begin + seconds):
        bases[i] = second
    for i in range(begin + seconds, end):
        bases[i] = first
    return end


@kernel
def _first_pass(
    bases: NDArray[np.uint8], target: NDArray[np.uint8], replacement: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], int]:
    """Where the first pass replaced, ascending, in the first row of int64[2, room], and how often."""
    marks, found = np.empty(FIND_MOST + 64, dtype=np.uint8), np.empty(FIND_MOST, dtype=np.int32)
    hits, count, end = np.empty((2, 2 * FIND_MOST), dtype=np.int64), 0, 0
    for start in range(0, bases.size - target.size + 1, FIND_MOST):
        if hits.shape[1] < count + FIND_MOST:
            hits = _grown(hits)
        count, end = _look_anywhere(bases, target, replacement, start, end, marks, found, hits, count)
    return hits, count


@kernel
def _grown(hits: NDArray[np.int64]) -> NDArray[np.int64]:
    grown = np.empty((2, 2 * hits.shape[1]), dtype=np.int64)
    grown[:, : hits.shape[1]] = hits
    return grown


# Numba counts references whenever a call is given an array, so the two loops below call nothing for each position.


@kernel
def _look_anywhere(
    bases: NDArray[np.uint8],
    target: NDArray[np.uint8],
    replacement: NDArray[np.uint8],
    start: int,
    end: int,
    marks: NDArray[np.uint8],
    found: NDArray[np.int32],
    hits: NDArray[np.int64],
    hit: int,
) -> tuple[int, int]:
    """Look at `FIND_MOST` positions from `start` on: all before `end`, and of the others those that `_find` finds.

    Returns the number of hits, and where their replacements end.
    """
    width, places = target.size, bases.size - target.size + 1
    stop = min(start + FIND_MOST, places)
    count = _find(bases, start, stop - start, target, min(width, FIND_LETTERS), marks, found)
    place, i = start, 0
    while True:
        # Before `end` a replacement of this pass may have made a target that `_find` has not seen.
        if place >= end:
            while i < count and start + int(found[i]) < place:
                i += 1
            place = start + int(found[i]) if i < count else stop
        if place >= stop:
            return hit, end
        same = 0
        while same < width and bases[np.uint64(place + same)] == target[np.uint64(same)]:
            same += 1
        if same == width:
            for j in range(width):
                bases[np.uint64(place + j)] = replacement[np.uint64(j)]
            hits[0, hit] = place
            hit += 1
            end = place + width
        place += 1


@kernel
def _later_passes(
    bases: NDArray[np.uint8],
    target: NDArray[np.uint8],
    replacement: NDArray[np.uint8],
    hits: NDArray[np.int64],
    state: NDArray[np.int64],
) -> bool:
    """Pass until nothing is found, or until `hits` is full: then return False, and `state` says where to continue."""
    width, places, room = target.size, bases.size - target.size + 1, hits.shape[1]
    side, count, i, hit, place, end = state[0], state[1], state[2], state[3], state[4], state[5]
    while count > 0:
        while True:
            while place < end:
                if hit == room:
                    state[:] = (side, count, i, hit, place, end)
                    return False
                same = 0
                while same < width and bases[np.uint64(place + same)] == target[np.uint64(same)]:
                    same += 1
                if same == width:
                    for j in range(width):
                        bases[np.uint64(place + j)] = replacement[np.uint64(j)]
                    # Two rows in turn: the places of this pass are those to look around in the next one.
                    hits[1 - side, hit] = place
                    hit += 1
                    end = min(max(end, place + width), places)
                place += 1
            if i == count:
                break
            place, end = max(place, hits[side, i] - width + 1), hits[side, i]
            i += 1
        side, count, i, hit, place, end = 1 - side, hit, 0, 0, 0, 0
    return True
