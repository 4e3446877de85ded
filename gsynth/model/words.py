"""Words that a sequence must not hold: IUPAC letters, the contexts that they leave, and where they stand in codes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.errors import ArgumentError, ArgumentTypeError
from gsynth.model.values import shown

IUPAC: Final = {
    "A": "A", "C": "C", "G": "G", "T": "T", "R": "AG", "Y": "CT", "S": "CG", "W": "AT", "K": "GT", "M": "AC",
    "B": "CGT", "D": "AGT", "H": "ACT", "V": "ACG", "N": "ACGT",
}  # fmt: skip
_COMPLEMENT: Final = str.maketrans("ACGTRYSWKMBDHVN", "TGCAYRSWMKVHDBN")

MOST_WORDS: Final = 1000


def checked_words(words: Any) -> tuple[str, ...]:
    """Words of IUPAC letters in upper case, each once, in their order; one text is one word.

    Examples
    --------
    >>> checked_words(["cg", "CHG", "CG"])
    ('CG', 'CHG')
    """
    given = [words] if isinstance(words, str) else words
    if not isinstance(given, Iterable):
        raise ArgumentTypeError(f"a pattern must be a word or a list of words, found {shown(words)}")
    found: dict[str, None] = {}
    for word in given:
        if not isinstance(word, str):
            raise ArgumentTypeError(f"a pattern must be a word or a list of words, found {shown(words)}")
        letters = word.upper()
        if not letters or not set(letters) <= set(IUPAC):
            raise ArgumentError(f"a pattern must be letters of {''.join(IUPAC)} (IUPAC), found {shown(word)}")
        found[letters] = None
    if not 0 < len(found) <= MOST_WORDS:
        raise ArgumentError(f"there must be 1 to {MOST_WORDS:,} patterns, found {len(found):,}")
    return tuple(found)


def on_both_strands(words: tuple[str, ...]) -> tuple[str, ...]:
    """`words`, and the reverse complements that are not among them.

    Examples
    --------
    >>> on_both_strands(("CG", "CHG", "AAA"))
    ('CG', 'CHG', 'AAA', 'CDG', 'TTT')
    """
    return tuple(dict.fromkeys([*words, *(word.translate(_COMPLEMENT)[::-1] for word in words)]))


def longest(words: tuple[str, ...]) -> int:
    """Letters of the longest word."""
    return max(len(word) for word in words)


@frozen(eq=False)
class Contexts:
    """What words leave of the contexts of an order. Read-only arrays.

    Attributes
    ----------
    holding : bool[4**k, 4]
        Whether a context and the base behind it hold a word, anywhere.
    completing : bool[4**k, 4]
        Whether that base is the last letter of one.
    surviving : bool[4**k]
        Contexts that hold no word and can be followed for ever without one.
    allowed : bool[4**k, 4]
        The base completes no word, and the context that it leads to survives.
    """

    holding: NDArray[np.bool_]
    completing: NDArray[np.bool_]
    surviving: NDArray[np.bool_]
    allowed: NDArray[np.bool_]


@lru_cache(maxsize=8)
def contexts(words: tuple[str, ...], order: int) -> Contexts:
    """What `words`, each of at most ``order + 1`` letters, leave."""
    completing = np.zeros((4**order, 4), dtype=np.bool_)
    for word in words:
        completing.reshape(4 ** (order + 1 - len(word)), -1)[:] |= _spelt(word)
    inside = np.zeros(4**order, dtype=np.bool_)
    for word in words:
        for behind in range(order - len(word) + 1):
            inside.reshape(-1, 4 ** len(word), 4**behind)[:] |= _spelt(word)[:, None]
    surviving = ~inside
    while True:
        allowed = ~completing & followers(surviving)
        lasting = surviving & allowed.any(axis=1)
        if np.array_equal(lasting, surviving):
            break
        surviving = lasting
    made = Contexts(completing | inside[:, None], completing, surviving, allowed)
    for array in (made.holding, made.completing, made.surviving, made.allowed):
        array.flags.writeable = False
    return made


def _spelt(word: str) -> NDArray[np.bool_]:
    """Which words of as many letters match: bool[4**L]."""
    spelt = np.ones(1, dtype=np.bool_)
    for letter in word:
        spelt = (spelt[:, None] & np.array([base in IUPAC[letter] for base in "ACGT"])).reshape(-1)
    return spelt


def followers(values: NDArray[Any]) -> NDArray[Any]:
    """For each context and base the value of the context that they make, [4**k, 4] of [4**k].

    Examples
    --------
    >>> followers(np.arange(16))[[0, 1, 4]].tolist()  # AA, AC, CA
    [[0, 1, 2, 3], [4, 5, 6, 7], [0, 1, 2, 3]]
    """
    return np.tile(values.reshape(-1, 4), (4, 1))


def places(word: str, codes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Where `word` begins in codes (uint8[n]; 4 and more match no letter, not even N): int64, rising.

    Examples
    --------
    >>> places("CN", np.array([1, 1, 4, 1, 0], dtype=np.uint8)).tolist()
    [0, 3]
    """
    windows = codes.size - len(word) + 1
    if windows <= 0:
        return np.zeros(0, dtype=np.int64)
    found = np.ones(windows, dtype=np.bool_)
    for i, letter in enumerate(word):
        found &= _matching(letter, codes[i : i + windows])
    return np.flatnonzero(found)


def _matching(letter: str, codes: NDArray[np.uint8]) -> NDArray[np.bool_]:
    if letter == "N":
        return np.asarray(codes < 4)
    matching = np.zeros(codes.size, dtype=np.bool_)
    for base in IUPAC[letter]:
        matching |= codes == "ACGT".index(base)
    return matching
