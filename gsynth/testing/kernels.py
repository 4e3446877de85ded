"""What counters, samplers and scorers have in common: no state, no copy of the table, work in proportion."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any, Final, Protocol

import pytest
from attrs import frozen
from numpy.typing import NDArray

from gsynth.testing.clauses import asking, require, require_equal
from gsynth.testing.processes import kept_process
from gsynth.testing.work import Tally, peak_of, watched, work_of

Arrays = tuple[NDArray[Any], ...]

_SIZE: Final = 3000
_LARGE_ORDER: Final = 9


@frozen(eq=False)
class Call:
    """One call of a kernel.

    Attributes
    ----------
    inputs, outputs : tuple of array
        A sampler's codes are an output.
    run : callable
        Calls the kernel with inputs and outputs.
    table : int
        Bytes of the table that the call has, counts or thresholds or logarithms.
    what : str
        The block, for messages.
    """

    inputs: Arrays
    outputs: Arrays
    run: Callable[[Arrays, Arrays], object]
    table: int
    what: str

    def copied(self) -> tuple[Arrays, Arrays]:
        """Inputs and outputs of one's own."""
        return tuple(array.copy() for array in self.inputs), tuple(array.copy() for array in self.outputs)

    def done(self, clause: str = "stateless") -> Arrays:
        """The outputs of the call, on copies."""
        __tracebackhide__ = True
        inputs, outputs = self.copied()
        with asking(clause, lambda: self.what):
            self.run(inputs, outputs)
        return outputs

    def work(self) -> int:
        """How much work the call takes."""

        def call(tally: Tally) -> object:
            inputs, outputs = (tuple(watched(tally, array) for array in own) for own in (self.inputs, self.outputs))
            return self.run(inputs, outputs)

        # A line or an element for each window at the very least.
        return work_of(call, least=_SIZE)


class Prepares(Protocol):
    """Makes a call of the kernel under test on a random block."""

    def __call__(self, order: int, size: int, *, bins: int = 2, seed: int = 0) -> Call:
        """A call on `size` windows, with runs in proportion."""
        ...


class KernelChecks:
    """The tests that counters, samplers and scorers share."""

    @pytest.fixture
    def prepared(self) -> Prepares:
        """Makes calls of the kernel under test."""
        raise NotImplementedError("override the fixture `prepared`")

    def test_process_is_left_alone(self, prepared: Prepares) -> None:
        call = prepared(3, 200)
        call.done()
        with kept_process(lambda: call.what):
            call.done()

    def test_arrays_that_change_between_calls(self, prepared: Prepares) -> None:
        # The core may use its arrays again: what was kept under their identity is then of another block.
        first, second = prepared(3, 200, seed=1), prepared(3, 200, seed=2)
        # All alive at once: new arrays may have the identity of arrays that are gone.
        alone, other, (inputs, outputs) = first.copied(), second.copied(), first.copied()
        for call, own in ((first, alone), (second, other), (first, (inputs, outputs))):
            with asking("stateless", lambda call=call: call.what):  # type: ignore[misc]  # a lambda with a default
                call.run(*own)
        for array, new in zip((*inputs, *outputs), (*second.inputs, *second.outputs), strict=True):
            array[...] = new
        with asking("stateless", lambda: second.what):
            first.run(inputs, outputs)
        for found, right in zip(outputs, other[1], strict=True):
            require_equal(found, right, "stateless", f"arrays that changed since the last call; {second.what}")

    def test_arguments_are_not_kept(self, prepared: Prepares) -> None:
        call = prepared(2, 100)
        inputs, outputs = call.copied()
        with asking("inputs", lambda: call.what):
            call.run(inputs, outputs)
        kept = [weakref.ref(array) for array in (*inputs, *outputs)]
        del inputs, outputs
        gc.collect()
        left = sum(reference() is not None for reference in kept)
        require(not left, "inputs", f"{left} of the {len(kept)} arrays of a call are still referred to after it")

    def test_work_grows_with_the_block(self, prepared: Prepares) -> None:
        small, large = (prepared(3, size).work() for size in (_SIZE, 2 * _SIZE))
        # Twice the windows, runs and cells: twice the work, or four times if it grows with their product.
        require(large < 3 * small, "linear", f"{small:,} steps for {_SIZE:,} windows, {large:,} for {2 * _SIZE:,}")

    def test_work_does_not_grow_with_the_table(self, prepared: Prepares) -> None:
        low, high = (prepared(order, _SIZE, bins=1).work() for order in (3, _LARGE_ORDER))
        # A loop over the bases of a context may take three times the work; the table is 4,096 times larger.
        found = f"{low:,} steps for {_SIZE:,} windows of order 3, {high:,} of order {_LARGE_ORDER}"
        require(high < 6 * low, "linear", found)

    def test_no_copy_of_the_table(self, prepared: Prepares) -> None:
        prepared(_LARGE_ORDER, 50, bins=1).done()
        call = prepared(_LARGE_ORDER, 500, bins=1)
        inputs, outputs = call.copied()
        peak = peak_of(lambda: call.run(inputs, outputs))
        require(
            peak < call.table // 4, "memory", f"{peak:,} bytes at once for 500 windows; the table has {call.table:,}"
        )
