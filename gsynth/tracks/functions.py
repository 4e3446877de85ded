"""The arithmetic that an expression may use; every operation passes NaN on."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

Values = NDArray[np.float64]
Operation = Callable[..., Any]


@frozen
class Function:
    """An operation by name, and how many arguments it takes (`most` None: any number from `least` on)."""

    operation: Operation
    least: int
    most: int | None


def passing_nan(operation: Operation) -> Operation:
    """A comparison or logical operation as numbers 0 and 1, NaN where an operand is NaN.

    NumPy would say False there, which would put windows without data into a bin.
    """

    @functools.wraps(operation)
    def numeric(*operands: Values) -> Values:
        result = operation(*operands).astype(np.float64)
        for operand in operands:
            result = np.where(np.isnan(operand), np.nan, result)
        return np.asarray(result, dtype=np.float64)

    return numeric


def where(condition: Values, yes: Values, no: Values) -> Values:
    """`yes` where the condition is not 0, `no` where it is 0, NaN where it is NaN."""
    return np.where(np.isnan(condition), np.nan, np.where(condition != 0, yes, no))


def clip(value: Values, low: Values, high: Values) -> Values:
    """`value`, no lower than `low` and no higher than `high`."""
    result: Values = np.minimum(np.maximum(value, low), high)
    return result


def _least(*values: Values) -> Values:
    return functools.reduce(np.minimum, values)


def _greatest(*values: Values) -> Values:
    return functools.reduce(np.maximum, values)


def _isnan(value: Values) -> Values:
    return np.isnan(value).astype(np.float64)


FUNCTIONS: Final = {
    "log": Function(np.log, 1, 1),
    "log2": Function(np.log2, 1, 1),
    "log10": Function(np.log10, 1, 1),
    "exp": Function(np.exp, 1, 1),
    "sqrt": Function(np.sqrt, 1, 1),
    "abs": Function(np.abs, 1, 1),
    "min": Function(_least, 2, None),
    "max": Function(_greatest, 2, None),
    "minimum": Function(np.minimum, 2, 2),
    "maximum": Function(np.maximum, 2, 2),
    "where": Function(where, 3, 3),
    "clip": Function(clip, 3, 3),
    "isnan": Function(_isnan, 1, 1),
}
"""What a call in an expression may name, beside the tracks that take arguments."""

CONSTANTS: Final = {"nan": np.float64(np.nan), "inf": np.float64(np.inf)}
