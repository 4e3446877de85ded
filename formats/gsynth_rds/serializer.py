"""From R misha's list to a model."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from gsynth.plugins import ArgumentError, ArgumentTypeError, DimSpec, FormatError, GsynthModel, NotAModelError, freeze
from gsynth_rds.unpacking import RModel, read_rds

log = logging.getLogger("gsynth")

_UNSMOOTHED_MODE: Final = "none"
_LARGEST_COUNT: Final = 2**53


class LegacyRds:
    """Reads ``saveRDS(model)`` of an R ``gsynth.model``."""

    def save(self, model: GsynthModel, path: Path) -> None:
        """Not offered: R reads .gsm."""
        raise ArgumentError("gsynth does not write .rds; save with format='gsm-r' for R")

    def load(self, path: Path) -> GsynthModel:
        """Read the model at `path`; its bin maps, which count from 1 in R, then count from 0."""
        if not path.is_file():
            raise FormatError(f"{path} is not a file, so not an .rds")
        with warnings.catch_warnings():
            # The library warns about classes that it does not know, such as those of other R objects; refused below.
            warnings.simplefilter("ignore", UserWarning)
            stored = read_rds(path)
        if not isinstance(stored, RModel):
            raise NotAModelError(f"{path} holds an R {type(stored).__name__}, not a gsynth.model")
        try:
            return _model(stored)
        except (ArgumentError, ArgumentTypeError, FormatError) as error:
            raise FormatError(f"{path}: {error}") from error


def _model(stored: Mapping[str, Any]) -> GsynthModel:
    data = stored.get("model_data")
    if not isinstance(data, dict):
        raise FormatError("the model has no model_data")
    dims = _dims(stored)
    prior = stored.get("prior")
    model = GsynthModel(
        k=_whole(stored, "k", 5),
        dims=dims,
        counts=_counts(_stack(data.get("counts"), "counts")),
        total_masked=_whole(stored, "total_masked", 0),
        total_n=_whole(stored, "total_n", 0),
        pseudocount=_number(stored, "pseudocount", 1.0),
        min_obs=_whole(stored, "min_obs", 0),
        # R keeps its default width even if there is no expression to evaluate on it.
        iterator=_whole(stored, "iterator", 0) or None if dims else None,
        prior_mode=_UNSMOOTHED_MODE if prior is None else _text(stored.get("prior_mode"), "explicit"),
        prior_matrix=None if prior is None else _floats(prior, "prior"),
        marginal_fallbacks=_whole(stored, "marginal_fallbacks", 0),
        metadata={"writer": "R misha"},
    )
    _check_totals(model, stored)
    cdf = _stack(data.get("cdf"), "cdf")
    same = np.array_equal(cdf, model.computed_cdf(), equal_nan=True)
    return model if same else attrs.evolve(model, stored_cdf=freeze(cdf))


def _dims(stored: Mapping[str, Any]) -> tuple[DimSpec, ...]:
    if stored.get("n_dims") is None and stored.get("expr") is not None:
        # The oldest models have one dimension, in the model itself.
        return (_dim(stored),)
    specs = stored.get("dim_specs")
    if specs is None:
        return ()
    if not isinstance(specs, list) or not all(isinstance(spec, dict) for spec in specs):
        raise FormatError("dim_specs must be a list of lists")
    return tuple(_dim(spec) for spec in specs)


def _dim(spec: Mapping[str, Any]) -> DimSpec:
    bin_map = spec.get("bin_map")
    if bin_map is not None:
        bin_map = _floats(bin_map, "bin_map") - 1
    return DimSpec(_text(spec.get("expr"), None), _floats(spec.get("breaks"), "breaks"), bin_map)


def _stack(matrices: object, what: str) -> NDArray[np.float64]:
    if not isinstance(matrices, list) or not matrices:
        raise FormatError(f"model_data${what} must be a list of matrices")
    found = [_floats(matrix, what) for matrix in matrices]
    if any(matrix.shape != found[0].shape for matrix in found):
        raise FormatError(f"model_data${what} must be a list of matrices of one shape")
    return np.stack(found)


def _counts(stacked: NDArray[np.float64]) -> NDArray[np.uint64]:
    if not ((stacked >= 0) & (stacked < _LARGEST_COUNT)).all() or (stacked != np.floor(stacked)).any():
        raise FormatError("model_data$counts holds values that are not counts (whole, from 0 to 2**53)")
    return freeze(stacked.astype(np.uint64))


def _check_totals(model: GsynthModel, stored: Mapping[str, Any]) -> None:
    per_bin = stored.get("per_bin_kmers")
    fits = per_bin is None or _floats(per_bin, "per_bin_kmers").tolist() == model.per_bin_kmers.tolist()
    if not fits or _whole(stored, "total_kmers", model.total_kmers) != model.total_kmers:
        # gsynth.forbid_kmer of R leaves the sums as they were before.
        log.info("per_bin_kmers or total_kmers are older than the counts, which decide")


def _floats(value: object, what: str) -> NDArray[np.float64]:
    # rdata returns a matrix with row or column names as an object that holds an array.
    array = getattr(value, "values", value)
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "iuf":
        raise FormatError(f"{what} must be numbers, found a {type(value).__name__}")
    # R's matrices are column-major, a model's arrays are in C order.
    return np.ascontiguousarray(array, dtype=np.float64)


def _number(stored: Mapping[str, Any], name: str, default: float) -> float:
    if stored.get(name) is None:
        return default
    found = _floats(stored[name], name)
    if found.size != 1:
        raise FormatError(f"{name} must be one number, found {found.size}")
    return float(found.ravel()[0])


def _whole(stored: Mapping[str, Any], name: str, default: int) -> int:
    found = _number(stored, name, default)
    if not 0 <= found < _LARGEST_COUNT or found != int(found):
        raise FormatError(f"{name} must be a whole number that is not negative, found {found}")
    return int(found)


def _text(value: object, default: str | None) -> str:
    if value is None and default is not None:
        return default
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.ravel()[0]
    if not isinstance(value, str):
        raise FormatError(f"expected text, found a {type(value).__name__}")
    return str(value)
