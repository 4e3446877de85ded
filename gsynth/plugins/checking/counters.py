"""Calls of a counter, with checks of what it returns."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gsynth.plugins.checking.naming import is_whole, kind_of, named, refuse
from gsynth.plugins.contracts import Counter

_ROLE: Final = "counter"


def count(
    counter: Counter,
    codes: NDArray[np.uint8],
    edges: NDArray[np.int64],
    strata: NDArray[np.int32],
    *,
    order: int,
    out: NDArray[np.uint64],
) -> int:
    """`Counter.count`, checked."""
    windows = int(edges[-1])

    def doing() -> str:
        return f"count of {windows} windows, order {order}"

    with named(counter, _ROLE, doing):
        unknown = counter.count(codes, edges, strata, order=order, out=out)
    # The table itself is not looked at: comparing its sum before and after would cost as much as small blocks do.
    if not is_whole(unknown) or not 0 <= unknown <= windows:
        expected = f"how many windows hold a 4: an int from 0 to {windows}"
        refuse(counter, _ROLE, doing(), kind_of(unknown), expected)
    return int(unknown)
