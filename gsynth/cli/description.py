"""A model as text to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from gsynth.cli.tables import table
from gsynth.model import DimSpec, GsynthModel
from gsynth.model.outside import described_causes

MOST_BINS: Final = 200
_MOST_VALUES: Final = 12


def describe(model: GsynthModel) -> str:
    """Order, dimensions, totals, smoothing, origin, and the observations of each bin."""
    facts = list(_facts(model))
    width = max(len(name) for name, _ in facts)
    lines = [f"{name:{width}}  {value}" for name, value in facts]
    return "\n".join([*lines, "", _bins(model)])


def _facts(model: GsynthModel) -> Iterator[tuple[str, str]]:
    yield "Markov order", f"{model.k} ({model.num_kmers:,} contexts)"
    yield "bins", f"{model.total_bins:,}" + (f" ({' x '.join(map(str, model.dim_sizes))})" if model.n_dims > 1 else "")
    for number, dim in enumerate(model.dims, 1):
        yield f"dimension {number}", f"{dim.expr}: {dim.num_bins} bins, {_places(dim)}"
        if (dim.merged() != np.arange(dim.num_bins)).any():
            yield "  merged", _merges(dim)
    if model.dims:
        yield "iterator", "none" if model.iterator is None else f"{model.iterator:,} bp"
    yield "observations", f"{model.total_kmers:,} (both strands)"
    yield "masked", f"{model.total_masked:,} windows"
    yield "with N", f"{model.total_n:,} windows"
    yield "pseudocount", f"{model.pseudocount:g}"
    yield "prior", _prior(model)
    yield "min. observations", f"{model.min_obs:,}"
    if model.outside is not None:
        yield "outside", _outside(model)
    yield "sparse bins", _shortened(model.sparse_bins) if model.sparse_bins.size else "none"
    if model.empty_bins.size:
        yield "empty bins", _shortened(model.empty_bins)
    if model.thin_bins.size:
        cells = 4 * model.num_kmers
        yield "thin bins", f"{_shortened(model.thin_bins)} (fewer than {cells:,} observations, a table's cells)"
    for name, value in model.metadata.items():
        yield name.replace("_", " "), _metadata(value)


def _places(dim: DimSpec) -> str:
    if dim.categories is not None:
        return f"categories {', '.join(dim.categories)}"
    rule = "each bin with its upper break" if dim.closed == "right" else "each bin with its lower break"
    return f"breaks {_shortened(dim.breaks)}, {rule}"


def _outside(model: GsynthModel) -> str:
    assert model.outside is not None
    if not model.outside.kmers:
        return "nothing"
    causes = described_causes(model.dims, model.outside.causes)
    return f"{model.outside.kmers:,} observations, {model.outside_share:.2%} of all ({causes})"


def _prior(model: GsynthModel) -> str:
    if model.prior_mode == "none":
        return "none (the pseudocount is added to every cell)"
    fallbacks = f", {model.marginal_fallbacks} bins without observations uniform" if model.marginal_fallbacks else ""
    return model.prior_mode + fallbacks


def _merges(dim: DimSpec) -> str:
    merged = dim.merged()
    moved = np.flatnonzero(merged != np.arange(dim.num_bins))
    text = ", ".join(f"{i} into {merged[i]}" for i in moved[:_MOST_VALUES].tolist())
    return f"{text}, ... ({moved.size} in all)" if moved.size > _MOST_VALUES else text


def _shortened(values: Any) -> str:
    listed = [f"{value:g}" for value in values]
    if len(listed) <= 2 * _MOST_VALUES:
        return " ".join(listed)
    return " ".join([*listed[:_MOST_VALUES], "...", *listed[-2:]])


def _metadata(value: Any) -> str:
    if isinstance(value, Mapping):
        shown = [f"{key} {_metadata(item)}" for key, item in list(value.items())[:_MOST_VALUES]]
        return ", ".join(shown) + (f", ... ({len(value)} in all)" if len(value) > _MOST_VALUES else "")
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    text = str(value)
    return text if len(text) <= 200 else text[:200] + "..."


def _bins(model: GsynthModel) -> str:
    counts = model.per_bin_kmers.tolist()
    kinds = (("thin", model.thin_bins), ("empty", model.empty_bins), ("sparse", model.sparse_bins))
    note = {i: name for name, bins in kinds for i in bins.tolist()}
    total = max(1, model.total_kmers)
    rows = [
        [str(i), model.bin_label(i), f"{count:,}", f"{100 * count / total:.2f} %", note.get(i, "")]
        for i, count in enumerate(counts[:MOST_BINS])
    ]
    text = table(["bin", "stratum", "observations", "share", ""], rows, right=[True, False, True, True])
    left = len(counts) - MOST_BINS
    return text if left <= 0 else f"{text}\n... and {left:,} more bins; --json lists them all"
