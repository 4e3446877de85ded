"""From the fields of a pickled pymisha model to a model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from gsynth.plugins import ArgumentError, ArgumentTypeError, DimSpec, FormatError, GsynthModel, NotAModelError, freeze
from gsynth_pickle.arrays import StoredArray
from gsynth_pickle.stream import StoredModel, read_pickle

_UNSMOOTHED_MODE: Final = "none"
_LARGEST_COUNT: Final = 2**53
_MAX_DIMS: Final = 64
_MOST_PER_BYTE: Final = 10


class LegacyPickle:
    """Reads pickles of ``pymisha.gsynth.GsynthModel``, of any version and any NumPy."""

    def save(self, model: GsynthModel, path: Path) -> None:
        """Not offered: elsewhere, loading a pickle runs code."""
        raise ArgumentError("gsynth does not write pickles; save as .gsm")

    def load(self, path: Path) -> GsynthModel:
        """Read the model at `path`; fields that its version lacked are filled in."""
        stored = read_pickle(path)
        if not isinstance(stored, StoredModel):
            raise NotAModelError(f"{path} is a pickle of a {type(stored).__name__}, not of a pymisha model")
        try:
            return _model(stored.fields, path.stat().st_size)
        except (ArgumentError, ArgumentTypeError, FormatError) as error:
            raise FormatError(f"{path}: {error}") from error


def _model(fields: Mapping[str, Any], size: int) -> GsynthModel:
    k = fields.get("k", 5)
    dims = _dims(fields.get("dim_specs"))
    prior = fields.get("prior_matrix")
    data = fields.get("model_data")
    if not isinstance(data, dict):
        raise FormatError("the model has no model_data")
    counts = _counts(_stack(data.get("counts"), "counts", size))
    model = GsynthModel(
        k=k,
        dims=dims,
        counts=counts,
        total_masked=_whole(fields, "total_masked"),
        total_n=_whole(fields, "total_n"),
        pseudocount=_number(fields.get("pseudocount", 1.0), "pseudocount"),
        min_obs=_whole(fields, "min_obs"),
        iterator=None if fields.get("iterator") is None else _whole(fields, "iterator"),
        # Versions without priors added the pseudocount to every cell.
        prior_mode=_UNSMOOTHED_MODE if prior is None else _text(fields.get("prior_mode", "explicit")),
        prior_matrix=None if prior is None else _floats(prior, "prior_matrix"),
        marginal_fallbacks=_whole(fields, "marginal_fallbacks"),
        metadata={"writer": "pymisha"},
    )
    _check_totals(model, fields)
    cdf = _stack(data.get("cdf"), "cdf", size)
    same = np.array_equal(cdf, model.computed_cdf(), equal_nan=True)
    return model if same else attrs.evolve(model, stored_cdf=freeze(cdf))


def _dims(specs: object) -> tuple[DimSpec, ...]:
    if specs is None:
        return ()
    if not isinstance(specs, list) or len(specs) > _MAX_DIMS or not all(isinstance(spec, dict) for spec in specs):
        raise FormatError("dim_specs must be a list of dicts")
    return tuple(_dim(spec) for spec in specs)


def _dim(spec: Mapping[str, Any]) -> DimSpec:
    bin_map = spec.get("bin_map")
    return DimSpec(
        _text(spec.get("expr")),
        _floats(spec.get("breaks"), "breaks"),
        None if bin_map is None else _floats(bin_map, "bin_map"),
        # The map decides; next to it, the merge ranges are only its documentation.
        _bin_merge(spec.get("bin_merge")) if bin_map is not None else None,
        # pymisha's bins include their upper break, but not the lowest break of all.
        closed="right",
    )


def _bin_merge(value: object) -> list[dict[str, Any]] | None:
    if not isinstance(value, list):
        return None
    return [{key: _ends(entry.get(key)) for key in ("from", "to")} for entry in value if isinstance(entry, dict)]


def _ends(value: object) -> Any:
    if isinstance(value, list | tuple):
        return [_number(end, "bin_merge") for end in value]
    return _number(value, "bin_merge")


def _stack(arrays: object, what: str, size: int) -> NDArray[Any]:
    if not isinstance(arrays, list) or not arrays:
        raise FormatError(f"model_data[{what!r}] must be a list of arrays")
    found = [array.values for array in arrays if isinstance(array, StoredArray) and array.values is not None]
    if len(found) != len(arrays) or any(array.shape != found[0].shape for array in found):
        raise FormatError(f"model_data[{what!r}] must be a list of arrays of one shape")
    # A pickle may refer to one array any number of times; bins that are alike are a few.
    if sum(array.nbytes for array in found) > _MOST_PER_BYTE * size:
        raise FormatError(f"model_data[{what!r}] refers to few arrays {len(found):,} times")
    return np.stack(found)


def _counts(stacked: NDArray[Any]) -> NDArray[np.uint64]:
    # Comparing NaN warns on some machines; it fails every comparison, and so the check.
    with np.errstate(invalid="ignore"):
        if not ((stacked >= 0) & (stacked < _LARGEST_COUNT) & (stacked == np.floor(stacked))).all():
            raise FormatError("model_data['counts'] holds values that are not counts (whole, from 0 to 2**53)")
    return freeze(stacked.astype(np.uint64))


def _check_totals(model: GsynthModel, fields: Mapping[str, Any]) -> None:
    per_bin = fields.get("per_bin_kmers")
    if per_bin is not None and _floats(per_bin, "per_bin_kmers").tolist() != model.per_bin_kmers.tolist():
        raise FormatError("per_bin_kmers does not agree with the counts")
    if "total_kmers" in fields and _whole(fields, "total_kmers") != model.total_kmers:
        raise FormatError(f"total_kmers is {fields['total_kmers']}, the counts sum to {model.total_kmers}")


def _floats(value: object, what: str) -> NDArray[np.float64]:
    if isinstance(value, StoredArray) and value.values is not None:
        return value.values.astype(np.float64)
    if isinstance(value, list | tuple):
        return np.array([_number(item, what) for item in value], dtype=np.float64)
    raise FormatError(f"{what} must be numbers, found a {type(value).__name__}")


def _number(value: object, what: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise FormatError(f"{what} must be a number, found a {type(value).__name__}")
    try:
        return float(value)
    except OverflowError as error:
        raise FormatError(f"{what} is too large") from error


def _whole(fields: Mapping[str, Any], name: str) -> int:
    found = _number(fields.get(name, 0), name)
    if not 0 <= found < _LARGEST_COUNT or found != int(found):
        raise FormatError(f"{name} must be a whole number that is not negative, found {found}")
    return int(found)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise FormatError(f"expected text, found a {type(value).__name__}")
    return value
