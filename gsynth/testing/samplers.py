"""What every sampler must do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from numpy.typing import NDArray

from gsynth.plugins import CONTRACT, FREE, Composer, Sampler, StreamSampler
from gsynth.testing import golden, oracle
from gsynth.testing.bases import ReplacerChecks, TranscoderChecks
from gsynth.testing.blocks import (
    QUARTERS,
    Block,
    SamplingBlock,
    codes_of,
    letters_of,
    random_sampling_block,
    random_thresholds,
)
from gsynth.testing.clauses import SUITE_CONTRACT, asking, require, require_equal
from gsynth.testing.compositions import ComposerChecks
from gsynth.testing.kernels import Arrays, Call, KernelChecks, Prepares
from gsynth.testing.shuffles import ShufflerChecks
from gsynth.testing.strategies import deterministic, sampling_blocks
from gsynth.testing.threads import at_once

_TOP = 2**31 - 1


def truth(work: SamplingBlock) -> NDArray[np.uint8]:
    """What the oracle fills in."""
    block = work.block
    return oracle.sample(block.codes, block.edges, block.strata, work.uniforms, block.order, work.thresholds)


def guarded(codes: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A copy of `codes` between free cells that are not part of the block, and the whole buffer."""
    # Free cells, so that a sampler that runs past the end would fill them.
    buffer = np.full(codes.size + 32, FREE, dtype=np.uint8)
    inner = buffer[16 : 16 + codes.size]
    inner[:] = codes
    return inner, buffer


def filled(sampler: Sampler, work: SamplingBlock, clause: str = "sampling") -> NDArray[np.uint8]:
    """Call the sampler on read-only inputs, the codes between guard cells; return the codes."""
    __tracebackhide__ = True
    block = work.block
    codes, buffer = guarded(block.codes)
    given_arrays: tuple[NDArray[Any], ...] = (block.edges, block.strata, work.uniforms, work.thresholds)
    inputs: list[NDArray[Any]] = [array.copy() for array in given_arrays]
    for array in inputs:
        array.flags.writeable = False
    with asking(clause, lambda: f"sample of {work}"):
        returned: object = sampler.sample(  # type: ignore[func-returns-value]  # the contract is being tested
            codes, inputs[0], inputs[1], inputs[2], order=block.order, thresholds=inputs[3]
        )
    require(returned is None, "return-none", f"{returned!r:.200}, expected None")
    require(bool((buffer[:16] == FREE).all() and (buffer[-16:] == FREE).all()), "inputs", "cells outside codes changed")
    for before, after in zip(given_arrays, inputs, strict=True):
        require_equal(after, before, "inputs", work)
    return codes


def check(sampler: Sampler, work: SamplingBlock, clause: str) -> None:
    """Compare one block with the oracle, the clauses on fixed cells first."""
    __tracebackhide__ = True
    block = work.block
    found = filled(sampler, work, clause)
    require_equal(found[: block.order], block.codes[: block.order], "left-context", work)
    # First, because a wrong fixed cell changes what follows, and the message would name the wrong clause.
    fixed = block.codes != FREE
    require_equal(found[fixed], block.codes[fixed], "fixed", work)
    require_equal(found, truth(work), clause, work)


def always(order: int, base: int) -> NDArray[np.uint32]:
    """Thresholds, uint32[2, 4**order, 3], of a single bin that always draws `base`."""
    tables = np.empty((2, 4**order, 3), dtype=np.uint32)
    tables[0] = [0] * base + [2**31] * (3 - base)
    tables[1] = QUARTERS
    return tables


def one_run(order: int, letters: str, numbers: list[int], tables: NDArray[Any], stratum: int = 0) -> SamplingBlock:
    """A block of a single run."""
    codes = codes_of(letters)
    return SamplingBlock(Block(order, codes, [0, codes.size - order], [stratum]), numbers, tables)


class SamplerConformance(KernelChecks, TranscoderChecks, ComposerChecks, ReplacerChecks, ShufflerChecks):
    """Subclass it, override `sampler`, and pytest tests your sampler.

    The optional abilities `StreamSampler`, `Transcoder`, `Composer`, `Replacer` and `Shuffler` are tested where the
    sampler has them.

    Examples
    --------
    >>> class TestMine(SamplerConformance):
    ...     @pytest.fixture
    ...     def sampler(self):
    ...         return MySampler()
    """

    @pytest.fixture
    def sampler(self) -> Sampler:
        """The sampler under test."""
        raise NotImplementedError("override the fixture `sampler`")

    @pytest.fixture
    def composer(self, sampler: Sampler) -> Composer:
        """The sampler, if it has the ability."""
        if not isinstance(sampler, Composer):
            pytest.skip("the sampler does not have the optional ability Composer (compose)")
        return sampler

    @pytest.fixture
    def prepared(self, sampler: Sampler) -> Prepares:
        """Makes calls of the sampler; half of the cells are free."""

        def make(order: int, size: int, *, bins: int = 2, seed: int = 0) -> Call:
            work = random_sampling_block(order, size, bins=bins, seed=seed, free=0.5)
            block = work.block

            def run(inputs: Arrays, outputs: Arrays) -> object:
                return sampler.sample(  # type: ignore[func-returns-value]  # whatever it returns
                    outputs[0], *inputs[:3], order=order, thresholds=inputs[3]
                )

            inputs = block.edges, block.strata, work.uniforms, work.thresholds
            return Call(inputs, (block.codes,), run, work.thresholds.nbytes, f"sample of {work}")

        return make

    def test_contract_version(self) -> None:
        assert CONTRACT == SUITE_CONTRACT, "this suite is of another release than gsynth's contracts"

    def test_has_the_methods(self, sampler: Sampler) -> None:
        require(isinstance(sampler, Sampler), "registration", f"{type(sampler).__name__} has no method sample")

    @deterministic
    @given(work=sampling_blocks(max_order=5))
    def test_any_block(self, sampler: Sampler, work: SamplingBlock) -> None:
        check(sampler, work, "sampling")

    @pytest.mark.parametrize("case", golden.sampling_cases(), ids=str)
    def test_golden_case(self, sampler: Sampler, case: golden.SamplingCase) -> None:
        require_equal(filled(sampler, case.work, case.clause), case.filled, case.clause, case.work)

    @pytest.mark.parametrize("order", range(1, 11))
    def test_every_order(self, sampler: Sampler, order: int) -> None:
        # One bin for the highest orders, whose tables are large.
        check(sampler, random_sampling_block(order, 500, bins=1 if order > 8 else 3), "orders")

    def test_strata_beyond_16_bits(self, sampler: Sampler) -> None:
        check(sampler, random_sampling_block(1, 400, bins=70_000), "runs")

    @pytest.mark.parametrize("free", [0.5, 1.0])
    def test_long_block(self, sampler: Sampler, free: float) -> None:
        # Long stretches without N, for kernels that run several chains at once from guessed contexts.
        check(sampler, random_sampling_block(3, 40_000, n_fraction=0.001, free=free), "sampling")

    @pytest.mark.parametrize("order", [1, 2, 9, 10])
    def test_last_context(self, sampler: Sampler, order: int) -> None:
        work = one_run(order, "T" * order + "...", [0, _TOP, 5], always(order, 3))
        check(sampler, work, "orders")

    @pytest.mark.parametrize("order", [2, 3, 5, 10])
    def test_fewer_windows_than_the_order(self, sampler: Sampler, order: int) -> None:
        for size in sorted({1, 2, order - 1, order + 1}):
            check(sampler, random_sampling_block(order, size, bins=1, free=1.0, n_fraction=0), "orders")

    @pytest.mark.parametrize("base", range(4))
    @pytest.mark.parametrize("number", [0, 1, 2**29, 2**30, _TOP])
    def test_a_certain_base(self, sampler: Sampler, base: int, number: int) -> None:
        # A threshold of 2**31 is negative as a signed number, and no 31-bit number may reach it.
        check(sampler, one_run(2, "CG....", [number] * 4, always(2, base)), "certain")

    @pytest.mark.parametrize("row", [(5, 5, 9), (0, 0, 1), (2**31 - 1,) * 3, (0, 7, 2**31), (1, 2, 3)])
    def test_numbers_around_thresholds(self, sampler: Sampler, row: tuple[int, int, int]) -> None:
        # One below, at and above each threshold: `>=` and `>` differ at it alone.
        numbers = sorted({max(0, min(t + d, _TOP)) for t in row for d in (-1, 0, 1)})
        tables = np.full((2, 4, 3), row, dtype=np.uint32)
        check(sampler, one_run(1, "A" + "." * len(numbers), numbers, tables), "sampling")

    @pytest.mark.parametrize("order", [1, 3])
    @pytest.mark.parametrize("fixed", ["G", "N", "GATTACA", "NNN", "GN", "NG"])
    def test_mask_edges(self, sampler: Sampler, order: int, fixed: str) -> None:
        rng = np.random.default_rng(5)
        size = 14
        for start in range(size - len(fixed) + 1):
            # Fixed cells wherever they can stand: the bases after them must see them in their context.
            cells = "." * start + fixed + "." * (size - len(fixed) - start)
            numbers = rng.integers(0, 2**31, size).tolist()
            check(sampler, one_run(order, "ACG"[:order] + cells, numbers, random_thresholds(order, 1, 3)), "fixed")

    @pytest.mark.parametrize("order", [1, 2, 4])
    def test_n_in_the_left_context(self, sampler: Sampler, order: int) -> None:
        for place in range(order):
            left = "ACGT"[:place] + "N" + "ACGT"[place + 1 : order]
            # The bin always draws A and the uniform table a T for this number, so which one was used shows.
            check(sampler, one_run(order, left + "." * 9, [_TOP] * 9, always(order, 0)), "uniform-table")

    @pytest.mark.parametrize("stratum", [-1, -2])
    def test_negative_strata(self, sampler: Sampler, stratum: int) -> None:
        numbers = [0, 2**29 - 1, 2**29, 2**30 - 1, 2**30, 3 * 2**29 - 1, 3 * 2**29, _TOP]
        check(sampler, one_run(2, "AC" + "." * 8, numbers, always(2, 1), stratum), "uniform-table")

    def test_the_last_table_is_used_as_handed_in(self, sampler: Sampler) -> None:
        tables = always(2, 1)
        # No uniform table at all: a sampler that has quarters built in draws other bases.
        tables[1] = [10, 20, 30]
        check(sampler, one_run(2, "NA....", [9, 10, 29, 30], tables), "uniform-table")
        check(sampler, one_run(2, "AA....", [9, 10, 29, 30], tables, -1), "uniform-table")

    @pytest.mark.parametrize("order", [1, 3])
    def test_stratum_edges(self, sampler: Sampler, order: int) -> None:
        tables = random_thresholds(order, 3, 8)
        rng = np.random.default_rng(8)
        for edge in range(11):
            for strata in ([0, 1], [2, -1], [-2, 0], [-1, 2]):
                block = Block(order, codes_of("ACG"[:order] + "." * 10), [0, edge, 10], strata)
                check(sampler, SamplingBlock(block, rng.integers(0, 2**31, 10), tables), "runs")

    @pytest.mark.parametrize(
        ("edges", "strata"),
        [
            ([0, 0, 6], [1, 0]),
            ([0, 6, 6], [0, 1]),
            ([0, 3, 3, 6], [0, 2, 1]),
            ([0, 0, 0, 2, 2, 2, 6, 6], [2, -2, 0, -1, 2, 1, -2]),
        ],
    )
    def test_empty_runs(self, sampler: Sampler, edges: list[int], strata: list[int]) -> None:
        block = Block(2, codes_of("AC......"), edges, strata)
        numbers = np.random.default_rng(9).integers(0, 2**31, 6)
        check(sampler, SamplingBlock(block, numbers, random_thresholds(2, 3, 9)), "runs")

    @pytest.mark.parametrize("order", [1, 3, 10])
    @pytest.mark.parametrize(("edges", "strata"), [([0], []), ([0, 0], [0]), ([0, 0, 0], [-1, 0])])
    def test_empty_block(self, sampler: Sampler, order: int, edges: list[int], strata: list[int]) -> None:
        block = Block(order, codes_of("ACGTNACGTA"[:order]), edges, strata)
        check(sampler, SamplingBlock(block, [], always(order, 2)), "empty-block")

    def test_each_cell_has_its_own_number(self, sampler: Sampler) -> None:
        # Every number draws another base, so one that is skipped or used twice shows.
        numbers = [5, 15, 25, 35] * 5
        tables = np.full((2, 4, 3), [10, 20, 30], dtype=np.uint32)
        check(sampler, one_run(1, "A" + ".GG.N..T.." * 2, numbers, tables), "own-number")

    def test_a_block_cut_in_two(self, sampler: Sampler) -> None:
        work = random_sampling_block(3, 80, seed=4)
        expected, block = truth(work), work.block
        for cut in range(0, block.size + 1, 7):
            codes = block.codes.copy()
            for low, high in ((0, cut), (cut, block.size)):
                edges = np.clip(block.edges, low, high) - low
                part = Block(3, codes[low : high + 3], edges, block.strata)
                # The second half starts from what the first one drew.
                codes[low : high + 3] = filled(sampler, SamplingBlock(part, work.uniforms[low:high], work.thresholds))
            require_equal(codes, expected, "stateless", f"a block cut at window {cut}: {work}")

    def test_earlier_calls_do_not_matter(self, sampler: Sampler) -> None:
        shapes = [(4, 200, 3), (4, 60, 3), (1, 10, 2), (1, 9, 2), (2, 0, 2), (2, 90, 1)] * 2
        for i, (order, size, bins) in enumerate(shapes):
            check(sampler, random_sampling_block(order, size, bins=bins, seed=i), "stateless")

    def test_threads_do_not_matter(self, sampler: Sampler) -> None:
        shapes = [(order, 500 + 300 * order, 1 + order % 3) for order in (1, 2, 3, 4, 5, 2, 3, 1)]
        work = [random_sampling_block(order, size, bins=bins, seed=i) for i, (order, size, bins) in enumerate(shapes)]
        alone = [_result(sampler, one)() for one in work]
        for _ in range(6):
            together = at_once([_result(sampler, one) for one in work])
            for one, found, expected in zip(work, together, alone, strict=True):
                require_equal(found, expected, "stateless", f"8 threads at once, order {one.block.order}")

    # Even and odd, for the halves of a word; across and beyond 32 bits.
    @pytest.mark.parametrize("position", [0, 1, 2**32 - 3, 2**40 + 1])
    # One segment, two, and some that are empty.
    @pytest.mark.parametrize("segments", [[1], [0.3, 1], [0, 0.5, 0.5, 0.9, 1]])
    def test_stream(self, sampler: Sampler, segments: list[float], position: int) -> None:
        if not isinstance(sampler, StreamSampler):
            pytest.skip("the sampler does not have the optional ability StreamSampler (sample_stream)")
        for order, size in ((1, 60), (3, 301), (2, 0)):
            check_stream(sampler, random_sampling_block(order, size, seed=order), segments, position)

    def test_stream_of_a_long_block(self, sampler: Sampler) -> None:
        if not isinstance(sampler, StreamSampler):
            pytest.skip("the sampler does not have the optional ability StreamSampler (sample_stream)")
        check_stream(sampler, random_sampling_block(4, 20_000, n_fraction=0.001, free=0.95), [0.25, 0.7, 1], 12_345)


def check_stream(sampler: StreamSampler, work: SamplingBlock, segments: list[float], position: int) -> None:
    """Compare `sample_stream` with the oracle on the numbers of the streams."""
    block = work.block
    stream_edges = np.array([0, *(int(part * block.size) for part in segments)], dtype=np.int64)
    # Different for each segment: one gamma for all would be version 1 of the stream.
    keys = np.array([(2**64 - 1) // (s + 1) for s in range(len(segments))], dtype=np.uint64)
    gammas = np.array([(2**64 - 59) // (2 * s + 1) | 1 for s in range(len(segments))], dtype=np.uint64)
    positions = np.array([position + 3 * s for s in range(len(segments))], dtype=np.int64)
    numbers = np.concatenate(
        [
            oracle.uniforms(oracle.Stream(int(key), int(gamma)), int(start), int(start + length))
            for key, gamma, start, length in zip(keys, gammas, positions, np.diff(stream_edges), strict=True)
        ]
    )
    codes, _ = guarded(block.codes)
    inputs: list[NDArray[Any]] = [block.edges, block.strata, stream_edges, keys, gammas, positions, work.thresholds]
    inputs = [array.copy() for array in inputs]
    for array in inputs:
        array.flags.writeable = False
    case = f"stream_edges={stream_edges.tolist()}, positions={positions.tolist()}, {letters_of(block.codes)[:200]}"
    with asking("stream", lambda: case):
        sampler.sample_stream(codes, *inputs[:-1], order=block.order, thresholds=inputs[-1])
    require_equal(codes, truth(SamplingBlock(block, numbers, work.thresholds)), "stream", case)


def _result(sampler: Sampler, work: SamplingBlock) -> Callable[[], NDArray[np.uint8]]:
    def run() -> NDArray[np.uint8]:
        block = work.block
        codes = block.codes.copy()
        sampler.sample(codes, block.edges, block.strata, work.uniforms, order=block.order, thresholds=work.thresholds)
        return codes

    return run
