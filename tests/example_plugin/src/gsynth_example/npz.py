"""Models as NumPy's .npz: ``numpy.load`` opens them too."""

from __future__ import annotations

import io
import json
import math
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gsynth.plugins import DimSpec, Forbidden, FormatError, GsynthModel, Outside
from gsynth_example.signature import COUNTS, FORMAT, METADATA, NOT_READABLE

_PLAIN = ("k", "total_masked", "total_n", "pseudocount", "min_obs", "iterator", "prior_mode", "marginal_fallbacks")
OUTSIDE_COUNTS = "outside_counts.npy"
OUTSIDE_CAUSES = "outside_causes.npy"
_OPTIONAL = ("prior_matrix", "stored_cdf")
# Room for the header of an .npy.
_MAX_HEADER = 1024


class NpzFormat:
    """See `gsynth.plugins.Serializer`."""

    def save(self, model: GsynthModel, path: Path) -> None:
        arrays = {METADATA: np.frombuffer(_described(model), dtype="u1"), COUNTS: model.counts.astype("<u8")}
        for name in _OPTIONAL:
            array = getattr(model, name)
            if array is not None:
                arrays[f"{name}.npy"] = array.astype("<f8")
        if model.outside is not None:
            arrays[OUTSIDE_COUNTS] = model.outside.counts.astype("<u8")
            arrays[OUTSIDE_CAUSES] = model.outside.causes.astype("<i8")
        with zipfile.ZipFile(path, "w") as archive:
            for name, array in arrays.items():
                # A fixed date, unlike numpy.savez: the same model gives the same bytes.
                with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, array, version=(1, 0), allow_pickle=False)

    def load(self, path: Path) -> GsynthModel:
        try:
            with zipfile.ZipFile(path) as archive:
                return _read(archive)
        except FormatError:
            raise
        except (*NOT_READABLE, TypeError, AttributeError) as error:
            raise FormatError(f"{path} is not a model in .npz, or damaged: {error}") from error


def _described(model: GsynthModel) -> bytes:
    text = {name: getattr(model, name) for name in _PLAIN}
    if model.forbidden is not None:
        text["forbidden"] = {name: getattr(model.forbidden, name) for name in ("words", "method", "order")}
    text |= {"format": FORMAT, "dims": model.dim_specs, "metadata": model.metadata}
    return json.dumps(text).encode()


def _read(archive: zipfile.ZipFile) -> GsynthModel:
    text = json.loads(_array(archive, METADATA, np.dtype("u1"), None).tobytes())
    if not isinstance(text, dict) or text.get("format") != FORMAT:
        raise FormatError(f"{METADATA} does not say {FORMAT!r}")
    dims = [DimSpec.from_mapping(dim) for dim in text["dims"]]
    bins = math.prod(dim.num_bins for dim in dims)
    shape = (bins, 4 ** min(int(text["k"]), 16), 4)
    shapes = {"prior_matrix": (bins, 4), "stored_cdf": shape}
    fields: dict[str, Any] = {name: text[name] for name in _PLAIN}
    if "forbidden" in text:
        fields["forbidden"] = Forbidden(**text["forbidden"])
    for name in _OPTIONAL:
        if f"{name}.npy" in archive.namelist():
            fields[name] = _array(archive, f"{name}.npy", np.dtype("<f8"), shapes[name])
    if OUTSIDE_COUNTS in archive.namelist():
        found = _array(archive, OUTSIDE_COUNTS, np.dtype("<u8"), shape[1:])
        causes = _array(archive, OUTSIDE_CAUSES, np.dtype("<i8"), (len(dims), 3))
        fields["outside"] = Outside(counts=found, causes=causes)
    counts = _array(archive, COUNTS, np.dtype("<u8"), shape)
    return GsynthModel(dims=dims, counts=counts, metadata=dict(text["metadata"]), **fields)


def _array(archive: zipfile.ZipFile, name: str, dtype: np.dtype[Any], shape: tuple[int, ...] | None) -> NDArray[Any]:
    """The array `name`; its size is checked before it is read."""
    info = archive.getinfo(name)
    if info.compress_type != zipfile.ZIP_STORED:
        raise FormatError(f"{name} is compressed; models are stored")
    if shape is not None and info.file_size > math.prod(shape) * dtype.itemsize + _MAX_HEADER:
        raise FormatError(f"{name} has {info.file_size:,} bytes, more than {dtype}{shape} takes")
    array: NDArray[Any] = np.lib.format.read_array(io.BytesIO(archive.read(info)), allow_pickle=False)
    if array.dtype != dtype or (shape is not None and array.shape != shape):
        raise FormatError(f"{name} is {array.dtype}{array.shape}, expected {dtype}{shape or ''}")
    return array
