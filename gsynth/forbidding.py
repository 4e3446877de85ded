"""Forbidding: models that never make some words."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np

from gsynth.errors import ArgumentTypeError
from gsynth.model import GsynthModel
from gsynth.model.forbid import LOCAL, check_method, without_words
from gsynth.model.words import checked_words, on_both_strands
from gsynth.typing import ForbidMethod

log = logging.getLogger("gsynth")


def gsynth_forbid_kmer(
    model: GsynthModel,
    pattern: str | Sequence[str],
    check: bool = True,
    *,
    method: ForbidMethod = "local",
    both_strands: bool = False,
) -> GsynthModel:
    """Make a model whose samples never hold a word, or any of several.

    Its counts stay those of `model`, its probabilities are others. No word is in a sample, from the first base on,
    but where the reference is copied or kept: what a copied stretch or an N makes of its neighbourhood is counted and
    reported by `gsynth_sample`.

    Parameters
    ----------
    model : GsynthModel
        As trained, added or loaded. Words that it forbids already stay forbidden, all by `method`.
    pattern : str or list of str
        Words of the IUPAC letters (``"CG"``, ``"CHG"``, ``"GATC"``, ``"AAAAAA"``), in either case.
    check : bool
        Report how many transitions were removed, and where nothing was left (on stderr, in the log "gsynth").
    method : {"local", "exact"}
        "local": every transition that makes a word gets probability 0, the others of its row are scaled up, and a row
        with nothing left is uniform, as in misha; the last bases before a word that cannot come are then as frequent as
        before. "exact": the chain conditioned on never making a word (an h-transform), which has the law of
        sequences that were sampled and kept only if they hold none.
    both_strands : bool
        Forbid the reverse complements too.

    Returns
    -------
    GsynthModel
        With the words in ``forbidden`` and the probabilities in ``stored_cdf``. Where a word has more than ``k + 1``
        letters its order is higher, and its counts are those that the model expects of the longer words.

    Raises
    ------
    TypeError
        Something else than a model, or than words.
    ValueError
        A letter that is not IUPAC's; words that every sequence holds; words so long that the contexts that they need
        are more than 4**10, or take more than 4 GiB; a model with other probabilities than its counts give.

    See Also
    --------
    gsynth_replace_kmer : Takes a word out of a sequence.

    Examples
    --------
    >>> from gsynth.sampling import gsynth_sample
    >>> from gsynth.training import gsynth_train
    >>> model = gsynth_train(genome={"chr1": "ACGTTGCACG" * 100}, k=2)
    >>> without = gsynth_forbid_kmer(model, "CG", check=False, method="exact")
    >>> "CG" in gsynth_sample(without, genome={"chr1": 1000}, seed=1)[0]
    False
    """
    if not isinstance(model, GsynthModel):
        raise ArgumentTypeError(f"model must be a GsynthModel, found {type(model).__name__}")
    words = checked_words(pattern)
    made = without_words(model, on_both_strands(words) if both_strands else words, check_method(method))
    if check:
        _report(made, model.k)
    return made


def _report(made: GsynthModel, order: int) -> None:
    assert made.forbidden is not None
    left = made.forbidden.contexts(made.k)
    barred = left.holding if made.forbidden.method == LOCAL else ~left.allowed
    removed = int(np.count_nonzero(barred & left.surviving[:, None]))
    higher = f"; the order is {made.k} instead of {order}, for the longest of them" if made.k > order else ""
    log.warning(
        "forbidden (%s): %s: %s of %s transitions removed in each of %s bins; %s of %s contexts hold a word or lead to "
        "nothing else%s",
        made.forbidden.method, " ".join(made.forbidden.words), f"{removed:,}", f"{left.allowed.size:,}",
        f"{made.total_bins:,}", f"{int((~left.surviving).sum()):,}", f"{left.surviving.size:,}", higher,
    )  # fmt: skip
