"""A model as a tidy table: one row for each stratum, context and base."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gsynth.files.frames import Frame, like

if TYPE_CHECKING:
    from gsynth.model.model import GsynthModel


def tidy(model: GsynthModel) -> Frame | dict[str, Any]:
    """The columns stratum, context, base, count and probability; see `GsynthModel.to_frame`."""
    bins, contexts = model.total_bins, model.num_kmers
    words = [word_of(number, model.k) for number in range(contexts)]
    table = {
        "stratum": np.repeat([model.bin_label(flat) for flat in range(bins)], contexts * 4),
        "context": np.tile(np.repeat(words, 4), bins),
        "base": np.tile(list("ACGT"), bins * contexts),
        "count": model.counts.reshape(-1).astype(np.int64),
        "probability": np.diff(model.cdf, axis=2, prepend=0.0).reshape(-1),
    }
    return like(table, None)


def word_of(number: int, letters: int) -> str:
    """The letters of a context.

    Examples
    --------
    >>> word_of(6, 3)
    'ACG'
    """
    return "".join("ACGT"[number >> 2 * (letters - 1 - i) & 3] for i in range(letters))
