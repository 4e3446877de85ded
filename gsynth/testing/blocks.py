"""Blocks: the arguments of a kernel as one value; and reproducible ones of any size."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from gsynth.plugins import FREE, IMPOSSIBLE

QUARTERS: Final = (2**29, 2**30, 3 * 2**29)
"""The uniform row of a table of thresholds."""

LETTERS: Final = "ACGTN"


def _codes(value: Any) -> NDArray[np.uint8]:
    return np.array(value, dtype=np.uint8)


def _edges(value: Any) -> NDArray[np.int64]:
    return np.array(value, dtype=np.int64)


def _strata(value: Any) -> NDArray[np.int32]:
    return np.array(value, dtype=np.int32)


def _logs(value: Any) -> NDArray[np.int32]:
    return np.array(value, dtype=np.int32)


def _numbers(value: Any) -> NDArray[np.uint32]:
    return np.array(value, dtype=np.uint32)


def codes_of(letters: str) -> NDArray[np.uint8]:
    """Codes of a string of A, C, G, T, N and ``.`` for a free cell.

    Examples
    --------
    >>> codes_of("ACGTN.").tolist()
    [0, 1, 2, 3, 4, 255]
    """
    return np.array([FREE if letter == "." else LETTERS.index(letter) for letter in letters], dtype=np.uint8)


def letters_of(codes: NDArray[np.uint8]) -> str:
    """The string that `codes_of` reads."""
    return "".join("." if code == FREE else LETTERS[code] if code < 5 else "?" for code in codes)


@frozen(eq=False)
class Block:
    """One block of windows.

    Attributes
    ----------
    order : int
    codes : uint8[n + order]
    edges : int64[m + 1]
    strata : int32[m]
    """

    order: int
    codes: NDArray[np.uint8] = field(converter=_codes)
    edges: NDArray[np.int64] = field(converter=_edges)
    strata: NDArray[np.int32] = field(converter=_strata)

    @property
    def size(self) -> int:
        """n, the number of windows."""
        return int(self.codes.size) - self.order

    @property
    def bins(self) -> int:
        """The smallest number of bins that the strata need, at least 1."""
        return max(1, 1 + max(self.strata.tolist(), default=0))

    def __repr__(self) -> str:
        shown = letters_of(self.codes) if self.codes.size <= 200 else f"<{self.codes.size} codes>"
        return f"Block(order={self.order}, codes={shown}, edges={self.edges.tolist()}, strata={self.strata.tolist()})"


@frozen(eq=False)
class SamplingBlock:
    """A block with what is needed to fill it.

    Attributes
    ----------
    block : Block
        Cells after the left context may be free.
    uniforms : uint32[n]
    thresholds : uint32[bins + 1, 4**order, 3]
    """

    block: Block
    uniforms: NDArray[np.uint32] = field(converter=_numbers)
    thresholds: NDArray[np.uint32] = field(converter=_numbers)

    def __repr__(self) -> str:
        tables = "" if self.thresholds.size > 120 else f", thresholds={self.thresholds.tolist()}"
        numbers = self.uniforms.tolist() if self.uniforms.size <= 60 else f"<{self.uniforms.size}>"
        return f"SamplingBlock({self.block!r}, uniforms={numbers}{tables})"


@frozen(eq=False)
class ScoringBlock:
    """A block with what is needed to score it.

    Attributes
    ----------
    block : Block
    cuts : int64[w + 1]
    logs : int32[bins, 4**order, 4]
    """

    block: Block
    cuts: NDArray[np.int64] = field(converter=_edges)
    logs: NDArray[np.int32] = field(converter=_logs)

    def __repr__(self) -> str:
        logs = "" if self.logs.size > 64 else f", logs={self.logs.tolist()}"
        return f"ScoringBlock({self.block!r}, cuts={self.cuts.tolist()}{logs})"


def random_runs(rng: np.random.Generator, size: int, bins: int, runs: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Edges and strata of `runs` runs over `size` windows: bins, -1 and -2, empty runs among them."""
    # With repeats, which make the empty runs.
    inner = np.sort(rng.integers(0, size + 1, runs - 1))
    return np.array([0, *inner, size], dtype=np.int64), rng.integers(-2, bins, runs).astype(np.int32)


def random_block(order: int, size: int, *, bins: int = 2, seed: int = 0, n_fraction: float = 0.03) -> Block:
    """A block for counting: random bases, some N, random runs."""
    # Seeded by the shape as well, so that two blocks of one test are not a prefix of each other.
    rng = np.random.default_rng([seed, order, size, bins])
    codes = rng.integers(0, 4, size + order).astype(np.uint8)
    codes[rng.random(codes.size) < n_fraction] = 4
    edges, strata = random_runs(rng, size, bins, max(1, size // 15))
    return Block(order, codes, edges, strata)


def random_thresholds(order: int, bins: int, seed: int = 0) -> NDArray[np.uint32]:
    """uint32[bins + 1, 4**order, 3]: ascending rows, some with 0, 2**31 and equal neighbours; the last one uniform."""
    rng = np.random.default_rng([seed, order, bins])
    tables = rng.integers(0, 2**31, (bins + 1, 4**order, 3), endpoint=True)
    tables[rng.random(tables.shape) < 0.05] = 0
    tables[rng.random(tables.shape) < 0.05] = 2**31
    tables.sort(axis=2)
    tables[-1] = QUARTERS
    return tables.astype(np.uint32)


def random_sampling_block(
    order: int, size: int, *, bins: int = 2, seed: int = 0, n_fraction: float = 0.02, free: float = 0.8
) -> SamplingBlock:
    """A block for sampling: runs of fixed cells among free ones, some fixed N, also in the left context."""
    plain = random_block(order, size, bins=bins, seed=seed, n_fraction=n_fraction)
    rng = np.random.default_rng([seed, order, size])
    codes = plain.codes.copy()
    # Seven in a row: longer than the contexts of most orders, so chains both start anew and go on.
    for start in range(order, codes.size, 7):
        if rng.random() < free:
            codes[start : start + 7] = FREE
    numbers = rng.integers(0, 2**31, size)
    block = Block(order, codes, plain.edges, plain.strata)
    return SamplingBlock(block, numbers, random_thresholds(order, bins, seed))


def random_logs(order: int, bins: int, seed: int = 0) -> NDArray[np.int32]:
    """int32[bins, 4**order, 4]: any logarithms of probabilities, some of 0 and some of 1."""
    rng = np.random.default_rng([seed, order, bins])
    logs = rng.integers(IMPOSSIBLE + 1, 0, (bins, 4**order, 4), endpoint=True)
    logs[rng.random(logs.shape) < 0.05] = IMPOSSIBLE
    logs[rng.random(logs.shape) < 0.05] = 0
    return logs.astype(np.int32)


def random_scoring_block(
    order: int, size: int, *, bins: int = 2, seed: int = 0, n_fraction: float = 0.03, cells: int | None = None
) -> ScoringBlock:
    """A block for scoring: random bases, some N, random runs, random cells with empty ones among them."""
    block = random_block(order, size, bins=bins, seed=seed, n_fraction=n_fraction)
    rng = np.random.default_rng([seed, order, size, 1])
    inner = np.sort(rng.integers(0, size + 1, max(1, size // 12) if cells is None else cells - 1))
    return ScoringBlock(block, [0, *inner.tolist(), size], random_logs(order, bins, seed))
