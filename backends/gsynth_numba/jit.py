"""The one place for compiler options."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import numba
from numba.extending import intrinsic, overload
from numpy.typing import NDArray

F = TypeVar("F", bound=Callable[..., object])

CACHE: Final = os.environ.get("GSYNTH_NUMBA_CACHE", "1") != "0"
"""Whether compiled kernels are kept between processes; ``GSYNTH_NUMBA_CACHE=0`` turns it off."""


def kernel(function: F) -> F:
    """`function`, compiled on first use; it releases the GIL."""
    # No fastmath and no parallel loops: both may change results, and every backend must give the same bytes.
    # error_model="numpy" and no bounds checks leave out branches that a kernel on valid arrays never takes.
    return cast("F", numba.njit(nogil=True, cache=CACHE, boundscheck=False, error_model="numpy")(function))


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """A read-only view: to the compiler, read-only arrays are another type, so all inputs get the same one."""
    view = array.view()
    view.flags.writeable = False
    return view


def prefetch(array: NDArray[Any], index: Any) -> None:
    """Prefetch the cache line of ``array[index]`` in a flat array; without the compiler, do nothing."""


@overload(prefetch, inline="always")
def _overload_prefetch(array: Any, index: Any) -> Callable[..., None]:
    def ask(array: Any, index: Any) -> None:
        _prefetch(array, index)  # type: ignore[call-arg]  # the compiler adds the context

    return ask


@intrinsic
def _prefetch(typing_context: Any, array: Any, index: Any) -> Any:
    return numba.void(array, index), _emit_prefetch


def _emit_prefetch(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    from llvmlite import ir

    data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
    bytes_, int32 = ir.IntType(8).as_pointer(), ir.IntType(32)
    address = builder.bitcast(builder.gep(data, [arguments[1]]), bytes_)
    kind = ir.FunctionType(ir.VoidType(), [bytes_, int32, int32, int32])
    # In the terms of llvm.prefetch: for reading, to be kept in all caches, data rather than code.
    read, keep, of_data = int32(0), int32(3), int32(1)
    builder.call(builder.module.declare_intrinsic("llvm.prefetch", [bytes_], kind), [address, read, keep, of_data])
    return context.get_dummy_value()


def lowest_bit(word: Any) -> int:
    """The position of the lowest set bit in an unsigned 64-bit word, which must not be 0."""
    return (int(word) & -int(word)).bit_length() - 1


@overload(lowest_bit, inline="always")
def _overload_lowest_bit(word: Any) -> Callable[..., int]:
    def place(word: Any) -> int:
        return _trailing_zeros(word)  # type: ignore[call-arg]  # the compiler adds the context

    return place


@intrinsic
def _trailing_zeros(typing_context: Any, word: Any) -> Any:
    return numba.int64(numba.uint64), _emit_trailing_zeros


def _emit_trailing_zeros(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    from llvmlite import ir

    # The flag says that 0 does not occur, which saves an instruction.
    return builder.cttz(arguments[0], ir.IntType(1)(1))


def count_below(values: Any, at: Any, number: Any) -> int:
    """How many of ``values[at : at + 4]`` (int32, flat) are below `number`, by a single vector comparison."""
    return sum(int(number) > int(value) for value in values[int(at) : int(at) + 4])


@overload(count_below, inline="always")
def _overload_count_below(values: Any, at: Any, number: Any) -> Callable[..., int]:
    def count(values: Any, at: Any, number: Any) -> int:
        return _count_below(values, at, number)  # type: ignore[call-arg]  # the compiler adds the context

    return count


@intrinsic
def _count_below(typing_context: Any, values: Any, at: Any, number: Any) -> Any:
    return numba.uint32(values, at, numba.int32), _emit_count_below


def _emit_row(context: Any, builder: Any, signature: Any, arguments: Any) -> tuple[Any, Any, Any]:
    """Of (array, index, number): where four int32 begin, these, and the number four times."""
    from llvmlite import ir

    data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
    int32, four = ir.IntType(32), ir.VectorType(ir.IntType(32), 4)
    place = builder.bitcast(builder.gep(data, [arguments[1]]), four.as_pointer())
    # Rows are aligned as their numbers are, not as vectors: NumPy promises no more.
    row = builder.load(place, align=4)
    single = builder.insert_element(ir.Constant(four, ir.Undefined), arguments[2], int32(0))
    number = builder.shuffle_vector(single, ir.Constant(four, ir.Undefined), ir.Constant(four, [0, 0, 0, 0]))
    return place, row, number


def _emit_count_below(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    from llvmlite import ir

    int32 = ir.IntType(32)
    _, row, number = _emit_row(context, builder, signature, arguments)
    below = builder.bitcast(builder.icmp_signed("<", row, number), ir.IntType(4))
    return builder.ctpop(builder.zext(below, int32))


def take_exit(counts: Any, at: Any, drawn: Any) -> int:
    """Subtract 1 from those of ``counts[at : at + 4]`` (int32, flat, not falling) above `drawn`; how many are not."""
    row = counts[int(at) : int(at) + 4]
    above = row > drawn
    row -= above
    return 4 - int(above.sum())


@overload(take_exit, inline="always")
def _overload_take_exit(counts: Any, at: Any, drawn: Any) -> Callable[..., int]:
    def take(counts: Any, at: Any, drawn: Any) -> int:
        return _take_exit(counts, at, drawn)  # type: ignore[call-arg]  # the compiler adds the context

    return take


@intrinsic
def _take_exit(typing_context: Any, counts: Any, at: Any, drawn: Any) -> Any:
    return numba.uint32(counts, at, numba.int32), _emit_take_exit


def _emit_take_exit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    from llvmlite import ir

    int32, four = ir.IntType(32), ir.VectorType(ir.IntType(32), 4)
    place, row, number = _emit_row(context, builder, signature, arguments)
    above = builder.icmp_signed(">", row, number)
    builder.store(builder.add(row, builder.sext(above, four)), place, align=4)
    bits = builder.zext(builder.bitcast(above, ir.IntType(4)), int32)
    return builder.sub(int32(4), builder.ctpop(bits))
