"""Many short texts at once: numbers, words and what is joined from them, without a Python step for each.

Texts are made in rows of equal width, and unused letters are dropped when they are joined.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.files.segments import copy_segments, places_of


@frozen(eq=False)
class Texts:
    """Texts, one after the other.

    Attributes
    ----------
    data : uint8[sum(lengths)]
    lengths : int64[n]
    """

    data: NDArray[np.uint8]
    lengths: NDArray[np.int64]

    def write(self, target: NDArray[np.uint8], places: NDArray[np.int64]) -> None:
        """Copy the texts to `places` (int64[n]) of `target`."""
        copy_segments(self.data, places_of(self.lengths)[:-1], target, places, self.lengths)

    def words(self) -> list[bytes]:
        """The texts one by one."""
        data, places = self.data.tobytes(), places_of(self.lengths).tolist()
        return [data[start:stop] for start, stop in itertools.pairwise(places)]


@frozen(eq=False)
class Column:
    """A part of each of many texts, in rows of equal width.

    Attributes
    ----------
    letters : uint8[n, width]
    used : bool[n, width]
        Which letters of a row belong to the text.
    lengths : int64[n]
        How many these are.
    """

    letters: NDArray[np.uint8]
    used: NDArray[np.bool_]
    lengths: NDArray[np.int64]

    @classmethod
    def words(cls, words: Sequence[bytes]) -> Column:
        """Given texts."""
        lengths = np.fromiter(map(len, words), dtype=np.int64, count=len(words))
        width = int(lengths.max(initial=0))
        letters = np.array(words, dtype=f"S{max(width, 1)}").view(np.uint8).reshape(lengths.size, max(width, 1))
        return cls(letters[:, :width], np.arange(width) < lengths[:, None], lengths)

    @classmethod
    def numbers(cls, values: NDArray[np.int64]) -> Column:
        """Whole numbers, not negative, as decimals.

        Examples
        --------
        >>> joined([Column.numbers(np.array([0, 907]))]).words()
        [b'0', b'907']
        """
        lengths = digits_of(values)
        width = int(lengths.max(initial=1))
        # Division by a constant, and of 32-bit numbers, is what NumPy vectorises.
        rest: NDArray[Any] = values.astype(np.uint32 if width < 10 else np.uint64)
        letters = np.empty((values.size, width), dtype=np.uint8)
        for place in range(width - 1, -1, -1):
            tens = rest // rest.dtype.type(10)
            letters[:, place] = rest - tens * rest.dtype.type(10)
            rest = tens
        letters += np.uint8(ord("0"))
        return cls(letters, np.arange(width) >= width - lengths[:, None], lengths)

    @classmethod
    def word(cls, word: bytes, rows: int) -> Column:
        """The same text in each of `rows` rows."""
        letters = np.broadcast_to(np.frombuffer(word, dtype=np.uint8), (rows, len(word)))
        return cls(letters, np.ones(letters.shape, dtype=np.bool_), np.full(rows, len(word), dtype=np.int64))

    def only(self, where: NDArray[np.bool_]) -> Column:
        """The same, but empty in the rows where `where` (bool[n]) is False."""
        return Column(self.letters, self.used & where[:, None], self.lengths * where)

    def __getitem__(self, rows: NDArray[np.int64]) -> Column:
        """Some of the rows."""
        return Column(self.letters[rows], self.used[rows], self.lengths[rows])


def joined(columns: Sequence[Column]) -> Texts:
    """The texts whose parts are in the columns.

    Examples
    --------
    >>> joined([Column.words([b"a", b"bc"]), Column.word(b":", 2), Column.numbers(np.array([1, 22]))]).words()
    [b'a:1', b'bc:22']
    """
    letters = np.concatenate([column.letters for column in columns], axis=1)
    used = np.concatenate([column.used for column in columns], axis=1)
    return Texts(letters[used], np.sum([column.lengths for column in columns], axis=0))


def digits_of(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many decimal digits non-negative whole numbers have: int64[n].

    Examples
    --------
    >>> digits_of(np.array([0, 9, 10, 12345])).tolist()
    [1, 1, 2, 5]
    """
    digits = np.ones(values.size, dtype=np.int64)
    power, most = 10, int(values.max(initial=0))
    while power <= most:
        digits += values >= power
        power *= 10
    return digits
