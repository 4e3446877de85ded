"""What every scorer must do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from numpy.typing import NDArray

from gsynth.plugins import CONTRACT, IMPOSSIBLE, MASKED, UNBINNED, Composer, Encoder, Scorer
from gsynth.testing import golden, oracle_score
from gsynth.testing.bases import EncoderChecks
from gsynth.testing.blocks import Block, ScoringBlock, codes_of, random_block, random_logs, random_scoring_block
from gsynth.testing.clauses import SUITE_CONTRACT, asking, require, require_equal
from gsynth.testing.compositions import ComposerChecks
from gsynth.testing.kernels import Arrays, Call, KernelChecks, Prepares
from gsynth.testing.strategies import deterministic, scoring_blocks
from gsynth.testing.threads import at_once

Scored = tuple[NDArray[np.int64], NDArray[np.int32]]
"""Sums, int64[w], and what was left out, int32[w, 4]."""

_GUARD = 7


def truth(work: ScoringBlock) -> Scored:
    """What the oracle adds up."""
    block = work.block
    return oracle_score.score(block.codes, block.edges, block.strata, work.cuts, block.order, work.logs)


def scored(scorer: Scorer, work: ScoringBlock, clause: str = "scoring") -> Scored:
    """Call the scorer on read-only inputs, the outputs between guard cells that must not change."""
    __tracebackhide__ = True
    block = work.block
    originals: tuple[NDArray[Any], ...] = (block.codes, block.edges, block.strata, work.cuts, work.logs)
    inputs: list[NDArray[Any]] = [array.copy() for array in originals]
    for array in inputs:
        array.flags.writeable = False
    sums = np.full(work.cuts.size + 1, _GUARD, dtype=np.int64)
    left_out = np.full((work.cuts.size + 1, 4), _GUARD, dtype=np.int32)
    sums[1:-1], left_out[1:-1] = 0, 0
    with asking(clause, lambda: f"score of {work}"):
        returned: object = scorer.score(  # type: ignore[func-returns-value]  # the contract is being tested
            *inputs[:4], order=block.order, logs=inputs[4], sums=sums[1:-1], left_out=left_out[1:-1]
        )
    require(returned is None, "return-none", f"{returned!r:.200}, expected None")
    for before, after in zip(originals, inputs, strict=True):
        require_equal(after, before, "inputs", work)
    kept = (sums[[0, -1]] == _GUARD).all() and (left_out[[0, -1]] == _GUARD).all()
    require(bool(kept), "inputs", f"cells outside sums or left_out were written to, for {work}")
    return sums[1:-1], left_out[1:-1]


def require_scores(found: Scored, expected: Scored, clause: str, case: object) -> None:
    """Fail unless the sums, and what was left out, are as expected."""
    __tracebackhide__ = True
    # What was left out first: a window in the wrong column explains a wrong sum, not the other way round.
    require_equal(found[1], expected[1], "left-out" if clause in ("scoring", "cells") else clause, case)
    require_equal(found[0], expected[0], clause, case)


def check(scorer: Scorer, work: ScoringBlock, clause: str) -> None:
    """Compare one block with the oracle."""
    __tracebackhide__ = True
    require_scores(scored(scorer, work, clause), truth(work), clause, work)


def plain(order: int, letters: str, logs: NDArray[Any], stratum: int = 0) -> ScoringBlock:
    """A block of a single run, a cell for each window."""
    codes = codes_of(letters)
    size = codes.size - order
    return ScoringBlock(Block(order, codes, [0, size], [stratum]), range(size + 1), logs)


class ScorerConformance(KernelChecks, EncoderChecks, ComposerChecks):
    """Subclass it, override `scorer`, and pytest tests your scorer.

    The optional abilities `Encoder` and `Composer` are tested where the scorer has them.

    Examples
    --------
    >>> class TestMine(ScorerConformance):
    ...     @pytest.fixture
    ...     def scorer(self):
    ...         return MyScorer()
    """

    @pytest.fixture
    def scorer(self) -> Scorer:
        """The scorer under test."""
        raise NotImplementedError("override the fixture `scorer`")

    @pytest.fixture
    def encoder(self, scorer: Scorer) -> Encoder:
        """The scorer, if it has the ability."""
        if not isinstance(scorer, Encoder):
            pytest.skip("the scorer does not have the optional ability Encoder (encode)")
        return scorer

    @pytest.fixture
    def composer(self, scorer: Scorer) -> Composer:
        """The scorer, if it has the ability."""
        if not isinstance(scorer, Composer):
            pytest.skip("the scorer does not have the optional ability Composer (compose)")
        return scorer

    @pytest.fixture
    def prepared(self, scorer: Scorer) -> Prepares:
        """Makes calls of the scorer."""

        def make(order: int, size: int, *, bins: int = 2, seed: int = 0) -> Call:
            work = random_scoring_block(order, size, bins=bins, seed=seed)
            block, cells = work.block, work.cuts.size - 1

            def run(inputs: Arrays, outputs: Arrays) -> object:
                return scorer.score(  # type: ignore[func-returns-value]  # whatever it returns
                    *inputs[:4], order=order, logs=inputs[4], sums=outputs[0], left_out=outputs[1]
                )

            inputs = block.codes, block.edges, block.strata, work.cuts, work.logs
            outputs = np.zeros(cells, dtype=np.int64), np.zeros((cells, 4), dtype=np.int32)
            return Call(inputs, outputs, run, work.logs.nbytes, f"score of {work}")

        return make

    def test_contract_version(self) -> None:
        assert CONTRACT == SUITE_CONTRACT, "this suite is of another release than gsynth's contracts"

    def test_has_the_methods(self, scorer: Scorer) -> None:
        require(isinstance(scorer, Scorer), "registration", f"{type(scorer).__name__} has no method score")

    @deterministic
    @given(work=scoring_blocks(max_order=5))
    def test_any_block(self, scorer: Scorer, work: ScoringBlock) -> None:
        check(scorer, work, "scoring")

    @pytest.mark.parametrize("case", golden.scoring_cases(), ids=str)
    def test_golden_case(self, scorer: Scorer, case: golden.ScoringCase) -> None:
        require_scores(scored(scorer, case.work), (case.sums, case.left_out), case.clause, case.work)

    @pytest.mark.parametrize("order", range(1, 11))
    def test_every_order(self, scorer: Scorer, order: int) -> None:
        check(scorer, random_scoring_block(order, 400), "orders")

    @pytest.mark.parametrize("n_fraction", [0.03, 0.0005, 0])
    def test_long_block(self, scorer: Scorer, n_fraction: float) -> None:
        check(scorer, random_scoring_block(3, 70_000, n_fraction=n_fraction, cells=300), "scoring")

    @pytest.mark.parametrize("width", [1, 2, 3, 5, 200, 255, 256, 257, 5000])
    def test_cells_of_any_width(self, scorer: Scorer, width: int) -> None:
        # Several whole cells and a part of one, whatever the width.
        size = 3 * width + 700
        block = random_block(2, size, seed=width, n_fraction=0.002)
        cuts = np.append(np.arange(0, size, width), size)
        check(scorer, ScoringBlock(block, cuts, random_logs(2, block.bins)), "cells")

    @pytest.mark.parametrize(
        "cuts", [[0, 6], [0, 0, 6], [0, 6, 6, 6], [0, 0, 1, 1, 1, 4, 6], [0, 1, 2, 3, 4, 5, 6], [0, 3, 3, 3, 6]]
    )
    @pytest.mark.parametrize("strata", [[0, 1], [-2, 1], [0, -2], [-1, -1]])
    def test_empty_cells(self, scorer: Scorer, cuts: list[int], strata: list[int]) -> None:
        for edge in range(7):
            block = Block(2, codes_of("ACCTGCAT"), [0, edge, 6], strata)
            check(scorer, ScoringBlock(block, cuts, random_logs(2, 2)), "cells")

    @pytest.mark.parametrize("order", [1, 2, 9, 10])
    def test_last_context(self, scorer: Scorer, order: int) -> None:
        logs = np.zeros((2, 4**order, 4), dtype=np.int32)
        # Only the very last cell of the table is not 0.
        logs[1, -1, -1] = -5
        check(scorer, plain(order, "T" * (order + 3), logs, stratum=1), "orders")

    @pytest.mark.parametrize("order", [2, 3, 5, 10])
    def test_fewer_windows_than_the_order(self, scorer: Scorer, order: int) -> None:
        for size in sorted({1, 2, order - 1, order + 1}):
            check(scorer, random_scoring_block(order, size, bins=1), "orders")

    @pytest.mark.parametrize("windows", [1, 70_000])
    def test_sums_beyond_32_bits(self, scorer: Scorer, windows: int) -> None:
        # The least logarithm, so that the sum leaves 32 bits with the second window.
        logs = np.full((1, 16, 4), IMPOSSIBLE + 1, dtype=np.int32)
        block = Block(2, np.zeros(windows + 2, dtype=np.uint8), [0, windows], [0])
        sums, _ = scored(scorer, ScoringBlock(block, [0, windows], logs))
        expected = windows * (IMPOSSIBLE + 1)
        require(int(sums[0]) == expected, "scoring", f"{sums[0]} for {windows:,} windows, expected {expected}")

    @pytest.mark.parametrize("letters", ["ACGTACGTAC", "AAAAAAAAAA", "ACNTACGTAN"])
    @pytest.mark.parametrize("value", [IMPOSSIBLE, IMPOSSIBLE + 1, 0])
    def test_the_ends_of_the_range(self, scorer: Scorer, letters: str, value: int) -> None:
        logs = np.full((1, 4, 4), value, dtype=np.int32)
        # The mark of an impossible base and the least logarithm differ by 1.
        logs[0, :, 1] = -3
        check(scorer, plain(1, letters, logs), "left-out")

    @pytest.mark.parametrize("order", [1, 3])
    @pytest.mark.parametrize("stratum", [0, UNBINNED, MASKED])
    def test_one_n_anywhere(self, scorer: Scorer, order: int, stratum: int) -> None:
        letters = "ACGTTGCAAC"
        for place in range(len(letters)):
            spoiled = letters[:place] + "N" + letters[place + 1 :]
            check(scorer, plain(order, spoiled, random_logs(order, 1), stratum), "left-out")

    @pytest.mark.parametrize("order", [1, 3])
    def test_n_on_both_sides_of_a_run_edge(self, scorer: Scorer, order: int) -> None:
        codes = codes_of("ACGTTNCAACGG")
        size = codes.size - order
        for edge in range(size + 1):
            for strata in ([0, UNBINNED], [MASKED, 0], [UNBINNED, MASKED], [1, 0]):
                block = Block(order, codes, [0, edge, size], strata)
                check(scorer, ScoringBlock(block, range(size + 1), random_logs(order, 2)), "left-out")

    @pytest.mark.parametrize("order", [1, 2, 4])
    def test_stratum_of_the_leftmost_base(self, scorer: Scorer, order: int) -> None:
        codes, logs = codes_of("AACCGGTTAGTC"), random_logs(order, 4)
        size = codes.size - order
        for edge in range(size + 1):
            check(scorer, ScoringBlock(Block(order, codes, [0, edge, size], [0, 1]), [0, size], logs), "runs")
        runs = Block(order, codes, range(size + 1), [i % 4 for i in range(size)])
        check(scorer, ScoringBlock(runs, range(size + 1), logs), "runs")

    @pytest.mark.parametrize(
        ("edges", "strata"),
        [
            ([0, 0, 6], [1, 0]),
            ([0, 6, 6], [0, 1]),
            ([0, 3, 3, 6], [0, 2, 1]),
            ([0, 0, 0, 3, 3, 3, 6, 6, 6], [2, -2, 0, -1, 2, 1, -2, 2]),
            ([0, 2, 2, 4, 4, 6], [-1, 0, 1, 0, -2]),
        ],
    )
    def test_empty_runs(self, scorer: Scorer, edges: list[int], strata: list[int]) -> None:
        block = Block(2, codes_of("ACNTGCAT"), edges, strata)
        check(scorer, ScoringBlock(block, [0, 2, 6], random_logs(2, 3)), "runs")

    @pytest.mark.parametrize("order", [1, 3, 10])
    @pytest.mark.parametrize(("edges", "strata"), [([0], []), ([0, 0], [0]), ([0, 0, 0], [-1, 0])])
    @pytest.mark.parametrize("cuts", [[0], [0, 0], [0, 0, 0]])
    def test_empty_block(
        self, scorer: Scorer, order: int, edges: list[int], strata: list[int], cuts: list[int]
    ) -> None:
        block = Block(order, codes_of("ACGTNACGTA"[:order]), edges, strata)
        check(scorer, ScoringBlock(block, cuts, random_logs(order, 1)), "empty-block")

    def test_strata_beyond_16_bits(self, scorer: Scorer) -> None:
        check(scorer, random_scoring_block(1, 400, bins=70_000), "runs")

    def test_sums_are_added_to(self, scorer: Scorer) -> None:
        work = random_scoring_block(3, 300)
        rng, cells, block = np.random.default_rng(1), work.cuts.size - 1, work.block
        # Beyond what a float64 sum would keep exactly.
        before = rng.integers(-(2**53), 2**53, cells), rng.integers(0, 9, (cells, 4)).astype(np.int32)
        sums, left_out = before[0].copy(), before[1].copy()
        scorer.score(
            block.codes, block.edges, block.strata, work.cuts,
            order=3, logs=work.logs, sums=sums, left_out=left_out,
        )  # fmt: skip
        expected = truth(work)
        require_scores((sums, left_out), (before[0] + expected[0], before[1] + expected[1]), "sums-added", work)

    def test_a_block_cut_in_two(self, scorer: Scorer) -> None:
        whole = random_scoring_block(3, 60)
        expected, block = truth(whole), whole.block
        for cut in range(0, block.size + 1, 5):
            sums, left_out = np.zeros_like(expected[0]), np.zeros_like(expected[1])
            for low, high in ((0, cut), (cut, block.size)):
                part = Block(3, block.codes[low : high + 3], np.clip(block.edges, low, high) - low, block.strata)
                found = scored(scorer, ScoringBlock(part, np.clip(whole.cuts, low, high) - low, whole.logs))
                sums += found[0]
                left_out += found[1]
            require_scores((sums, left_out), expected, "stateless", f"a block cut at window {cut}: {whole}")

    def test_earlier_calls_do_not_matter(self, scorer: Scorer) -> None:
        shapes = [(4, 200, 3), (1, 10, 2), (2, 0, 2), (2, 90, 1)] * 2
        for i, (order, size, bins) in enumerate(shapes):
            check(scorer, random_scoring_block(order, size, bins=bins, seed=i), "stateless")

    def test_threads_do_not_matter(self, scorer: Scorer) -> None:
        shapes = [(order, 500 + 300 * order, 1 + order % 3) for order in (1, 2, 3, 4, 5, 2, 3, 1)]
        work = [random_scoring_block(order, size, bins=bins, seed=i) for i, (order, size, bins) in enumerate(shapes)]
        alone = [_result(scorer, one)() for one in work]
        for _ in range(6):
            together = at_once([_result(scorer, one) for one in work])
            for one, found, expected in zip(work, together, alone, strict=True):
                require_scores(found, expected, "stateless", f"8 threads at once, order {one.block.order}")


def _result(scorer: Scorer, work: ScoringBlock) -> Callable[[], Scored]:
    def run() -> Scored:
        block, cells = work.block, work.cuts.size - 1
        sums, left_out = np.zeros(cells, dtype=np.int64), np.zeros((cells, 4), dtype=np.int32)
        scorer.score(
            block.codes, block.edges, block.strata, work.cuts,
            order=block.order, logs=work.logs, sums=sums, left_out=left_out,
        )  # fmt: skip
        return sums, left_out

    return run
