"""What a sampler with the optional ability `Shuffler` must do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from numpy.typing import NDArray

from gsynth.plugins import Sampler, Shuffler
from gsynth.testing import golden
from gsynth.testing.clauses import require, require_equal
from gsynth.testing.shuffling_blocks import (
    LARGEST_ORDER,
    ShufflingBlock,
    key_with_tour_word,
    key_with_walk_word,
    random_shuffling_block,
    shuffling_blocks,
)
from gsynth.testing.strategies import deterministic
from gsynth.testing.threads import at_once

_GUARD = 16
_GUARD_CODE = 3
"""Surrounds the codes; a base, so that a run may seem to go on there."""


class ShufflerChecks:
    """The tests of `Shuffler`, a part of `SamplerConformance`."""

    @pytest.fixture
    def shuffler(self, sampler: Sampler) -> Shuffler:
        """The sampler, if it has the ability."""
        if not isinstance(sampler, Shuffler):
            pytest.skip("the sampler does not have the optional ability Shuffler (shuffle)")
        return sampler

    @deterministic
    @given(work=shuffling_blocks())
    def test_shuffle_any_block(self, shuffler: Shuffler, work: ShufflingBlock) -> None:
        check_shuffle(shuffler, work)

    @pytest.mark.parametrize("case", golden.shuffling_cases(), ids=str)
    def test_shuffle_golden_case(self, shuffler: Shuffler, case: golden.ShufflingCase) -> None:
        require_equal(shuffled(shuffler, case.work), case.shuffled, case.clause, case.work)

    @pytest.mark.parametrize("order", range(LARGEST_ORDER + 1))
    def test_shuffle_every_order(self, shuffler: Shuffler, order: int) -> None:
        check_shuffle(shuffler, random_shuffling_block(order, [400], letters=2))
        check_shuffle(shuffler, random_shuffling_block(order, [900, 300], letters=4, gap=1))

    @pytest.mark.parametrize("order", [0, 1, 3, LARGEST_ORDER])
    def test_shuffle_short_runs(self, shuffler: Shuffler, order: int) -> None:
        sizes = [*range(order + 5), *range(order + 5)]
        work = [random_shuffling_block(order, sizes, letters=2, gap=gap) for gap in (0, 1)]
        work += [random_shuffling_block(order, [size], letters=2) for size in range(order + 3)]
        try:
            for one in work:
                check_shuffle(shuffler, one)
        except Exception as error:
            require(False, "shuffle", repr(error))

    @pytest.mark.parametrize("order", [0, 1, 2, 4])
    def test_shuffle_many_runs(self, shuffler: Shuffler, order: int) -> None:
        # More than a kernel has lanes, of lengths that let some end long before others.
        sizes = np.random.default_rng(order).integers(0, 60, 150).tolist()
        check_shuffle(shuffler, random_shuffling_block(order, [*sizes, 700, 3, 500], gap=1))

    def test_shuffle_long_runs(self, shuffler: Shuffler) -> None:
        check_shuffle(shuffler, random_shuffling_block(1, [5_000, 20]))
        check_shuffle(shuffler, random_shuffling_block(LARGEST_ORDER, [3_000]))

    def test_shuffle_one_letter(self, shuffler: Shuffler) -> None:
        for order in (0, 1, LARGEST_ORDER):
            check_shuffle(shuffler, random_shuffling_block(order, [500], letters=1))

    def test_shuffle_refused_words(self, shuffler: Shuffler) -> None:
        for work in refused_words():
            check_shuffle(shuffler, work)

    def test_shuffle_no_runs(self, shuffler: Shuffler) -> None:
        for gap in (0, 5):
            check_shuffle(shuffler, random_shuffling_block(1, [], gap=gap))

    def test_shuffle_earlier_calls_do_not_matter(self, shuffler: Shuffler) -> None:
        for seed, order in enumerate([3, 1, 7, 0, 3, 1]):
            check_shuffle(shuffler, random_shuffling_block(order, [90, 40 + seed], seed=seed), "stateless")

    def test_shuffle_threads_do_not_matter(self, shuffler: Shuffler) -> None:
        work = [random_shuffling_block(order, [200 + 50 * order] * 5, seed=order) for order in (0, 1, 2, 3, 4, 5, 1, 2)]
        for _ in range(4):
            together = at_once([_result(shuffler, one) for one in work])
            for one, found in zip(work, together, strict=True):
                require_equal(found, one.truth(), "stateless", f"8 threads at once, order {one.order}")


def refused_words() -> list[ShufflingBlock]:
    """Runs in which the first word of the tour, or of the walks, is refused."""
    gamma, position = 0x9E3779B97F4A7C15, 12_345
    # A has three exits to draw from: 2**64 is not a multiple of 3, and the word 0 is what is left over.
    tour, walk = "ACAGATAC", "AACAGAATC"
    letters = {"A": 0, "C": 1, "G": 2, "T": 3}

    def block(run: str, key: int) -> ShufflingBlock:
        return ShufflingBlock(1, [letters[base] for base in run], [0], [len(run)], [key], [gamma], [position])

    return [
        block(tour, key_with_tour_word(0, gamma, position + 1)),
        block(walk, key_with_walk_word(0, gamma, position, 0)),
    ]


def shuffled(shuffler: Shuffler, work: ShufflingBlock) -> NDArray[np.uint8]:
    """Call the shuffler on read-only columns, the codes between guard cells; return the codes."""
    buffer = np.full(work.codes.size + 2 * _GUARD, _GUARD_CODE, dtype=np.uint8)
    codes = buffer[_GUARD : _GUARD + work.codes.size]
    codes[:] = work.codes
    columns = [column.copy() for column in work.columns]
    for column in columns:
        column.flags.writeable = False
    try:
        returned: object = shuffler.shuffle(codes, *columns, order=work.order)  # type: ignore[func-returns-value]  # the contract is being tested
    except ValueError as error:
        require("read-only" not in str(error) and "readonly" not in str(error), "inputs", repr(error))
        raise
    require(returned is None, "shuffle", f"{returned!r} was returned")
    guards = np.concatenate([buffer[:_GUARD], buffer[-_GUARD:]])
    require(bool((guards == _GUARD_CODE).all()), "inputs", "cells outside codes changed")
    for before, after in zip(work.columns, columns, strict=True):
        require_equal(after, before, "inputs", work)
    return codes


def check_shuffle(shuffler: Shuffler, work: ShufflingBlock, clause: str = "shuffle") -> None:
    """Compare one block with the oracle, what any shuffle must keep first."""
    __tracebackhide__ = True
    found = shuffled(shuffler, work)
    outside = ~work.inside()
    require_equal(found[outside], work.codes[outside], "shuffle-runs", work)
    for start, end in zip(work.starts.tolist(), work.ends.tolist(), strict=True):
        before, after = (_words(codes[start:end].tolist(), work.order) for codes in (work.codes, found))
        require(before == after, "shuffle-words", f"other words in [{start}, {end}): {work}")
    require_equal(found, work.truth(), clause, work)


def _words(run: list[int], order: int) -> tuple[Counter[tuple[int, ...]], list[int], list[int]]:
    """How often each word of ``order + 1`` letters occurs, and the first and last `order` letters."""
    words = Counter(tuple(run[i : i + order + 1]) for i in range(len(run) - order))
    return words, run[:order], run[len(run) - min(order, len(run)) :]


def _result(shuffler: Shuffler, work: ShufflingBlock) -> Callable[[], NDArray[np.uint8]]:
    def run() -> NDArray[np.uint8]:
        codes = work.codes.copy()
        shuffler.shuffle(codes, *work.columns, order=work.order)
        return codes

    return run
