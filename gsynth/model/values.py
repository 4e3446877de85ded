"""What the values of a model can be: checked and frozen where a model is made, whoever makes it."""

from __future__ import annotations

from typing import Any, Final, TypeGuard

import numpy as np
from numpy.typing import NDArray

from gsynth.errors import ArgumentError

LARGEST: Final = 2**63 - 1
"""The most that a total can be: totals are int64."""

_SLICE: Final = 1 << 20
"""Values of a table that are looked at at once."""

_BASES: Final = "ACGT"


def whole_number(value: object, what: str, *, least: int = 0, most: int = LARGEST) -> int:
    """`value` as an int between the bounds; ArgumentError for anything else, True and 2.5 among it.

    Examples
    --------
    >>> whole_number(5.0, "k", least=1, most=10)
    5
    """
    # NaN compares false, and infinity is above every bound.
    if is_number(value) and least <= value <= most and value == int(value):
        return int(value)
    bounds = f"from {least} to {most}" if most != LARGEST else f"of {least} or more (below 2**63)"
    raise ArgumentError(f"{what} must be a whole number {bounds}, found {value!r:.60}")


def is_number(value: object) -> TypeGuard[float]:
    """Whether `value` is a real number, of Python or NumPy, and not True or False."""
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def frozen_array(array: NDArray[Any]) -> NDArray[Any]:
    """`array`, read-only and nobody else's: itself where nothing can write to it, else a copy."""
    array = np.ascontiguousarray(array)
    if not _is_immutable(array):
        array = array.copy()
        array.flags.writeable = False
    return array


def _is_immutable(array: NDArray[Any]) -> bool:
    """Whether neither the array nor what it is a view of can be written to."""
    owner: Any = array
    while isinstance(owner, np.ndarray):
        if owner.flags.writeable:
            return False
        owner = owner.base
    return owner is None or isinstance(owner, bytes)


def checked_counts(value: Any) -> NDArray[np.uint64]:
    """Counts of any numeric type as uint64, frozen; ArgumentError that shows the first that cannot be a count."""
    array = np.asarray(value)
    if array.dtype.kind not in "uifO":
        raise ArgumentError(f"counts must be whole numbers, found an array of {array.dtype}")
    if array.dtype.kind == "O" or array.dtype.kind in "if":
        array = _converted(array)
    counts: NDArray[np.uint64] = frozen_array(array.astype(np.uint64, copy=False))
    _check_sum(counts)
    return counts


def _converted(array: NDArray[Any]) -> NDArray[np.uint64]:
    flat = array.reshape(-1)
    counts = np.empty(flat.shape, dtype=np.uint64)
    for start in range(0, flat.size, _SLICE):
        part = flat[start : start + _SLICE]
        try:
            with np.errstate(invalid="ignore"):
                sound = (part >= 0) & (part <= LARGEST) & (part == np.floor(part.astype(np.float64)))
                sound = np.asarray(sound, dtype=np.bool_)
        except (TypeError, ValueError, OverflowError) as error:
            raise ArgumentError(f"counts must be whole numbers, found {array.dtype} that are not ({error})") from error
        if array.dtype.kind == "i":
            # float64 does not hold every int64: what matters of integers is their sign.
            sound = part >= 0
        if not sound.all():
            first = start + int(np.argmin(sound))
            raise ArgumentError(
                f"counts must be whole numbers from 0 to 2**63 - 1, found {flat[first]!r} {_place(first, array.shape)}"
            )
        counts[start : start + part.size] = part.astype(np.uint64)
    counts.shape = array.shape
    counts.flags.writeable = False
    return counts


def _place(flat: int, shape: tuple[int, ...]) -> str:
    """Where in a table a cell lies, in the words of the field."""
    if len(shape) != 3 or shape[2] != 4:
        return f"at place {flat}"
    row, context, base = (int(i) for i in np.unravel_index(flat, shape))
    order = (shape[1].bit_length() - 1) // 2
    kmer = "".join(_BASES[context >> 2 * (order - 1 - i) & 3] for i in range(order))
    return f"for bin {row}, context {kmer}, base {_BASES[base]}"


def _check_sum(counts: NDArray[np.uint64]) -> None:
    if counts.size == 0 or int(counts.max()) <= LARGEST // counts.size:
        return
    # In two halves, whose sums do not wrap around.
    high, low = (counts >> np.uint64(32)).sum(dtype=object), (counts & np.uint64(0xFFFFFFFF)).sum(dtype=object)
    total = (int(high) << 32) + int(low)
    if total > LARGEST:
        raise ArgumentError(f"counts sum to {total:,}, and at most 2**63 - 1 observations can be counted")


def checked_cdf(value: Any) -> NDArray[np.float64] | None:
    """Cumulative probabilities, frozen: each row rises from 0 to 1, or is NaN throughout."""
    if value is None:
        return None
    cdf: NDArray[np.float64] = frozen_array(_numbers(value, "stored_cdf"))
    rows = cdf.reshape(-1, cdf.shape[-1]) if cdf.ndim else cdf.reshape(1, 1)
    for start in range(0, len(rows), _SLICE):
        part = rows[start : start + _SLICE]
        empty = np.isnan(part).all(axis=1)
        steps = np.diff(part, axis=1, prepend=0.0)
        # Peers round: a row may fall, or miss 1, by a hair.
        sound = empty | ((steps >= -1e-6).all(axis=1) & (np.abs(part[:, -1] - 1) <= 1e-6))
        if not sound.all():
            first = int(np.argmin(sound))
            raise ArgumentError(
                f"stored_cdf must hold rows that rise from 0 to 1 (or NaN), found {part[first].tolist()} "
                f"{_place((start + first) * cdf.shape[-1], cdf.shape).rpartition(',')[0]}"
            )
    return cdf


def checked_prior(value: Any) -> NDArray[np.float64] | None:
    """Base probabilities of each bin, frozen: not negative, each row summing to 1."""
    if value is None:
        return None
    prior: NDArray[np.float64] = frozen_array(_numbers(value, "prior_matrix"))
    if prior.ndim != 2 or prior.shape[1] != 4:
        raise ArgumentError(f"prior_matrix must have four columns (A, C, G, T), found shape {prior.shape}")
    sound = (prior >= 0).all(axis=1) & (np.abs(prior.sum(axis=1) - 1) <= 1e-6)
    if not sound.all():
        row = int(np.argmin(sound))
        found = f"{prior[row].tolist()} (row {row})"
        raise ArgumentError(f"prior_matrix must hold probabilities that sum to 1, found {found}")
    return prior


def _numbers(value: Any, what: str) -> NDArray[np.float64]:
    array = np.asarray(value)
    if array.dtype.kind not in "uif":
        raise ArgumentError(f"{what} must be numbers, found an array of {array.dtype}")
    return array.astype(np.float64, copy=False)
