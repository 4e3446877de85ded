"""Calls of a sampler, with checks of what it wrote."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gsynth.alphabet import FREE, NOT_ACGT
from gsynth.errors import BrokenPluginError
from gsynth.plugins.checking.naming import filled, place_of_block, refuse
from gsynth.plugins.contracts import Replacer, Sampler, Shuffler, StreamSampler, Transcoder
from gsynth.plugins.origins import origin_of

Codes = NDArray[np.uint8]
Positions = NDArray[np.int64]
Strata = NDArray[np.int32]
Words = NDArray[np.uint64]
Thresholds = NDArray[np.uint32]

_ROLE: Final = "sampler"

_LETTERS: Final = np.frombuffer(b"ACGTN", dtype=np.uint8)
_PROBES: Final = 256
_STRETCH: Final = 4096
"""What is looked at of a block, whatever its size."""


def sample(
    sampler: Sampler,
    codes: Codes,
    edges: Positions,
    strata: Strata,
    uniforms: NDArray[np.uint32],
    *,
    order: int,
    thresholds: Thresholds,
) -> None:
    """`Sampler.sample`, checked."""
    _sampled(
        sampler, codes, order, "sample",
        lambda: sampler.sample(codes, edges, strata, uniforms, order=order, thresholds=thresholds),
    )  # fmt: skip


def sample_stream(
    sampler: StreamSampler,
    codes: Codes,
    edges: Positions,
    strata: Strata,
    stream_edges: Positions,
    keys: Words,
    gammas: Words,
    positions: Positions,
    *,
    order: int,
    thresholds: Thresholds,
) -> None:
    """`StreamSampler.sample_stream`, checked."""
    streams = stream_edges, keys, gammas, positions
    _sampled(
        sampler, codes, order, "sample_stream",
        lambda: sampler.sample_stream(codes, edges, strata, *streams, order=order, thresholds=thresholds),
    )  # fmt: skip


def _sampled(sampler: object, codes: Codes, order: int, method: str, ask: Callable[[], object]) -> None:
    def doing() -> str:
        return f"{method} of {codes.size - order} bases, order {order}"

    kept = np.count_nonzero(codes == NOT_ACGT)
    filled(sampler, _ROLE, doing, ask)
    highest = codes.max(initial=0)
    if highest > NOT_ACGT:
        place = int(np.argmax(codes > NOT_ACGT))
        found = "left a cell free" if codes[place] == FREE else f"wrote the code {codes[place]}"
        raise BrokenPluginError(
            f"{origin_of(sampler, _ROLE)}: {doing()} {found} (cell {place - order}); "
            f"expected every free cell to be filled with 0 to 3{place_of_block()}"
        )
    # A kept N is a 4 before and after; one that is drawn would be written as an N that the genome does not have.
    if highest == NOT_ACGT or kept:
        left = np.count_nonzero(codes == NOT_ACGT)
        if left != kept:
            refuse(sampler, _ROLE, doing(), f"{left} cells that hold a 4", f"the {kept} that were there before")


def decode(transcoder: Transcoder, codes: Codes, out: Codes) -> None:
    """`Transcoder.decode`, checked: letters are in their range everywhere, and right at some hundred places."""

    def doing() -> str:
        return f"decode of {codes.size} codes"

    # Comparing every letter would cost more than decoding does. No letter is 0, so what is left out shows.
    places = _probed(out.size)
    out[places] = 0
    filled(transcoder, _ROLE, doing, lambda: transcoder.decode(codes, out))
    if not out.size:
        return
    wrong = out[places] != _LETTERS[codes[places]]
    if wrong.any() or out.min() < _LETTERS.min() or out.max() > _LETTERS.max():
        # Slowly, because it is for the message.
        at = int(np.argmax(out != _LETTERS[codes]))
        found = f"byte {out[at]} for the code {codes[at]} at {at}"
        refuse(transcoder, _ROLE, doing(), found, f"the letter {chr(_LETTERS[codes[at]])}")


def shuffle(
    shuffler: Shuffler,
    codes: Codes,
    starts: Positions,
    ends: Positions,
    keys: Words,
    gammas: Words,
    positions: Positions,
    *,
    order: int,
) -> None:
    """`Shuffler.shuffle`, checked: codes are still codes."""

    def doing() -> str:
        return f"shuffle of {starts.size} runs in {codes.size} bases, order {order}"

    columns = starts, ends, keys, gammas, positions
    filled(shuffler, _ROLE, doing, lambda: shuffler.shuffle(codes, *columns, order=order))
    if codes.max(initial=0) > NOT_ACGT:
        found = f"the code {int(codes.max())}"
        refuse(shuffler, _ROLE, doing(), found, "0 to 3 in runs, and other cells as they were")


def replace(replacer: Replacer, bases: Codes, target: Codes, replacement: Codes) -> None:
    """`Replacer.replace`, checked in some stretches: no target is left, and what changed is of the replacement."""

    def doing() -> str:
        return f"replace in {bases.size} bases"

    stretches = _stretches(bases.size)
    before = [bases[stretch].copy() for stretch in stretches]
    filled(replacer, _ROLE, doing, lambda: replacer.replace(bases, target, replacement))
    for stretch, old in zip(stretches, before, strict=True):
        new = bases[stretch]
        at = new.tobytes().find(target.tobytes())
        if at >= 0:
            found = f"{target.tobytes().decode()} at {stretch.start + at}"
            refuse(replacer, _ROLE, doing(), found, "none of it left")
        changed = new[new != old]
        if not np.isin(changed, replacement).all():
            found = f"bases {bytes(np.setdiff1d(changed, replacement)).decode('latin-1')!r} in place of others"
            refuse(replacer, _ROLE, doing(), found, f"only those of {replacement.tobytes().decode()}")


def _probed(size: int) -> Positions:
    """Places all over an array: the first, the last, and up to `_PROBES` between."""
    return np.unique(np.linspace(0, max(size - 1, 0), min(size, _PROBES), dtype=np.int64))


def _stretches(size: int) -> list[slice]:
    """The beginning, the middle and the end of an array; all of it where it is short."""
    if size <= 3 * _STRETCH:
        return [slice(0, size)]
    middle = size // 2
    return [slice(0, _STRETCH), slice(middle, middle + _STRETCH), slice(size - _STRETCH, size)]
