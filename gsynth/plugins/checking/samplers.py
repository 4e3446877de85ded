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

    filled(sampler, _ROLE, doing, ask)
    if codes.max(initial=0) > NOT_ACGT:
        place = int(np.argmax(codes > NOT_ACGT))
        found = "left a cell free" if codes[place] == FREE else f"wrote the code {codes[place]}"
        raise BrokenPluginError(
            f"{origin_of(sampler, _ROLE)}: {doing()} {found} (cell {place - order}); "
            f"expected every free cell to be filled with 0 to 3{place_of_block()}"
        )


def decode(transcoder: Transcoder, codes: Codes, out: Codes) -> None:
    """`Transcoder.decode`, checked: its first and last letter must have been written."""

    def doing() -> str:
        return f"decode of {codes.size} codes"

    # No letter is 0. The ends alone: a decoder that stops early or starts late is found without reading every letter.
    out[:1] = out[-1:] = 0
    filled(transcoder, _ROLE, doing, lambda: transcoder.decode(codes, out))
    if out.size and not (out[0] and out[-1]):
        refuse(transcoder, _ROLE, doing(), "letters that were not written", "a letter for each code")


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
    """`Replacer.replace`, named."""

    def doing() -> str:
        return f"replace in {bases.size} bases"

    filled(replacer, _ROLE, doing, lambda: replacer.replace(bases, target, replacement))
