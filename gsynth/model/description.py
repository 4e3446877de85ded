"""A model in words: what `gsynth info` prints, and what a notebook shows."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gsynth.errors import printable
from gsynth.model.dimension import DimSpec
from gsynth.model.outside import described_causes
from gsynth.model.smoothing import ADDITIVE
from gsynth.model.strands import FORWARD
from gsynth.model.values import shown

if TYPE_CHECKING:
    from gsynth.model.forbid import Forbidden
    from gsynth.model.model import GsynthModel

MOST_BINS: Final = 200
"""Further bins are not listed one by one."""
BIN_COLUMNS: Final = ("bin", "stratum", "observations", "share", "")
_MOST_VALUES: Final = 12


def brief(model: GsynthModel) -> str:
    """A few lines: order, strata, totals, smoothing, and which bins have too few observations."""
    strata = " x ".join(f"{_text(dim.expr)} ({dim.num_bins} bins)" for dim in model.dims) or "none"
    forward = " on the forward strand" if model.strands == FORWARD else ""
    prior = "on every cell" if model.prior_mode == ADDITIVE else f"{model.prior_mode} prior"
    lines = [
        f"GsynthModel: Markov order {model.k}, {model.total_bins} {'bin' if model.total_bins == 1 else 'bins'}",
        f"  strata: {strata}" + (f", every {model.iterator} bp" if model.iterator and model.dims else ""),
        f"  observations: {model.total_kmers:,}{forward} "
        f"(masked {model.total_masked:,}, with N {model.total_n:,} windows)",
        f"  pseudocount: {model.pseudocount:g} ({prior})",
    ]
    if model.smoothing.interpolated:
        lines.append("  smoothing: interpolated with shorter contexts (Witten-Bell)")
    if model.forbidden is not None:
        lines.append(f"  forbidden: {_forbidden(model.forbidden)}")
    if model.outside is not None and model.outside.kmers:
        causes = described_causes(model.dims, model.outside.causes)
        lines.append(f"  outside of the strata: {model.outside_share:.2%} of observations ({causes})")
    for name, few, found in (
        ("empty", "no observations", model.empty_bins.size),
        ("thin", f"fewer than {4 * model.num_kmers:,} observations (a table's cells)", model.thin_bins.size),
        ("sparse", f"fewer than {model.min_obs:,} observations (min_obs)", model.sparse_bins.size),
    ):
        if found:
            lines.append(f"  {name}: {found} {'bin' if found == 1 else 'bins'} with {few}")
    return "\n".join(lines)


def facts(model: GsynthModel) -> Iterator[tuple[str, str]]:
    """Order, dimensions, totals, smoothing and origin: names and values."""
    yield "Markov order", f"{model.k} ({model.num_kmers:,} contexts)"
    yield "bins", f"{model.total_bins:,}" + (f" ({' x '.join(map(str, model.dim_sizes))})" if model.n_dims > 1 else "")
    for number, dim in enumerate(model.dims, 1):
        yield f"dimension {number}", f"{_text(dim.expr)}: {dim.num_bins} bins, {_places(dim)}"
        if (dim.merged() != np.arange(dim.num_bins)).any():
            yield "  merged", _merges(dim)
    if model.dims:
        yield "iterator", "none" if model.iterator is None else f"{model.iterator:,} bp"
    strands = "forward strand" if model.strands == FORWARD else "both strands"
    yield "observations", f"{model.total_kmers:,} ({strands})"
    yield "masked", f"{model.total_masked:,} windows"
    yield "with N", f"{model.total_n:,} windows"
    yield "smoothing", _smoothing(model)
    yield "pseudocount", f"{model.pseudocount:g}"
    yield "prior", _prior(model)
    yield "min. observations", f"{model.min_obs:,}"
    if model.outside is not None:
        yield "outside", _outside(model)
    if model.forbidden is not None:
        yield "forbidden", _forbidden(model.forbidden)
    yield "sparse bins", _shortened(model.sparse_bins) if model.sparse_bins.size else "none"
    if model.empty_bins.size:
        yield "empty bins", _shortened(model.empty_bins)
    if model.thin_bins.size:
        cells = 4 * model.num_kmers
        yield "thin bins", f"{_shortened(model.thin_bins)} (fewer than {cells:,} observations, a table's cells)"
    for name, value in model.metadata.items():
        yield _text(str(name).replace("_", " "), 60), _metadata(value)


def _places(dim: DimSpec) -> str:
    if dim.categories is not None:
        return f"categories {_text(', '.join(dim.categories), 1000)}"
    rule = "each bin with its upper break" if dim.closed == "right" else "each bin with its lower break"
    return f"breaks {_shortened(dim.breaks)}, {rule}"


def _outside(model: GsynthModel) -> str:
    assert model.outside is not None
    if not model.outside.kmers:
        return "nothing"
    causes = described_causes(model.dims, model.outside.causes)
    return f"{model.outside.kmers:,} observations, {model.outside_share:.2%} of all ({causes})"


def _forbidden(forbidden: Forbidden) -> str:
    return f"{' '.join(forbidden.words)} ({forbidden.method})"


def _smoothing(model: GsynthModel) -> str:
    if model.smoothing.interpolated:
        return "interpolated (Witten-Bell: the pseudocount is that of the base composition, the shortest context)"
    return "additive"


def _prior(model: GsynthModel) -> str:
    if model.prior_mode == ADDITIVE:
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
        items = list(itertools.islice(value.items(), _MOST_VALUES))
        found = [f"{_text(str(key), 60)} {_metadata(item)}" for key, item in items]
        text = ", ".join(found) + (f", ... ({len(value)} in all)" if len(value) > _MOST_VALUES else "")
        return _text(text, 1000)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return f"{value:,}"
    return _text(value if isinstance(value, str) else shown(value))


def _text(text: str, most: int = 200) -> str:
    """Text from a file on one line, of at most so many letters."""
    return printable(text if len(text) <= most else f"{text[:most]}...", lines=False)


def bin_rows(model: GsynthModel) -> Iterator[list[str]]:
    """A row for each of the first `MOST_BINS` bins: number, stratum, observations, share, and what is wrong with it."""
    total = max(1, model.total_kmers)
    kinds = (("thin", model.thin_bins), ("empty", model.empty_bins), ("sparse", model.sparse_bins))
    # The later kinds say more: an empty bin is not called thin, nor a sparse one empty.
    note = {i: name for name, bins in kinds for i in bins.tolist()}
    for i, count in enumerate(model.per_bin_kmers[:MOST_BINS].tolist()):
        yield [str(i), _text(model.bin_label(i)), f"{count:,}", f"{100 * count / total:.2f} %", note.get(i, "")]


def html(model: GsynthModel) -> str:
    """The facts, with the bins in a fold below them, as HTML without styles."""
    # Escaped throughout: expressions and metadata may come from an untrusted file, and a notebook runs scripts.
    about = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in facts(model))
    head = "".join(f"<th>{escape(name)}</th>" for name in BIN_COLUMNS)
    rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in bin_rows(model))
    left = model.total_bins - MOST_BINS
    more = f"<p>... and {left:,} more bins</p>" if left > 0 else ""
    return (
        f"<div><strong>GsynthModel</strong><table>{about}</table>"
        f"<details><summary>{model.total_bins:,} bins</summary><table><tr>{head}</tr>{rows}</table>{more}</details>"
        "</div>"
    )
