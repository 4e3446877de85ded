"""Pictures of models, comparisons and choices of order; each function returns the Matplotlib axes on which it drew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from gsynth.errors import ArgumentError
from gsynth.evaluation.comparing import Comparison
from gsynth.evaluation.orders import OrderSelection
from gsynth.evaluation.spectra import cdf_of
from gsynth.evaluation.statistics import probabilities_of
from gsynth.evaluation.svg import Chart
from gsynth.model import GsynthModel
from gsynth.model.tidy import word_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_CONTEXTS = 64
"""Contexts of which the transitions can be read in one picture."""


def bins(model: GsynthModel, by: Literal["count", "entropy"] = "count", ax: Axes | None = None) -> Axes:
    """A heat map of a model's bins: how many observations each has, or how many bits a base has in it.

    Parameters
    ----------
    model : GsynthModel
    by : {"count", "entropy"}
        "count": the decimal logarithm of the observations. "entropy": bits a base, given its context.
    ax : Axes, optional
        Where to draw; new axes by default.

    Returns
    -------
    Axes
        The first dimension runs to the right, the others upwards, all of them in one column of bins.

    Examples
    --------
    >>> model = GsynthModel(k=1, counts=np.ones((1, 4, 4)))
    >>> axes = bins(model, by="entropy")
    >>> axes.get_title()
    'bits a base'
    """
    if by not in ("count", "entropy"):
        raise ArgumentError(f"by must be 'count' or 'entropy', found {by!r}")
    axes = _axes(ax)
    values = entropies(model) if by == "entropy" else _logs(model.per_bin_kmers)
    width = model.dim_sizes[0]
    image = axes.imshow(values.reshape(-1, width), aspect="auto", origin="lower", cmap="viridis")
    axes.set_title("bits a base" if by == "entropy" else "observations (log10)")
    if model.dims:
        axes.set_xticks(range(width), [model.dims[0].label(i) for i in range(width)], rotation=60, ha="right")
        axes.set_xlabel(model.dims[0].expr)
        axes.set_ylabel(" x ".join(dim.expr for dim in model.dims[1:]))
    if model.n_dims < 2:
        axes.set_yticks([])
    elif model.n_dims == 2:
        axes.set_yticks(range(model.dim_sizes[1]), [model.dims[1].label(i) for i in range(model.dim_sizes[1])])
    axes.figure.colorbar(image, ax=axes)
    return axes


def entropies(model: GsynthModel) -> NDArray[np.float64]:
    """Bits that a base has in each bin, given its context: float64[total_bins]; NaN without observations.

    Examples
    --------
    >>> entropies(GsynthModel(k=1, counts=np.ones((1, 4, 4)))).tolist()
    [2.0]
    """
    found = np.full(model.total_bins, np.nan)
    for flat in range(model.total_bins):
        weights = model.counts[flat].sum(axis=1).astype(np.float64)
        if weights.sum() > 0:
            chances = probabilities_of(cdf_of(model, flat))
            with np.errstate(divide="ignore", invalid="ignore"):
                bits = -np.where(chances > 0, chances * np.log2(chances), 0.0).sum(axis=1)
            found[flat] = bits @ weights / weights.sum()
    return found


def transitions(model: GsynthModel, stratum: int = 0, ax: Axes | None = None) -> Axes:
    """A heat map of the probabilities of A, C, G and T after each context of a stratum.

    Parameters
    ----------
    model : GsynthModel
        Of an order above 3, the contexts are shortened to the three bases before.
    stratum : int
        A flat bin.
    ax : Axes, optional
        Where to draw; new axes by default.

    Returns
    -------
    Axes

    Examples
    --------
    >>> transitions(GsynthModel(k=1, counts=np.ones((1, 4, 4)))).get_title()
    'all'
    """
    if not 0 <= stratum < model.total_bins:
        raise ArgumentError(f"stratum must be from 0 to {model.total_bins - 1}, found {stratum}")
    axes = _axes(ax)
    weights = model.counts[stratum].sum(axis=1).astype(np.float64)[:, None] + 1e-9
    chances = probabilities_of(cdf_of(model, stratum))
    rows = min(model.num_kmers, _MOST_CONTEXTS)
    letters = min(model.k, 3)
    # The last letters of a context are the lowest digits of its number.
    sums, totals = ((x * weights).reshape(-1, rows, x.shape[1]).sum(axis=0) for x in (chances, np.ones_like(weights)))
    image = axes.imshow(sums / totals, aspect="auto", cmap="magma", vmin=0)
    axes.set_xticks(range(4), list("ACGT"))
    axes.set_yticks(range(rows), [word_of(number, letters) for number in range(rows)], fontsize=6 if rows > 16 else 9)
    axes.set_title(model.bin_label(stratum))
    axes.figure.colorbar(image, ax=axes)
    return axes


def words(comparison: Comparison, ax: Axes | None = None) -> Axes:
    """How much the words of 1 to 8 letters of a sample differ, next to what a right sampler gives."""
    from gsynth.evaluation.report import words_chart

    return _drawn(words_chart(comparison), ax)


def orders(selection: OrderSelection, ax: Axes | None = None) -> Axes:
    """Bits a base by order, training and held out."""
    from gsynth.evaluation.order_report import chart

    return _drawn(chart(selection), ax)


def _drawn(chart: Chart, ax: Axes | None) -> Axes:
    axes = _axes(ax)
    styles = {"line": "-", "dashes": "--", "dots": "o", "bars": "-"}
    for series in chart.series:
        axes.plot(series.x, series.y, styles[series.kind], label=series.name)
    axes.set(xlabel=chart.x_label, ylabel=chart.y_label, title=chart.title, yscale="log" if chart.log else "linear")
    axes.legend(frameon=False)
    return axes


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    # Not pyplot, which keeps every figure until it is closed and may open windows.
    from matplotlib.figure import Figure

    return Figure(figsize=(7, 4), layout="constrained").subplots()


def _logs(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.where(counts > 0, np.log10(np.maximum(counts, 1)), np.nan)
