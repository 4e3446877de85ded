"""The metadata of a file, checked: everything that is known of the model before its arrays are read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import attrs
import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.plugins import ArgumentError, ArgumentTypeError, DimSpec, Forbidden, FormatError
from gsynth_gsm import fields
from gsynth_gsm.checksum import CHECKSUM
from gsynth_gsm.dialect import INDEX_BASE, WRITER, default_closed, index_base, writer_of
from gsynth_gsm.signature import MODEL_FORMAT

VERSIONS: Final = (1, 2)
SMOOTHING: Final = "smoothing"
FORBIDDEN: Final = "forbidden"
STRANDS: Final = "strands"
INTERPOLATION: Final = "interpolation"
WITTEN_BELL: Final = "witten-bell"
ADDITIVE: Final = "additive"
DIRICHLET: Final = "dirichlet"
UNSMOOTHED_MODE: Final = "none"
"""The model's `prior_mode` if the pseudocount is added to every cell."""

KNOWN: Final = frozenset(
    [
        "format",
        "version",
        "markov_order",
        "n_dims",
        "dim_sizes",
        "total_bins",
        "pseudocount",
        "min_obs",
        "iterator",
        "total_kmers",
        "total_masked",
        "total_n",
        "per_bin_kmers",
        "dim_specs",
        "prior_mode",
        "prior",
        "marginal_fallbacks",
        "data",
    ]
) | {WRITER, INDEX_BASE, SMOOTHING, FORBIDDEN, CHECKSUM, STRANDS, INTERPOLATION}
"""Keys that have a meaning in the format; all others belong to the model's `metadata`."""
DIM_KEYS: Final = frozenset({"expr", "breaks", "num_bins", "bin_map", "bin_merge", "categories", "closed", "outside"})
CAUSES: Final = ("nan", "below", "above")
"""Why a window has no bin in a dimension, in the order of `gsynth.plugins.Outside.causes`."""
# With two bins in each, 64 dimensions would already have more cells than memory has bytes.
MAX_DIMS: Final = 64


@frozen
class ArrayEntry:
    """Where an array lies in the container, and its checksum if the file has one."""

    name: str
    file: str
    shape: tuple[int, ...]
    sha256: str | None

    @property
    def nbytes(self) -> int:
        """Its size as float64."""
        return 8 * math.prod(self.shape)


@frozen(kw_only=True)
class Header:
    """The metadata in gsynth's own terms: bin maps count from 0, every vector is a list."""

    k: int
    dims: tuple[DimSpec, ...]
    total_bins: int
    strands: str
    smoothing_mode: str
    pseudocount: float
    min_obs: int
    iterator: int | None
    total_kmers: int | None
    total_masked: int
    total_n: int
    per_bin_kmers: list[int] | None
    prior_mode: str
    inline_prior: NDArray[np.float64] | None
    marginal_fallbacks: int
    arrays: dict[str, ArrayEntry]
    causes: list[list[int]] | None
    forbidden: Forbidden | None
    metadata: dict[str, Any]


def read_header(meta: Mapping[str, Any], where: str) -> Header:
    """The checked header; FormatError that says what was found and what was expected."""
    try:
        return _header(meta, where)
    except (ArgumentError, ArgumentTypeError) as error:
        raise FormatError(f"{where}: {error}") from error
    except FormatError as error:
        message = str(error)
        raise error if message.startswith(where) else FormatError(f"{where}: {message}") from error


def _header(meta: Mapping[str, Any], where: str) -> Header:
    _check_format(meta)
    k = fields.whole(meta.get("markov_order", 5), "markov_order", low=1, high=10)
    dims, extras = _dims(meta)
    bins = math.prod(dim.num_bins for dim in dims)
    _check_sizes(meta, dims, bins)
    shape = (bins, 4**k, 4)
    data = fields.mapping(fields.required(meta, "data", where), "data")
    arrays = {name: _array(data, name, shape) for name in ("counts", "cdf")}
    for name, size in (("prior", (bins, 4)), ("outside", (4**k, 4))):
        if name in data:
            arrays[name] = _array(data, name, size)
    inline = _inline_prior(meta["prior"], bins) if meta.get("prior") is not None else None
    iterator = meta.get("iterator")
    return Header(
        k=k,
        dims=dims,
        total_bins=bins,
        strands=fields.text(meta.get(STRANDS, "both"), STRANDS),
        smoothing_mode=_smoothing_mode(meta),
        pseudocount=fields.real(meta.get("pseudocount", 1.0), "pseudocount"),
        min_obs=fields.whole(meta.get("min_obs", 0), "min_obs"),
        iterator=None if iterator is None else fields.whole(iterator, "iterator", low=1),
        total_kmers=_total(meta, "total_kmers"),
        total_masked=_total(meta, "total_masked") or 0,
        total_n=_total(meta, "total_n") or 0,
        per_bin_kmers=_per_bin(meta, bins),
        prior_mode=_prior_mode(meta, inline is not None or "prior" in arrays),
        inline_prior=inline,
        marginal_fallbacks=fields.whole(meta.get("marginal_fallbacks", 0), "marginal_fallbacks"),
        arrays=arrays,
        causes=_causes(meta) if "outside" in arrays else None,
        forbidden=None if meta.get(FORBIDDEN) is None else _forbidden(meta[FORBIDDEN], k),
        metadata=_metadata(meta, extras),
    )


def _forbidden(value: Any, k: int) -> Forbidden:
    record = fields.mapping(value, FORBIDDEN)
    words = [fields.text(word, f"{FORBIDDEN}.words") for word in fields.listed(record.get("words"))]
    method = fields.text(record.get("method"), f"{FORBIDDEN}.method")
    found = Forbidden(words, method, fields.whole(record.get("order"), f"{FORBIDDEN}.order", low=1, high=k))
    # Before anything of the size of its words is computed.
    found.check_order(k)
    return found


def _check_format(meta: Mapping[str, Any]) -> None:
    if meta.get("format") != MODEL_FORMAT:
        raise FormatError(f"unknown format {fields.shown(meta.get('format'))}, expected {MODEL_FORMAT!r}")
    if meta.get("version") not in VERSIONS or isinstance(meta.get("version"), bool):
        raise FormatError(
            f"unknown version {fields.shown(meta.get('version'))}; this gsynth reads 1 and 2: upgrade gsynth"
        )


def _total(meta: Mapping[str, Any], key: str) -> int | None:
    return None if meta.get(key) is None else fields.whole(meta[key], key, high=2**64 - 1)


def _per_bin(meta: Mapping[str, Any], bins: int) -> list[int] | None:
    found = [fields.whole(value, "per_bin_kmers") for value in fields.listed(meta.get("per_bin_kmers"))]
    if found and len(found) != bins:
        raise FormatError(f"per_bin_kmers must have {bins} numbers, found {len(found)}")
    return found or None


def _dims(meta: Mapping[str, Any]) -> tuple[tuple[DimSpec, ...], list[dict[str, Any]]]:
    """The dimensions, and for each the keys that gsynth does not know."""
    base = index_base(meta)
    found = [fields.mapping(spec, "an entry of dim_specs") for spec in fields.listed(meta.get("dim_specs"))]
    if len(found) > MAX_DIMS:
        raise FormatError(f"dim_specs has {len(found)} dimensions; the limit is {MAX_DIMS}")
    extras = [{key: value for key, value in spec.items() if key not in DIM_KEYS} for spec in found]
    closed = default_closed(meta)
    return tuple(_dim({"closed": closed, **spec}, base, writer_of(meta)) for spec in found), extras


def _causes(meta: Mapping[str, Any]) -> list[list[int]]:
    """For each dimension, how many windows have no bin because of each of `CAUSES`."""
    found = []
    for spec in fields.listed(meta.get("dim_specs")):
        counts = fields.mapping(spec.get("outside"), "outside of a dimension")
        found.append([fields.whole(counts.get(cause), f"outside.{cause} of a dimension") for cause in CAUSES])
    return found


def _dim(spec: Mapping[str, Any], base: int, writer: str) -> DimSpec:
    expr = fields.text(spec.get("expr"), "expr")
    closed = fields.text(spec.get("closed"), f"closed of {fields.shown(expr)}")
    plain = DimSpec(expr, fields.reals(spec.get("breaks"), f"the breaks of {fields.shown(expr)}"), closed=closed)
    bins = plain.num_bins
    if "num_bins" in spec and fields.whole(spec["num_bins"], "num_bins") != bins:
        raise FormatError(f"num_bins of {expr!r} is {fields.shown(spec['num_bins'])}, its breaks make {bins}")
    if spec.get("bin_map") is None:
        bin_map = list(range(bins))
    else:
        what = f"bin_map of {fields.shown(expr)} (written by {writer}, so it counts from {base})"
        found = fields.listed(spec["bin_map"])
        # The range is checked before the base is subtracted, so the message shows the number as it is in the file.
        bin_map = [fields.whole(value, what, low=base, high=bins - 1 + base) - base for value in found]
    bin_merge = _bin_merge(spec.get("bin_merge"), expr)
    names = spec.get("categories")
    categories = None if names is None else [fields.text(name, "categories") for name in fields.listed(names)]
    # A map of every bin onto itself says the same as none.
    if bin_merge is None and bin_map == list(range(bins)):
        return attrs.evolve(plain, categories=categories)
    return attrs.evolve(plain, bin_map=np.array(bin_map, np.int32), bin_merge=bin_merge, categories=categories)


def _bin_merge(value: Any, expr: str) -> list[dict[str, Any]] | None:
    if value is None:
        return None
    return [
        fields.mapping(entry, f"an entry of the bin_merge of {fields.shown(expr)}") for entry in fields.listed(value)
    ]


def _check_sizes(meta: Mapping[str, Any], dims: tuple[DimSpec, ...], bins: int) -> None:
    n_dims = fields.whole(meta.get("n_dims", len(dims)), "n_dims")
    if n_dims != len(dims):
        raise FormatError(f"n_dims is {n_dims}, dim_specs has {len(dims)} entries")
    sizes = [fields.whole(size, "dim_sizes") for size in fields.listed(meta.get("dim_sizes"))]
    expected = [dim.num_bins for dim in dims]
    if sizes != expected and not (not dims and sizes == [1]):
        raise FormatError(f"dim_sizes is {sizes}, the breaks make {expected}")
    if fields.whole(meta.get("total_bins", bins), "total_bins") != bins:
        raise FormatError(f"total_bins is {fields.shown(meta['total_bins'])}, the dimensions make {bins}")


def _array(data: Mapping[str, Any], name: str, shape: tuple[int, ...]) -> ArrayEntry:
    what = f"data.{name}"
    entry = fields.mapping(data.get(name), what)
    # A big-endian or single-precision array of the right size would be read as other numbers.
    if entry.get("dtype") not in ("float64", "<f8"):
        raise FormatError(f"{what}.dtype is {fields.shown(entry.get('dtype'))}, expected 'float64' (little-endian)")
    if entry.get("order", "C") != "C":
        raise FormatError(f"{what}.order is {fields.shown(entry['order'])}, expected 'C'")
    found = tuple(fields.whole(size, f"{what}.shape") for size in fields.listed(entry.get("shape")))
    if found != shape:
        raise FormatError(f"{what}.shape is {list(found)}, the order and the dimensions make {list(shape)}")
    checksum = entry.get("sha256")
    file = fields.file_name(entry.get("file"), what)
    return ArrayEntry(name, file, shape, None if checksum is None else fields.text(checksum, what))


def _inline_prior(value: Any, bins: int) -> NDArray[np.float64]:
    rows = fields.listed(value)
    # R collapses a list of one row to the row.
    if bins == 1 and rows and not isinstance(rows[0], list):
        rows = [rows]
    matrix = [fields.reals(row, "prior") for row in rows]
    if len(matrix) != bins or any(row.size != 4 for row in matrix):
        raise FormatError(f"prior must have {bins} rows of 4 numbers")
    return np.stack(matrix)


def _prior_mode(meta: Mapping[str, Any], has_prior: bool) -> str:
    smoothing = meta.get(SMOOTHING)
    if smoothing not in (ADDITIVE, DIRICHLET) and (SMOOTHING in meta or INDEX_BASE in meta):
        raise FormatError(f"smoothing is {fields.shown(smoothing)}, expected {ADDITIVE!r} or {DIRICHLET!r}")
    mode = fields.text(meta.get("prior_mode", "explicit" if has_prior else "uniform"), "prior_mode")
    if smoothing == ADDITIVE and mode != "uniform":
        raise FormatError(f"smoothing is {ADDITIVE!r}, which has no prior, but prior_mode is {fields.shown(mode)}")
    # "uniform" without a matrix is what pymisha writes for models from its versions without priors.
    if smoothing == ADDITIVE or (smoothing is None and mode == "uniform" and not has_prior):
        return UNSMOOTHED_MODE
    if not has_prior:
        raise FormatError(f"prior_mode is {fields.shown(mode)}, but the file has no prior")
    if mode == UNSMOOTHED_MODE:
        raise FormatError(f"prior_mode is {fields.shown(mode)}, but the file has a prior")
    return mode


def _smoothing_mode(meta: Mapping[str, Any]) -> str:
    if INTERPOLATION not in meta:
        return "additive"
    # Another one gives other probabilities than gsynth would compute for what the file has no cdf of.
    if meta[INTERPOLATION] != WITTEN_BELL:
        raise FormatError(f"{INTERPOLATION} is {meta[INTERPOLATION]!r}, expected {WITTEN_BELL!r}")
    return "interpolated"


def _metadata(meta: Mapping[str, Any], extras: list[dict[str, Any]]) -> dict[str, Any]:
    # Also a writer that was only inferred: once saved again, by gsynth, the file shows no habits of it.
    kept: dict[str, Any] = {WRITER: writer_of(meta)}
    kept.update((key, value) for key, value in meta.items() if key not in KNOWN)
    if any(extras):
        kept["dim_specs"] = extras
    return kept
