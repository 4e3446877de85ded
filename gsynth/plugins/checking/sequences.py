"""Calls that turn bases into codes, or count the bases of windows, with checks of what was written."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gsynth.alphabet import FREE, NOT_ACGT
from gsynth.plugins.checking.naming import filled, is_whole, kind_of, named, refuse
from gsynth.plugins.contracts import Composer, Counter, Encoder, Sampler

Codes = NDArray[np.uint8]
Positions = NDArray[np.int64]


def encode(encoder: Encoder, role: str, bases: Codes, out: Codes) -> int:
    """`Encoder.encode`, checked."""

    def doing() -> str:
        return f"encode of {bases.size} bases"

    # A cell that is not written must not pass for an A.
    out[:1] = out[-1:] = FREE
    with named(encoder, role, doing):
        unknown = encoder.encode(bases, out)
    if not is_whole(unknown) or not 0 <= unknown <= bases.size:
        refuse(encoder, role, doing(), kind_of(unknown), "how many of the codes are 4, as an int")
    highest = int(out.max(initial=0))
    if highest > NOT_ACGT:
        found = "bases without a code" if highest == FREE else f"the code {highest}"
        refuse(encoder, role, doing(), found, "codes from 0 to 4")
    # Sampling looks for the runs of N that it must keep only where the count is above 0.
    if (highest == NOT_ACGT) != (unknown > 0):
        found = f"codes up to {highest} and said that {unknown} of them are 4"
        refuse(encoder, role, doing(), found, "how many of the codes are 4")
    return int(unknown)


def compose(composer: Composer, bases: Codes, edges: Positions) -> Positions:
    """What `Composer.compose` writes, checked: int64[m, 4]."""
    out = np.empty((edges.size - 1, 4), dtype=np.int64)
    # Counts are never negative, so a row that is left out shows.
    out[:1] = out[-1:] = -1
    role = "counter" if isinstance(composer, Counter) else "sampler" if isinstance(composer, Sampler) else "scorer"

    def doing() -> str:
        return f"compose of {edges.size - 1} windows"

    filled(composer, role, doing, lambda: composer.compose(bases, edges, out))
    _check_composition(composer, role, doing, out, np.diff(edges))
    return out


def _check_composition(
    composer: Composer, role: str, doing: Callable[[], str], out: Positions, widths: Positions
) -> None:
    # Read as unsigned, negative counts are the largest of all, and none that passes can make the sums wrap around.
    # Summing along the short axis would take longer than the counting itself, so the columns are added up.
    possible = not out.size or out.view(np.uint64).max() <= widths.max()
    sums = out[:, 0] + out[:, 1]
    sums += out[:, 2]
    sums += out[:, 3]
    wrong = (sums > widths) if possible else (out < 0).any(axis=1) | (out > widths[:, None]).any(axis=1)
    if wrong.any():
        row = int(np.argmax(wrong))
        found = f"{out[row].tolist()} for window {row} of {widths[row]} bases"
        refuse(composer, role, doing(), found, "how many A, C, G and T it holds")
