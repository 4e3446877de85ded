"""Many short texts at once: numbers, words and what is joined from them, without a step of Python for each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.files.segments import copy_segments, places_of


@frozen(eq=False)
class Texts:
    """Texts that lie anywhere in some bytes.

    Attributes
    ----------
    data : uint8[...]
    starts, lengths : int64[n]
        Where in `data` each text begins, and its bytes.
    """

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]

    @classmethod
    def of(cls, words: Sequence[bytes]) -> Texts:
        """Given texts."""
        places = places_of(np.array([len(word) for word in words], dtype=np.int64))
        return cls(np.frombuffer(b"".join(words), dtype=np.uint8), places[:-1], np.diff(places))

    @classmethod
    def numbers(cls, values: NDArray[np.int64]) -> Texts:
        """Whole numbers, not negative, as decimals.

        Examples
        --------
        >>> Texts.numbers(np.array([0, 907])).words()
        [b'0', b'907']
        """
        width = len(str(int(values.max(initial=0))))
        digits = np.empty((values.size, width), dtype=np.uint8)
        rest = values.astype(np.uint64)
        lengths = np.ones(values.size, dtype=np.int64)
        for place in range(width):
            rest, digit = np.divmod(rest, np.uint64(10))
            digits[:, width - 1 - place] = digit
            lengths += rest > 0
        digits += np.uint8(ord("0"))
        return cls(digits.reshape(-1), np.arange(1, values.size + 1, dtype=np.int64) * width - lengths, lengths)

    @classmethod
    def repeated(cls, word: bytes, where: NDArray[np.bool_]) -> Texts:
        """One text where `where` holds (bool[n]), else none."""
        data = np.frombuffer(word, dtype=np.uint8)
        return cls(data, np.zeros(where.size, dtype=np.int64), where * np.int64(len(word)))

    def only(self, where: NDArray[np.bool_]) -> Texts:
        """These texts, those where `where` does not hold empty."""
        return Texts(self.data, self.starts, self.lengths * where)

    def __getitem__(self, chosen: NDArray[np.int64]) -> Texts:
        """Some of the texts."""
        return Texts(self.data, self.starts[chosen], self.lengths[chosen])

    def write(self, target: NDArray[np.uint8], places: NDArray[np.int64]) -> None:
        """Copy the texts to `places` of `target`."""
        copy_segments(self.data, self.starts, target, places, self.lengths)

    def words(self) -> list[bytes]:
        """The texts one by one."""
        data = self.data.tobytes()
        stops = (self.starts + self.lengths).tolist()
        return [data[start:stop] for start, stop in zip(self.starts.tolist(), stops, strict=True)]


def joined(parts: Sequence[Texts]) -> Texts:
    """The texts of the parts joined row by row.

    Examples
    --------
    >>> joined([Texts.of([b"a", b"b"]), Texts.numbers(np.array([1, 22]))]).words()
    [b'a1', b'b22']
    """
    lengths = np.sum([part.lengths for part in parts], axis=0)
    places = places_of(lengths)
    data = np.empty(int(places[-1]), dtype=np.uint8)
    at = places[:-1].copy()
    for part in parts:
        part.write(data, at)
        at += part.lengths
    return Texts(data, places[:-1], lengths)
