"""Many short stretches of bytes at once, without a Python step for each."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

FEW: Final = 32
"""One in so many is rare: the places of rare flags are found faster than neighbours are compared."""

_LONG: Final = 1 << 16
"""Segments longer than this are copied one by one: then a Python step for each no longer matters."""

_CHUNK: Final = 1 << 18
"""Bytes copied at once: NumPy gathers the items in an intermediate array, which then stays in the cache."""


def ranges(counts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For ``counts[i]`` things of each i: to which i a thing belongs, and its number among them, both int64[sum].

    Examples
    --------
    >>> [column.tolist() for column in ranges(np.array([2, 0, 3]))]
    [[0, 0, 2, 2, 2], [0, 1, 0, 1, 2]]
    """
    owner = np.repeat(np.arange(counts.size, dtype=np.int64), counts)
    firsts = np.cumsum(counts) - counts
    return owner, np.arange(owner.size, dtype=np.int64) - firsts[owner]


def places_of(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where things of these sizes begin, one after the other, and where the last one ends: int64[n + 1]."""
    places = np.zeros(sizes.size + 1, dtype=np.int64)
    np.cumsum(sizes, out=places[1:])
    return places


def runs_of(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The stretches of True: int64[r, 2], half-open.

    Examples
    --------
    >>> runs_of(np.array([True, True, False, True])).tolist()
    [[0, 2], [3, 4]]
    """
    found = np.count_nonzero(flags)
    if not found:
        return np.empty((0, 2), dtype=np.int64)
    if found < flags.size // FEW:
        # By their places, where they are few: a comparison of neighbours takes five times as long.
        places = np.flatnonzero(flags)
        breaks = np.flatnonzero(np.diff(places) > 1)
        return np.stack([places[np.append(0, breaks + 1)], places[np.append(breaks, -1)] + 1], axis=1)
    changes = np.flatnonzero(flags[1:] != flags[:-1]) + 1
    edges = np.concatenate([[0] if flags[0] else [], changes, [flags.size] if flags[-1] else []]).astype(np.int64)
    return edges.reshape(-1, 2)


def runs_within(
    runs: NDArray[np.int64], firsts: NDArray[np.int64], lasts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The intersection of runs with stretches ``[firsts[i], lasts[i])`` of the same axis, by binary search.

    Parameters
    ----------
    runs : int64[r, 2]
        Half-open, sorted and disjoint.
    firsts, lasts : int64[n]
        In any order; empty stretches meet nothing.

    Returns
    -------
    int64[m], int64[m, 2]
        The stretch in which a part lies, and the part; those of one stretch together, in order.

    Examples
    --------
    >>> owner, parts = runs_within(np.array([[0, 4], [6, 9]]), np.array([3, 1, 8]), np.array([7, 3, 8]))
    >>> owner.tolist(), parts.tolist()
    ([0, 0, 1], [[3, 4], [6, 7], [1, 3]])
    """
    low = np.searchsorted(runs[:, 1], firsts, side="right")
    high = np.searchsorted(runs[:, 0], lasts, side="left")
    owner, at = ranges(np.where(lasts > firsts, np.maximum(high - low, 0), 0))
    return owner, np.clip(runs[low[owner] + at], firsts[owner, None], lasts[owner, None])


def runs_outside(runs: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.int64]:
    """The parts of `runs` outside of `others`; all of them int64[r, 2], half-open, sorted and disjoint.

    Examples
    --------
    >>> runs_outside(np.array([[0, 4], [6, 9]]), np.array([[1, 2], [3, 7]])).tolist()
    [[0, 1], [2, 3], [7, 9]]
    """
    if not runs.size or not others.size:
        return runs
    edges = np.unique(np.concatenate([runs.reshape(-1), others.reshape(-1)]))
    parts = np.stack([edges[:-1], edges[1:]], axis=1)
    return parts[lie_in(runs, edges[:-1]) & ~lie_in(others, edges[:-1])]


def lie_in(runs: NDArray[np.int64], positions: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which positions lie in `runs` (int64[r, 2], at least one, half-open, sorted, disjoint): bool of their shape."""
    before = np.searchsorted(runs[:, 0], positions, side="right") - 1
    return np.asarray((before >= 0) & (positions < runs[np.maximum(before, 0), 1]))


def copy_segments(
    source: NDArray[np.uint8],
    starts: NDArray[np.int64],
    target: NDArray[np.uint8],
    places: NDArray[np.int64],
    lengths: NDArray[np.int64],
) -> None:
    """Copy ``source[starts[i] : starts[i] + lengths[i]]`` to `places[i]` of `target`, for every i.

    The segments lie within both arrays, which are contiguous; those of the target do not overlap.

    Notes
    -----
    NumPy moves items of any size by one fancy index. So segments of the greatest length are moved as items of that
    size. The others are moved in powers of two: first those whose length has the highest bit set, and so on down to one
    byte. A segment costs about 10 ns for each item.
    """
    if lengths.size == 0:
        return
    longest = int(lengths.max())
    if longest > _LONG:
        short = lengths <= _LONG
        _copy_one_by_one(source, starts[~short], target, places[~short], lengths[~short])
        copy_segments(source, starts[short], target, places[short], lengths[short])
        return
    full = lengths == longest
    if full.all():
        _copy_items(source, starts, target, places, longest)
        return
    _copy_items(source, starts[full], target, places[full], longest)
    # Copies, which the loop may change.
    starts, places, lengths = starts[~full], places[~full], lengths[~full]
    size = 1 << longest.bit_length()
    while size := size >> 1:
        chosen = np.flatnonzero(lengths & size)
        if chosen.size:
            _copy_items(source, starts[chosen], target, places[chosen], size)
            starts[chosen] += size
            places[chosen] += size


def _copy_one_by_one(
    source: NDArray[np.uint8],
    starts: NDArray[np.int64],
    target: NDArray[np.uint8],
    places: NDArray[np.int64],
    lengths: NDArray[np.int64],
) -> None:
    for start, place, length in zip(starts.tolist(), places.tolist(), lengths.tolist(), strict=True):
        target[place : place + length] = source[start : start + length]


def _copy_items(
    source: NDArray[np.uint8],
    starts: NDArray[np.int64],
    target: NDArray[np.uint8],
    places: NDArray[np.int64],
    size: int,
) -> None:
    if size == 0 or starts.size == 0:
        return
    items, room = _as_items(source, size), _as_items(target, size)
    step = max(1, _CHUNK // size)
    for first in range(0, starts.size, step):
        room[places[first : first + step]] = items[starts[first : first + step]]


def _as_items(array: NDArray[np.uint8], size: int) -> NDArray[np.void]:
    """A view of all stretches of `size` bytes, each one item."""
    return np.ndarray((array.size - size + 1,), dtype=np.dtype((np.void, size)), buffer=array, strides=(1,))
