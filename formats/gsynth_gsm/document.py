"""The YAML text of the metadata: read as untrusted, written the same way every time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import yaml

from gsynth.plugins import ArgumentError, ArgumentTypeError, FormatError
from gsynth_gsm.signature import MAX_METADATA_BYTES, METADATA
from gsynth_gsm.yamlvalues import values

_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def parse(text: bytes, where: str) -> dict[str, Any]:
    """The mapping that the YAML `text` holds; a FormatError that names `where` for anything else."""
    if len(text) > MAX_METADATA_BYTES:
        raise FormatError(f"{where}: {METADATA} is larger than {MAX_METADATA_BYTES:,} bytes")
    try:
        value = values(text)
    except FormatError as error:
        raise FormatError(f"{where}: {METADATA} {error}") from error
    # In addition to its own errors, the library lets those of int(), dates and base 64 through.
    except (yaml.YAMLError, ValueError, TypeError, ArithmeticError, LookupError, AttributeError) as error:
        raise FormatError(f"{where}: {METADATA} is not valid YAML: {error}") from error
    if not isinstance(value, dict):
        raise FormatError(f"{where}: {METADATA} must hold a mapping, found a {type(value).__name__}")
    return value


class _PlainDumper(_Dumper):  # type: ignore[misc]  # one of two classes
    """A safe dumper that writes repeated values out, because aliases are refused on reading."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def render(metadata: Mapping[str, Any]) -> tuple[bytes, dict[str, Any]]:
    """The YAML text of `metadata`, the keys in their order, and the values as they will be read."""
    try:
        text: str = yaml.dump(
            plain(metadata), Dumper=_PlainDumper, sort_keys=False, default_flow_style=None, allow_unicode=True
        )
        data = text.encode()
    except RecursionError as error:
        raise ArgumentError("the model's metadata is nested too deeply, or contains itself") from error
    except yaml.representer.RepresenterError as error:
        raise ArgumentTypeError(f"the model's metadata holds a value that YAML cannot represent: {error}") from error
    except UnicodeEncodeError as error:
        raise ArgumentError(f"the model's metadata holds text that is not Unicode: {error}") from error
    # Half of what is read, so that there is room for the checksum and its list of keys.
    if len(data) > MAX_METADATA_BYTES // 2:
        raise ArgumentError(
            f"the model's metadata takes {len(data):,} bytes, but a .gsm holds at most {MAX_METADATA_BYTES // 2:,}; "
            "merge bins or shorten model.metadata"
        )
    # What could not be read again must not be written.
    try:
        return data, values(data)
    except FormatError as error:
        raise ArgumentError(f"the model's metadata {error}") from error


def plain(value: Any) -> Any:
    """`value` with tuples, mappings and NumPy arrays and numbers as lists, dicts and Python numbers."""
    if isinstance(value, Mapping):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    return value
