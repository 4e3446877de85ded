"""A choice of order, as human-readable text."""

from __future__ import annotations

from gsynth.cli.tables import table
from gsynth.evaluation.order_report import COLUMNS, rows
from gsynth.evaluation.orders import OrderSelection


def described(selection: OrderSelection) -> str:
    """The recommendation, a line for each trial, and what the columns mean."""
    parts = [
        f"recommended: {selection.summary}",
        "",
        table(list(COLUMNS), rows(selection), right=[False, *[True] * 9]),
        "",
        f"Bits a base, on both strands; held out: blocks of {selection.block:,} bases, {selection.folds} folds. "
        "worse by: than the best, with its",
        "standard error over folds. training: on what was counted, no pseudocount. AIC, BIC: in nats, of effective "
        "parameters",
        "(words seen less contexts seen). thin: strata so small that samples copy the genome. *: recommended, the "
        "fewest",
        f"parameters within a standard error of the best. The counts took up to {selection.memory / 2**20:,.0f} MiB.",
    ]
    parts += [f"{strata}: tried up to k = {k}, to fit the memory" for strata, k in selection.limited.items()]
    return "\n".join(parts)
