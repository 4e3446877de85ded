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

from gsynth.plugins import FormatError, GsynthModel, model_of_parts, model_parts
from gsynth_example.signature import FORMAT, METADATA, NOT_READABLE

_TYPES = {"u": "<u8", "i": "<i8", "f": "<f8"}


class NpzFormat:
    """See `gsynth.plugins.Serializer`. The arrays of a model are members by their names; all else is JSON."""

    def save(self, model: GsynthModel, path: Path) -> None:
        plain, arrays = model_parts(model)
        text = json.dumps({"format": FORMAT, "model": plain}).encode()
        members = {name: array.astype(_TYPES[array.dtype.kind]) for name, array in arrays.items()}
        with zipfile.ZipFile(path, "w") as archive:
            for name, array in {METADATA: np.frombuffer(text, dtype="u1"), **_named(members)}.items():
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


def _named(arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {f"{name}.npy": array for name, array in arrays.items()}


def _read(archive: zipfile.ZipFile) -> GsynthModel:
    text = json.loads(_array(archive, METADATA).tobytes())
    if not isinstance(text, dict) or text.get("format") != FORMAT:
        raise FormatError(f"{METADATA} does not say {FORMAT!r}")
    names = [name for name in archive.namelist() if name != METADATA and name.endswith(".npy")]
    return model_of_parts(text["model"], {name.removesuffix(".npy"): _array(archive, name) for name in names})


def _array(archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    """The array `name`; what its header claims is compared with what is there, not read into an array of that size."""
    info = archive.getinfo(name)
    # A compressed member could become far larger than the file.
    if info.compress_type != zipfile.ZIP_STORED:
        raise FormatError(f"{name} is compressed; models are stored")
    data = io.BytesIO(archive.read(info))
    if np.lib.format.read_magic(data) != (1, 0):
        raise FormatError(f"{name} is not an array of version 1.0 of the format")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(data)
    left = info.file_size - data.tell()
    if fortran or dtype.kind not in "uif" or math.prod(shape) * dtype.itemsize != left:
        raise FormatError(f"{name} says {dtype}{shape}, and holds {left:,} bytes")
    return np.frombuffer(data.getbuffer()[data.tell() :], dtype=dtype).reshape(shape)
