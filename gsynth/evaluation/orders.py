"""Orders and strata compared: how well each predicts sequence on which it was not trained."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.evaluation.words import both_strands_of
from gsynth.files import PathLike
from gsynth.model import DimSpec

SCHEMA: Final = 1
"""Version of the dict; it rises if a name goes or changes its meaning, not if one is added."""

_ROWS: Final = 1 << 16
"""Contexts at once: intermediate arrays stay in the cache."""

Counts = NDArray[np.uint64]


@frozen(eq=False)
class Trial:
    """One order with some strata, or none.

    Attributes
    ----------
    k : int
    dims : tuple of DimSpec
    held_out : float
        Bits that a held-out base costs, on both strands: the average of minus the logarithm of its probability.
    folds : float64[folds]
        The same of each fold.
    weights : float64[folds]
        The share of bases in each fold.
    training : float
        Bits that a base costs in the sequence on which the model was trained, without a pseudocount.
    aic, bic : float
        Akaike's and Schwarz's criterion, in nats, for all windows of one strand.
    parameters, effective_parameters : int
        Free probabilities; and words seen less contexts seen, a word and its reverse complement counted once.
    windows : int
        Windows counted.
    thin : list of str
        Strata with fewer observations than their table has cells: samples copy the genome there.
    memory : int
        Bytes of a model's counts.
    """

    k: int
    dims: tuple[DimSpec, ...]
    held_out: float
    folds: NDArray[np.float64]
    weights: NDArray[np.float64]
    training: float
    aic: float
    bic: float
    parameters: int
    effective_parameters: int
    windows: int
    thin: list[str]
    memory: int

    @property
    def strata(self) -> str:
        """The strata in words."""
        return " x ".join(dim.expr for dim in self.dims) or "none"

    def worse_than(self, other: Trial) -> tuple[float, float]:
        """By how many bits a base this one is worse on held-out sequence, and the standard error over folds."""
        differences = self.folds - other.folds
        mean = float(differences @ self.weights)
        n = differences.size
        error = math.sqrt(float(self.weights @ (differences - mean) ** 2) / max(n - 1, 1))
        return mean, error


def trial(counts: Counts, k: int, dims: tuple[DimSpec, ...], labels: Sequence[str], pseudocount: float) -> Trial:
    """What one order is worth.

    Parameters
    ----------
    counts : uint64[folds, tables, 4**k, 4]
        Forward strand; the last table is that of windows outside of the strata, if there are dimensions.
    k : int
    dims : tuple of DimSpec
    labels : sequence of str
        The strata in words; the tables may be one more.
    pseudocount : float
        Added to each cell, as in training.
    """
    both = np.stack([both_strands_of(fold) for fold in counts])
    total = both.sum(axis=0)
    sums = both.sum(axis=(1, 2, 3)).astype(np.float64)
    costs = np.array([_cost(fold, total - fold, pseudocount) for fold in both])
    observed = float(sums.sum())
    with np.errstate(invalid="ignore", divide="ignore"):
        folds = np.where(sums > 0, costs / sums, 0.0) / math.log(2)
    # Both strands say the same, so the likelihood of the sequence is half of that of the counts.
    cost = _cost(total, total, 0.0) / 2
    windows = observed / 2
    effective = sum(_classes(table.reshape(-1), k + 1) - _classes(table.sum(axis=1), k) for table in total)
    thin = [label for label, table in zip(labels, total, strict=False) if 0 < int(table.sum()) < 4 ** (k + 1)]
    return Trial(
        k=k,
        dims=dims,
        held_out=float(costs.sum() / observed / math.log(2)),
        folds=folds,
        weights=sums / observed,
        training=cost / windows / math.log(2),
        aic=2 * cost + 2 * effective,
        bic=2 * cost + effective * math.log(windows),
        parameters=3 * 4**k * len(total),
        effective_parameters=effective,
        windows=int(windows),
        thin=thin,
        memory=total.nbytes,
    )


def _cost(held_out: Counts, training: Counts, pseudocount: float) -> float:
    """Minus the logarithm of the probability of `held_out`, in nats; both uint64[tables, 4**k, 4]."""
    cost = 0.0
    contexts = held_out.shape[1]
    for table, learned in zip(held_out, training, strict=True):
        for start in range(0, contexts, _ROWS):
            seen = table[start : start + _ROWS].astype(np.float64)
            if not seen.any():
                continue
            chances = learned[start : start + _ROWS].astype(np.float64) + pseudocount
            sums = chances.sum(axis=1, keepdims=True)
            with np.errstate(divide="ignore", invalid="ignore"):
                # A row of nothing is uniform.
                logs = np.where(sums > 0, np.log(chances / sums), -math.log(4))
                cost -= float(np.where(seen > 0, seen * logs, 0.0).sum())
    return cost


def _classes(words: Counts, letters: int) -> int:
    """How many words were seen, a word and its reverse complement counted once; counts of both strands, 4**letters."""
    seen = int(np.count_nonzero(words))
    if letters % 2:
        return seen // 2
    # A palindrome is its own reverse complement: the second half of its letters follows from the first.
    half = letters // 2
    heads = np.arange(4**half)
    tails, rest = np.zeros_like(heads), heads.copy()
    for _ in range(half):
        tails = 4 * tails + 3 - (rest & 3)
        rest >>= 2
    palindromes = int(np.count_nonzero(words.reshape(-1)[heads * 4**half + tails]))
    return (seen + palindromes) // 2


@frozen(eq=False, repr=False)
class OrderSelection:
    """Orders and strata, compared on held-out sequence.

    Attributes
    ----------
    table : list of Trial
        One for each order and candidate strata.
    recommended : Trial
    best : Trial
        The one that predicts best; `recommended` if none with fewer parameters is as good within a standard error.
    genome : str
    folds, block : int
        Blocks of `block` bases, every one of `folds` held out in turn.
    limited : dict
        Candidate strata whose highest order was lowered to fit the memory: strata in words -> order.
    memory : int
        Bytes of the counts while counting, at most.
    """

    table: Sequence[Trial]
    recommended: Trial
    best: Trial
    genome: str
    folds: int
    block: int
    limited: dict[str, int]
    memory: int

    @property
    def runner_up(self) -> Trial | None:
        """The best one that is not recommended."""
        others = [trial for trial in self.table if trial is not self.recommended]
        return min(others, key=lambda trial: trial.held_out, default=None)

    @property
    def summary(self) -> str:
        """The recommendation in words, with its margin."""
        chosen = self.recommended
        text = f"k = {chosen.k}, strata: {chosen.strata}; {chosen.held_out:.4f} bits a base on held-out sequence"
        other = self.runner_up
        if other is not None:
            margin, error = other.worse_than(chosen)
            text += f"; k = {other.k} with strata {other.strata} costs {margin:+.5f} bits (standard error {error:.5f})"
        if chosen.thin:
            text += f"; {len(chosen.thin)} strata are so small that samples copy the genome there"
        return text

    def as_dict(self) -> dict[str, Any]:
        """The same in plain types; see "The JSON of select-order" in the docs."""
        other = self.runner_up
        margin, error = (None, None) if other is None else other.worse_than(self.recommended)
        return {
            "schema": SCHEMA,
            "genome": self.genome,
            "recommended": {
                "k": self.recommended.k,
                "dims": [dim.as_dict() for dim in self.recommended.dims],
                "held_out_bits": self.recommended.held_out,
                "margin_bits": margin,
                "margin_error": error,
                "runner_up": None if other is None else {"k": other.k, "dims": [dim.expr for dim in other.dims]},
                "thin_strata": self.recommended.thin,
            },
            "summary": self.summary,
            "folds": self.folds,
            "block": self.block,
            "memory_bytes": self.memory,
            "limited": dict(self.limited),
            "table": [self._row(trial) for trial in self.table],
        }

    def _row(self, trial: Trial) -> dict[str, Any]:
        worse, error = trial.worse_than(self.best)
        return {
            "k": trial.k,
            "dims": [dim.expr for dim in trial.dims],
            "held_out_bits": trial.held_out,
            "worse_than_best_bits": worse,
            "error_bits": error,
            "training_bits": trial.training,
            "aic": trial.aic,
            "bic": trial.bic,
            "parameters": trial.parameters,
            "effective_parameters": trial.effective_parameters,
            "windows": trial.windows,
            "model_bytes": trial.memory,
            "thin_strata": len(trial.thin),
            "recommended": trial is self.recommended,
        }

    def to_html(self, path: PathLike | None = None) -> str:
        """The table, the plot and the recommendation as one HTML page; written to `path` as well, if given."""
        from gsynth.evaluation.order_report import rendered
        from gsynth.evaluation.writing import written

        page = rendered(self)
        if path is not None:
            written(Path(path), page)
        return page

    def __repr__(self) -> str:
        return f"OrderSelection: {self.summary}"

    def _repr_html_(self) -> str:
        from gsynth.evaluation.order_report import fragment

        return fragment(self)


def recommend(trials: Sequence[Trial]) -> tuple[Trial, Trial]:
    """The trial to recommend, and the one that predicts held-out sequence best.

    Recommended is the one with the fewest effective parameters that is no more than one standard error worse than the
    best, the error taken over folds, of differences: what all find hard does not blur which is better.
    """
    best = min(trials, key=lambda trial: (trial.held_out, trial.effective_parameters))
    good = [trial for trial in trials if _as_good(trial, best)]
    return min(good, key=lambda trial: (trial.effective_parameters, trial.k)), best


def _as_good(trial: Trial, best: Trial) -> bool:
    worse, error = trial.worse_than(best)
    return worse <= error
