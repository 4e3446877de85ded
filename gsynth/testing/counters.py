"""What every counter must do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from numpy.typing import NDArray

from gsynth.plugins import CONTRACT, MASKED, UNBINNED, Composer, Counter, Encoder
from gsynth.testing import golden, oracle
from gsynth.testing.bases import EncoderChecks
from gsynth.testing.blocks import Block, codes_of, random_block
from gsynth.testing.clauses import SUITE_CONTRACT, asking, require, require_equal
from gsynth.testing.compositions import ComposerChecks
from gsynth.testing.kernels import Arrays, Call, KernelChecks, Prepares
from gsynth.testing.strategies import blocks, deterministic
from gsynth.testing.threads import at_once


def counted(counter: Counter, block: Block, out: NDArray[np.uint64], clause: str = "counting") -> int:
    """Call the counter on read-only inputs, which must be the same afterwards; an error breaks `clause`."""
    __tracebackhide__ = True
    originals: tuple[NDArray[Any], ...] = (block.codes, block.edges, block.strata)
    inputs = [array.copy() for array in originals]
    for array in inputs:
        array.flags.writeable = False
    with asking(clause, lambda: f"count of {block}"):
        found = counter.count(inputs[0], inputs[1], inputs[2], order=block.order, out=out)
    for before, after in zip(originals, inputs, strict=True):
        require_equal(after, before, "inputs", block)
    return found


def check(counter: Counter, block: Block, clause: str, *, bins: int | None = None) -> None:
    """Compare one block with the oracle; the table lies between guard bins that must not change."""
    __tracebackhide__ = True
    bins = block.bins if bins is None else bins
    expected, expected_n = oracle.count(block.codes, block.edges, block.strata, block.order, bins)
    guarded = np.zeros((bins + 2, 4**block.order, 4), dtype=np.uint64)
    guarded[[0, -1]] = 7
    found_n = counted(counter, block, guarded[1:-1], clause)
    require_equal(guarded[1:-1], expected, clause, block)
    require((guarded[[0, -1]] == 7).all().item(), "inputs", f"cells outside out were written to, for {block}")
    require(
        found_n == expected_n, "count-n", f"{found_n} windows with a 4 returned, expected {expected_n}, for {block}"
    )


class CounterConformance(KernelChecks, EncoderChecks, ComposerChecks):
    """Subclass it, override `counter`, and pytest tests your counter.

    The optional abilities `Encoder` and `Composer` are tested where the counter has them.

    Examples
    --------
    >>> class TestMine(CounterConformance):
    ...     @pytest.fixture
    ...     def counter(self):
    ...         return MyCounter()
    """

    @pytest.fixture
    def counter(self) -> Counter:
        """The counter under test."""
        raise NotImplementedError("override the fixture `counter`")

    @pytest.fixture
    def encoder(self, counter: Counter) -> Encoder:
        """The counter, if it has the ability."""
        if not isinstance(counter, Encoder):
            pytest.skip("the counter does not have the optional ability Encoder (encode)")
        return counter

    @pytest.fixture
    def composer(self, counter: Counter) -> Composer:
        """The counter, if it has the ability."""
        if not isinstance(counter, Composer):
            pytest.skip("the counter does not have the optional ability Composer (compose)")
        return counter

    @pytest.fixture
    def prepared(self, counter: Counter) -> Prepares:
        """Makes calls of the counter."""

        def make(order: int, size: int, *, bins: int = 2, seed: int = 0) -> Call:
            block = random_block(order, size, bins=bins, seed=seed)
            out = np.zeros((bins, 4**order, 4), dtype=np.uint64)

            def run(inputs: Arrays, outputs: Arrays) -> object:
                return counter.count(*inputs, order=order, out=outputs[0])

            return Call((block.codes, block.edges, block.strata), (out,), run, out.nbytes, f"count of {block}")

        return make

    def test_contract_version(self) -> None:
        assert CONTRACT == SUITE_CONTRACT, "this suite is of another release than gsynth's contracts"

    def test_has_the_methods(self, counter: Counter) -> None:
        require(isinstance(counter, Counter), "registration", f"{type(counter).__name__} has no method count")

    @deterministic
    @given(block=blocks(max_order=5))
    def test_any_block(self, counter: Counter, block: Block) -> None:
        check(counter, block, "counting")

    @pytest.mark.parametrize("case", golden.counting_cases(), ids=str)
    def test_golden_case(self, counter: Counter, case: golden.CountingCase) -> None:
        out = np.zeros_like(case.counts)
        found_n = counted(counter, case.block, out, case.clause)
        require_equal(out, case.counts, case.clause, case.block)
        require(found_n == case.windows_with_n, "count-n", f"{found_n}, expected {case.windows_with_n}")

    @pytest.mark.parametrize("order", range(1, 11))
    def test_every_order(self, counter: Counter, order: int) -> None:
        # Two bins: a context that is one digit too long would land in the next table and not outside.
        check(counter, random_block(order, 400, bins=2), "orders")

    def test_long_block(self, counter: Counter) -> None:
        # Long enough for lanes and tiles, of which short blocks have none.
        check(counter, random_block(3, 70_000), "counting")

    @pytest.mark.parametrize(("order", "bins"), [(5, 600), (6, 129)])
    def test_many_strata(self, counter: Counter, order: int, bins: int) -> None:
        # Small tables, but so many that a kernel may sort windows by parts of the whole table.
        check(counter, random_block(order, 200_000, bins=bins, n_fraction=1e-5), "counting", bins=bins)

    def test_strata_beyond_16_bits(self, counter: Counter) -> None:
        check(counter, random_block(1, 400, bins=70_000), "runs", bins=70_000)

    def test_the_same_window_many_times(self, counter: Counter) -> None:
        # More than a 16-bit cell holds.
        out = np.zeros((1, 64, 4), dtype=np.uint64)
        counted(counter, Block(3, np.zeros(70_003, dtype=np.uint8), [0, 70_000], [0]), out)
        require(int(out[0, 0, 0]) == 70_000, "counting", f"{out[0, 0, 0]} in a run of 70,000 times AAAA")

    @pytest.mark.parametrize("order", [1, 2, 9, 10])
    def test_last_context(self, counter: Counter, order: int) -> None:
        # The highest index there is, in the last of two bins.
        check(counter, Block(order, codes_of("T" * (order + 3)), [0, 3], [1]), "orders")

    @pytest.mark.parametrize("order", [2, 3, 5, 10])
    def test_fewer_windows_than_the_order(self, counter: Counter, order: int) -> None:
        # A block shorter than its context never fills a rolling index.
        for size in sorted({1, 2, order - 1, order + 1}):
            check(counter, random_block(order, size, bins=1), "orders")

    @pytest.mark.parametrize("order", [1, 3])
    @pytest.mark.parametrize("stratum", [0, UNBINNED, MASKED])
    def test_one_n_anywhere(self, counter: Counter, order: int, stratum: int) -> None:
        letters = "ACGTTGCAAC"
        for place in range(len(letters)):
            codes = codes_of(letters[:place] + "N" + letters[place + 1 :])
            # Every place, in binned, unbinned and masked runs: which of them return the N is a separate clause for
            # each.
            check(counter, Block(order, codes, [0, codes.size - order], [stratum]), "count-n")

    @pytest.mark.parametrize("order", [1, 3])
    def test_n_on_both_sides_of_a_run_edge(self, counter: Counter, order: int) -> None:
        letters = "ACGTTGCAACGG"
        size = len(letters) - order
        for edge in range(size + 1):
            for strata in ([0, UNBINNED], [MASKED, 0], [UNBINNED, MASKED], [1, 0]):
                codes = codes_of(letters[:5] + "N" + letters[6:])
                check(counter, Block(order, codes, [0, edge, size], strata), "count-n")

    @pytest.mark.parametrize("order", [1, 2, 4])
    def test_stratum_of_the_leftmost_base(self, counter: Counter, order: int) -> None:
        codes = codes_of("AACCGGTTAGTC")
        size = codes.size - order
        for edge in range(size + 1):
            check(counter, Block(order, codes, [0, edge, size], [0, 1]), "runs")
        check(counter, Block(order, codes, range(size + 1), [i % 4 for i in range(size)]), "runs")

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
    def test_empty_runs(self, counter: Counter, edges: list[int], strata: list[int]) -> None:
        check(counter, Block(2, codes_of("ACNTGCAT"), edges, strata), "runs", bins=3)

    @pytest.mark.parametrize("order", [1, 3, 10])
    @pytest.mark.parametrize(("edges", "strata"), [([0], []), ([0, 0], [0]), ([0, 0, 0], [-1, 0])])
    def test_empty_block(self, counter: Counter, order: int, edges: list[int], strata: list[int]) -> None:
        check(counter, Block(order, codes_of("ACGTNACGTA"[:order]), edges, strata), "empty-block")

    def test_out_is_added_to(self, counter: Counter) -> None:
        block = random_block(3, 300)
        # Large numbers, which a kernel that keeps its own narrower table would lose.
        rng = np.random.default_rng(1)
        before = rng.integers(0, 2**53, (block.bins, 64, 4)).astype(np.uint64)
        out = before.copy()
        counted(counter, block, out)
        expected, _ = oracle.count(block.codes, block.edges, block.strata, 3, block.bins)
        require_equal(out, before + expected, "out-added", block)

    def test_returns_an_int(self, counter: Counter) -> None:
        block = random_block(2, 50)
        found: object = counted(counter, block, np.zeros((block.bins, 16, 4), dtype=np.uint64))
        whole = isinstance(found, int | np.integer) and not isinstance(found, bool)
        require(whole, "return-count", f"{type(found).__name__} {found!r}, expected an int, for {block}")

    def test_blocks_add_up(self, counter: Counter) -> None:
        whole = random_block(3, 60)
        expected, expected_n = oracle.count(whole.codes, whole.edges, whole.strata, 3, whole.bins)
        for cut in range(0, whole.size + 1, 5):
            out, total = np.zeros_like(expected), 0
            # Blocks share k bases, as the core's do; a counter with a memory of the last block counts them twice.
            for low, high in ((0, cut), (cut, whole.size)):
                edges = np.clip(whole.edges, low, high) - low
                part = Block(3, whole.codes[low : high + 3], edges, whole.strata)
                total += counted(counter, part, out)
            require_equal(out, expected, "stateless", f"a block cut at window {cut}: {whole}")
            require(total == expected_n, "stateless", f"{total} windows with a 4, expected {expected_n}")

    def test_earlier_calls_do_not_matter(self, counter: Counter) -> None:
        for block in (random_block(4, 200, bins=3), random_block(1, 10), random_block(2, 0), random_block(2, 90)) * 2:
            check(counter, block, "stateless")

    def test_threads_do_not_matter(self, counter: Counter) -> None:
        shapes = [(order, 500 + 300 * order, 1 + order % 3) for order in (1, 2, 3, 4, 5, 2, 3, 1)]
        work = [random_block(order, size, bins=bins, seed=i) for i, (order, size, bins) in enumerate(shapes)]
        alone = [_result(counter, block)() for block in work]
        # Six times, since a race shows only now and then.
        for _ in range(6):
            together = at_once([_result(counter, block) for block in work])
            for block, (counts, with_n), (expected, expected_n) in zip(work, together, alone, strict=True):
                require_equal(counts, expected, "stateless", f"8 threads at once, order {block.order}")
                require(with_n == expected_n, "stateless", f"8 threads at once: {with_n} for {expected_n}")


def _result(counter: Counter, block: Block) -> Callable[[], tuple[NDArray[Any], int]]:
    def run() -> tuple[NDArray[Any], int]:
        out = np.zeros((block.bins, 4**block.order, 4), dtype=np.uint64)
        return out, counter.count(block.codes, block.edges, block.strata, order=block.order, out=out)

    return run
