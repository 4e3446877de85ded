"""Forbidden words in what was sampled: only what is kept of the reference, or drawn behind an N, can complete one."""

from __future__ import annotations

from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.alphabet import FREE
from gsynth.model import Forbidden
from gsynth.model.words import places

_NOWHERE: Final = np.zeros(0, dtype=np.int64)
_NONE: Final = np.zeros(0, dtype=np.bool_)


@frozen(eq=False)
class Words:
    """Where forbidden words end in a block, by base, and whether all their bases are copied: int64[w], bool[w]."""

    ends: NDArray[np.int64] = _NOWHERE
    copied: NDArray[np.bool_] = _NONE

    @property
    def with_drawn(self) -> int:
        """Words that hold a base that was drawn."""
        return int((~self.copied).sum())

    def corrected(self, beginning: Words, first: int) -> Words:
        """These from base `first` on, and those of `beginning` before it."""
        old, new = self.ends >= first, beginning.ends < first
        ends = np.append(beginning.ends[new], self.ends[old])
        return Words(ends, np.append(beginning.copied[new], self.copied[old]))


def find_words(
    forbidden: Forbidden | None,
    codes: NDArray[np.uint8],
    fixed: NDArray[np.uint8] | None,
    heads: NDArray[np.int64],
    left: int = 0,
) -> Words:
    """The words in a block; none where none is forbidden.

    Parameters
    ----------
    forbidden : Forbidden or None
    codes : uint8[left + n]
        Bases, and `left` of their left context before them, in which no word may end.
    fixed : uint8[left + n] or None
        Codes of kept bases, else `FREE`.
    heads : int64[h]
        Where in `codes` chains begin, rising: no word reaches over one.
    left : int
    """
    found = Words()
    for word in () if forbidden is None else forbidden.words:
        begins = places(word, codes)
        last = begins + len(word) - 1
        apart = np.searchsorted(heads, begins, side="right") < np.searchsorted(heads, last, side="right")
        inside = (last >= left) & ~apart
        begins, last = begins[inside], last[inside]
        copied = _all_kept(fixed, begins, len(word))
        found = Words(np.append(found.ends, last - left), np.append(found.copied, copied))
    return found


def _all_kept(fixed: NDArray[np.uint8] | None, begins: NDArray[np.int64], letters: int) -> NDArray[np.bool_]:
    if fixed is None:
        return np.zeros(begins.size, dtype=np.bool_)
    return np.asarray((fixed[begins[:, None] + np.arange(letters)] != FREE).all(axis=1))
