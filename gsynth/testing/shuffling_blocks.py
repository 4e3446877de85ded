"""Blocks for a shuffler: the arguments of `Shuffler.shuffle` as one value, given, drawn by Hypothesis, or random."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from attrs import field, frozen
from hypothesis import strategies as st
from numpy.typing import NDArray

from gsynth.testing import oracle_shuffle
from gsynth.testing.blocks import letters_of
from gsynth.testing.oracle_stream import Stream

LARGEST_ORDER: Final = 7
_WORD: Final = 2**64


def _codes(value: Any) -> NDArray[np.uint8]:
    return np.array(value, dtype=np.uint8)


def _places(value: Any) -> NDArray[np.int64]:
    return np.array(value, dtype=np.int64)


def _words(value: Any) -> NDArray[np.uint64]:
    return np.array(value, dtype=np.uint64)


@frozen(eq=False)
class ShufflingBlock:
    """A block with what is needed to shuffle it.

    Attributes
    ----------
    order : int
    codes : uint8[n]
    starts, ends : int64[r]
    keys, gammas : uint64[r]
    positions : int64[r]
    """

    order: int
    codes: NDArray[np.uint8] = field(converter=_codes)
    starts: NDArray[np.int64] = field(converter=_places)
    ends: NDArray[np.int64] = field(converter=_places)
    keys: NDArray[np.uint64] = field(converter=_words)
    gammas: NDArray[np.uint64] = field(converter=_words)
    positions: NDArray[np.int64] = field(converter=_places)

    @property
    def columns(self) -> tuple[NDArray[Any], ...]:
        """All arguments but the codes, in their order."""
        return self.starts, self.ends, self.keys, self.gammas, self.positions

    def truth(self) -> NDArray[np.uint8]:
        """What the oracle makes of it."""
        streams = [Stream(int(key), int(gamma)) for key, gamma in zip(self.keys, self.gammas, strict=True)]
        return oracle_shuffle.shuffle(self.codes, self.starts, self.ends, streams, self.positions, self.order)

    def inside(self) -> NDArray[np.bool_]:
        """Which cells lie in a run."""
        cells = np.zeros(self.codes.size, dtype=np.bool_)
        for start, end in zip(self.starts, self.ends, strict=True):
            cells[start:end] = True
        return cells

    def __repr__(self) -> str:
        shown = letters_of(self.codes) if self.codes.size <= 200 else f"<{self.codes.size} codes>"
        streams = [f"{int(key):#x}, {int(gamma):#x}" for key, gamma in zip(self.keys[:4], self.gammas, strict=False)]
        return (
            f"ShufflingBlock(order={self.order}, codes={shown}, starts={self.starts[:20].tolist()}, "
            f"ends={self.ends[:20].tolist()}, positions={self.positions[:20].tolist()}, keys and gammas {streams})"
        )


@st.composite
def shuffling_blocks(draw: st.DrawFn, max_order: int = LARGEST_ORDER, max_runs: int = 6) -> ShufflingBlock:
    """Runs of any length, of few letters or many, with or without other cells between them."""
    codes: list[int] = []
    starts, ends = [], []
    for _ in range(draw(st.integers(0, max_runs))):
        # What lies outside of a run may be anything that a block can hold.
        codes += draw(st.lists(st.integers(0, 4), max_size=2))
        letters = draw(st.sampled_from([(0, 1), (2, 3), (0, 1, 2), (0, 1, 2, 3)]))
        words = draw(st.lists(st.lists(st.sampled_from(letters), min_size=1, max_size=3), max_size=8))
        starts.append(len(codes))
        codes += [code for word in words for code in word * draw(st.integers(1, 3))]
        ends.append(len(codes))
    word = st.integers(0, _WORD - 1)
    runs = len(starts)
    return ShufflingBlock(
        draw(st.integers(0, max_order)),
        codes,
        starts,
        ends,
        draw(st.lists(word, min_size=runs, max_size=runs)),
        [gamma | 1 for gamma in draw(st.lists(word, min_size=runs, max_size=runs))],
        draw(st.lists(st.integers(0, 2**40), min_size=runs, max_size=runs)),
    )


def random_shuffling_block(
    order: int, sizes: list[int], *, gap: int = 0, letters: int = 4, seed: int = 0
) -> ShufflingBlock:
    """Runs of these sizes over the first `letters` bases, with `gap` N between them."""
    rng = np.random.default_rng([seed, order, sum(sizes), letters])
    starts = np.cumsum([0, *(size + gap for size in sizes[:-1])]) if sizes else np.zeros(0, dtype=np.int64)
    ends = starts + np.array(sizes, dtype=np.int64)
    codes = np.full(int(ends[-1]) + gap if sizes else gap, 4, dtype=np.uint8)
    block = ShufflingBlock(
        order, codes, starts, ends, rng.integers(0, 2**64, len(sizes), dtype=np.uint64),
        rng.integers(0, 2**64, len(sizes), dtype=np.uint64) | np.uint64(1), rng.integers(0, 2**34, len(sizes)),
    )  # fmt: skip
    inside = block.inside()
    block.codes[inside] = rng.integers(0, letters, int(inside.sum()))
    return block


def key_with_tour_word(word: int, gamma: int, position: int) -> int:
    """The key whose tour word at a position is `word`."""
    return _unmixed((_unmixed(word) - (position + 1) * gamma) % _WORD) ^ oracle_shuffle.TOUR


def key_with_walk_word(word: int, gamma: int, position: int, step: int) -> int:
    """The key whose walk word of a step is `word`, for the run that begins at a position."""
    first = _unmixed((_unmixed(word) - (step + 1) * gamma) % _WORD)
    return _unmixed((first - (position + 1) * gamma) % _WORD) ^ oracle_shuffle.WALK


def _unmixed(word: int) -> int:
    """The word of which `word` is the mixed one."""
    word = _unshifted(word, 31)
    word = _unshifted(word * pow(0x94D049BB133111EB, -1, _WORD) % _WORD, 27)
    return _unshifted(word * pow(0xBF58476D1CE4E5B9, -1, _WORD) % _WORD, 30)


def _unshifted(word: int, bits: int) -> int:
    """The word x of which `word` is ``x ^ (x >> bits)``."""
    found = word
    for shift in range(bits, 64, bits):
        found ^= word >> shift
    return found
