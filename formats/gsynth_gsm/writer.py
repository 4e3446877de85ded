"""From the model to the files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gsynth.plugins import ArgumentError, DimSpec, GsynthModel
from gsynth_gsm import sizes
from gsynth_gsm.arrays import LARGEST_COUNT, write_blocks
from gsynth_gsm.checksum import CHECKSUM, checksum_of
from gsynth_gsm.container import Sink
from gsynth_gsm.dialect import GSYNTH, INDEX_BASE, WRITER
from gsynth_gsm.document import plain, render
from gsynth_gsm.header import (
    ADDITIVE,
    CAUSES,
    DIM_KEYS,
    DIRICHLET,
    FORBIDDEN,
    INTERPOLATION,
    KNOWN,
    SMOOTHING,
    STRANDS,
    UNSMOOTHED_MODE,
    WITTEN_BELL,
)
from gsynth_gsm.probabilities import cdf_block
from gsynth_gsm.signature import METADATA, MODEL_FORMAT

_DEFAULT_ORDER: Final = 5
_MOST_INLINE: Final = 50_000
"""Bins up to which the prior and the sums of the counts stand in the metadata too."""


def write_model(model: GsynthModel, sink: Sink, *, for_r: bool = False) -> None:
    """Write the files of `model`; `for_r` numbers bins from 1 and writes totals as R's doubles."""
    tables = [model.counts, *([] if model.outside is None else [model.outside.counts])]
    if any(table.size and int(table.max()) >= LARGEST_COUNT for table in tables):
        raise ArgumentError("a .gsm holds counts below 2**53, but the model has larger ones")
    if model.total_bins == 0:
        raise ArgumentError("a .gsm holds at least one bin, but the model has none")
    metadata = _metadata(model, for_r)
    many_sizes = metadata.pop(sizes.KEY) if sizes.are_apart(model.metadata) else None
    # Before the large arrays, so that metadata that cannot be written is refused first.
    text, read = render(metadata)
    data: dict[str, Any] = {}
    prior = written_prior(model)
    contents: dict[str, tuple[tuple[int, ...], Callable[[int, int], NDArray[Any]]]] = {
        "counts": (model.counts.shape, lambda start, stop: model.counts[start:stop]),
        "cdf": (model.counts.shape, lambda start, stop: cdf_block(model, start, stop)),
        "prior": (prior.shape, lambda start, stop: prior[start:stop]),
    }
    if model.outside is not None:
        outside = model.outside.counts
        contents["outside"] = (outside.shape, lambda start, stop: outside[start:stop])
    for name, (shape, block_of) in contents.items():
        with sink.create(f"{name}.bin", 8 * int(np.prod(shape))) as file:
            digest = write_blocks(file, shape, block_of)
        data[name] = {
            "dtype": "float64", "shape": list(shape), "order": "C", "file": f"{name}.bin", "sha256": digest,
        }  # fmt: skip
    if many_sizes is not None:
        data[sizes.KEY] = sizes.write_sizes(many_sizes, sink)
    # Last, so that a truncated file lacks what it cannot be read without.
    end, read_data = render({"data": data})
    checksum, _ = render({CHECKSUM: checksum_of({**read, **read_data})})
    with sink.create(METADATA, len(text) + len(checksum) + len(end)) as file:
        file.write(text + checksum + end)


def written_prior(model: GsynthModel) -> NDArray[np.float64]:
    """float64[bins, 4]: the prior; a uniform one if none was used, because R cannot read a file without one."""
    return np.full((model.total_bins, 4), 0.25) if model.prior_matrix is None else model.prior_matrix


def _metadata(model: GsynthModel, for_r: bool) -> dict[str, Any]:
    additive = model.prior_mode == UNSMOOTHED_MODE
    number: Callable[[int], float] = _double if for_r else int
    metadata: dict[str, Any] = {
        "format": MODEL_FORMAT,
        "version": 1 if model.k == _DEFAULT_ORDER else 2,
        "markov_order": model.k,
        "n_dims": model.n_dims,
        # What R itself writes for a model without dimensions; pymisha and gsynth write [1].
        "dim_sizes": [] if for_r and not model.dims else model.dim_sizes,
        "total_bins": model.total_bins,
        "pseudocount": model.pseudocount,
        "min_obs": int(model.min_obs),
        "iterator": None if model.iterator is None else int(model.iterator),
        "total_kmers": number(model.total_kmers),
        "total_masked": number(model.total_masked),
        "total_n": number(model.total_n),
        "per_bin_kmers": [number(total) for total in model.per_bin_kmers],
        "dim_specs": _dim_specs(model, 1 if for_r else 0),
        "prior_mode": "uniform" if additive else model.prior_mode,
        "prior": written_prior(model).tolist(),
        "marginal_fallbacks": int(model.marginal_fallbacks),
        WRITER: f"{GSYNTH} {version('gsynth')}",
        INDEX_BASE: 1 if for_r else 0,
        SMOOTHING: ADDITIVE if additive else DIRICHLET,
    }
    if model.total_bins > _MOST_INLINE and not for_r:
        # Both follow from the arrays, and would be larger than metadata may be.
        del metadata["per_bin_kmers"], metadata["prior"]
    # Only where they say something: a file without them means both strands, smoothed additively.
    if model.strands != "both":
        metadata[STRANDS] = model.strands
    if model.smoothing_mode == "interpolated":
        metadata[INTERPOLATION] = WITTEN_BELL
    if model.forbidden is not None:
        found = model.forbidden
        metadata[FORBIDDEN] = {"words": list(found.words), "method": found.method, "order": found.order}
    metadata.update(_kept(model.metadata))
    return metadata


def _double(total: int) -> float:
    # R's integers have 32 bits; its doubles are exact up to 2**53.
    return float(total) if total < LARGEST_COUNT else int(total)


def _kept(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of the model's metadata that are not keys of the format."""
    clash = sorted(str(key) for key in set(metadata) & (KNOWN - {WRITER, "dim_specs"}))
    if clash:
        raise ArgumentError(f"model.metadata has keys to which the .gsm format gives a meaning: {', '.join(clash)}")
    return {key: value for key, value in metadata.items() if key not in KNOWN}


def _dim_specs(model: GsynthModel, base: int) -> list[dict[str, Any]]:
    extras = model.metadata.get("dim_specs") or [{}] * model.n_dims
    if not isinstance(extras, list) or len(extras) != model.n_dims or not all(isinstance(e, Mapping) for e in extras):
        raise ArgumentError("model.metadata['dim_specs'] must be a list of one mapping for each dimension")
    specs = [_dim_spec(dim, base, extra) for dim, extra in zip(model.dims, extras, strict=True)]
    if model.outside is not None:
        for spec, causes in zip(specs, model.outside.causes.tolist(), strict=True):
            spec["outside"] = dict(zip(CAUSES, causes, strict=True))
    return specs


def _dim_spec(dim: DimSpec, base: int, extra: Mapping[str, Any]) -> dict[str, Any]:
    merged = dim.merged()
    identity = bool((merged == np.arange(dim.num_bins)).all())
    spec: dict[str, Any] = {
        "expr": dim.expr,
        "breaks": dim.breaks.tolist(),
        "num_bins": dim.num_bins,
        "bin_map": None if identity else (merged + base).tolist(),
        "closed": dim.closed,
    }
    if dim.bin_merge is not None:
        spec["bin_merge"] = plain(dim.bin_merge)
    if dim.categories is not None:
        spec["categories"] = list(dim.categories)
    spec.update((key, value) for key, value in extra.items() if key not in DIM_KEYS)
    return spec
