"""A choice of order as HTML: the recommendation, the curves and the table."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from gsynth.evaluation.svg import Chart, Series

if TYPE_CHECKING:
    from gsynth.evaluation.orders import OrderSelection, Trial

_STYLE: Final = """
:root { --page: #fff; --text: #1c1e21; --quiet: #5f6670; --line: #d9dde2; --real: #5b6472; --synthetic: #0b6bcb;
  --expected: #c2410c; }
@media (prefers-color-scheme: dark) { :root { --page: #15181c; --text: #e6e8eb; --quiet: #a0a8b3; --line: #343a42;
  --real: #b4bcc8; --synthetic: #62adff; --expected: #ff9a62; } }
body { margin: 0 auto; padding: 1rem; max-width: 60rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
table { border-collapse: collapse; font-size: .9rem; } .wide { overflow-x: auto; }
th, td { text-align: right; padding: .2rem .7rem .2rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
svg { width: 100%; max-width: 44rem; height: auto; } svg text { fill: var(--quiet); font: 12px system-ui, sans-serif; }
.axis { fill: none; stroke: var(--quiet); } .grid { fill: none; stroke: var(--line); stroke-width: .6; }
svg .line { fill: none; stroke-width: 1.6; } svg .real.line { stroke: var(--real); }
svg .synthetic.line { stroke: var(--synthetic); } svg .expected.line { stroke: var(--expected); }
svg .synthetic { fill: var(--synthetic); } svg .line.synthetic { fill: none; }
"""

COLUMNS: Final = ("strata", "k", "held out", "worse by", "error", "training", "AIC", "BIC", "parameters", "thin")
"""Of the table; the costs are bits a base."""


def rows(selection: OrderSelection) -> list[list[str]]:
    """The table as texts, a row for each trial."""
    return [_row(trial, selection) for trial in selection.table]


def _row(trial: Trial, selection: OrderSelection) -> list[str]:
    worse, error = trial.worse_than(selection.best)
    return [
        trial.strata + (" *" if trial is selection.recommended else ""),
        str(trial.k),
        f"{trial.held_out:.5f}",
        f"{worse:.5f}",
        f"{error:.5f}",
        f"{trial.training:.5f}",
        f"{trial.aic:,.0f}",
        f"{trial.bic:,.0f}",
        f"{trial.effective_parameters:,}",
        str(len(trial.thin)) if trial.thin else "",
    ]


def chart(selection: OrderSelection) -> Chart:
    """Cost of held-out and of training sequence by order: the strata that are recommended, and none."""
    chosen = [trial for trial in selection.table if trial.dims == selection.recommended.dims]
    plain = [trial for trial in selection.table if not trial.dims]
    series = [
        Series(
            f"training, strata: {selection.recommended.strata}", *_curve(chosen, training=True), "dashes", "expected"
        ),
        Series(f"held out, strata: {selection.recommended.strata}", *_curve(chosen), "line", "synthetic"),
    ]
    if selection.recommended.dims:
        series.append(Series("held out, no strata", *_curve(plain), "line", "real"))
    best = selection.recommended
    series.append(Series("recommended", [float(best.k)], [best.held_out], "dots", "synthetic"))
    return Chart("Bits a base by order", "order k", "bits a base", series)


def _curve(trials: list[Trial], *, training: bool = False) -> tuple[list[float], list[float]]:
    return [float(t.k) for t in trials], [t.training if training else t.held_out for t in trials]


def fragment(selection: OrderSelection) -> str:
    """The recommendation and the table, as HTML without styles, for notebooks."""
    head = "".join(f"<th>{name}</th>" for name in COLUMNS)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows(selection))
    return (
        f"<div><strong>{escape(selection.summary)}</strong>"
        f'<div class="wide"><table><tr>{head}</tr>{body}</table></div></div>'
    )


def rendered(selection: OrderSelection) -> str:
    """One page that needs nothing else."""
    drawn = chart(selection)
    key = ", ".join(f"{escape(series.name)} ({series.style})" for series in drawn.series)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Order of {escape(selection.genome)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(selection.genome)}</h1>{drawn.svg()}<p>{key}</p>{fragment(selection)}</body></html>\n"
    )
