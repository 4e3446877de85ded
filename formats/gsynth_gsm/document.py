"""The YAML text of the metadata: read as untrusted, written the same way every time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import yaml

from gsynth.plugins import ArgumentError, ArgumentTypeError, FormatError
from gsynth_gsm.signature import MAX_METADATA_BYTES, METADATA

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

# Far above what any model needs: limits of the time and memory that a hostile file can take.
_MAX_NODES: Final = 2_000_000
_MAX_DEPTH: Final = 100
_MAX_NUMBER: Final = 1024
_NUMBER_LIKE: Final = re.compile(r"[-+0-9a-fA-FxX_:.]+")


def parse(text: bytes, where: str) -> dict[str, Any]:
    """The mapping that the YAML `text` holds; a FormatError that names `where` for anything else."""
    if len(text) > MAX_METADATA_BYTES:
        raise FormatError(f"{where}: {METADATA} is larger than {MAX_METADATA_BYTES:,} bytes")
    try:
        _check_events(text)
        value = yaml.load(text, Loader=_Loader)
    except FormatError as error:
        raise FormatError(f"{where}: {METADATA} {error}") from error
    # In addition to its own errors, the library lets those of int(), dates and base 64 through.
    except (yaml.YAMLError, ValueError, TypeError, ArithmeticError, LookupError, AttributeError) as error:
        raise FormatError(f"{where}: {METADATA} is not valid YAML: {error}") from error
    if not isinstance(value, dict):
        raise FormatError(f"{where}: {METADATA} must hold a mapping, found a {type(value).__name__}")
    return value


def _check_events(text: bytes) -> None:
    """Refuse what could expand, or overflow the C stack, when the events are turned into values."""
    depth = 0
    for number, event in enumerate(yaml.parse(text, Loader=_Loader)):
        if isinstance(event, yaml.AliasEvent):
            # Nested aliases of aliases expand a few lines to any size.
            raise FormatError("uses YAML aliases, which a model file must not")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.ScalarEvent) and _is_long_number(event):
            raise FormatError(f"has a number of more than {_MAX_NUMBER} characters")
        if depth > _MAX_DEPTH:
            raise FormatError(f"is nested more than {_MAX_DEPTH} deep")
        if number > _MAX_NODES:
            raise FormatError(f"has more than {_MAX_NODES:,} entries")


def _is_long_number(event: yaml.ScalarEvent) -> bool:
    # YAML 1.1 has numbers in base 60, which take quadratic time to read.
    if len(event.value) <= _MAX_NUMBER or not (event.tag or event.implicit[0]):
        return False
    return _NUMBER_LIKE.fullmatch(event.value) is not None


class _PlainDumper(_Dumper):  # type: ignore[misc]  # one of two classes
    """A safe dumper that writes repeated values out, because aliases are refused on reading."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def render(metadata: Mapping[str, Any]) -> bytes:
    """The YAML text of `metadata`, the keys in their order."""
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
    if len(data) > MAX_METADATA_BYTES:
        raise ArgumentError(
            f"the model's metadata takes {len(data):,} bytes, but a .gsm holds at most {MAX_METADATA_BYTES:,}; "
            "merge bins or shorten model.metadata"
        )
    # What could not be read again must not be written.
    try:
        _check_events(data)
    except FormatError as error:
        raise ArgumentError(f"the model's metadata {error}") from error
    return data


def plain(value: Any) -> Any:
    """`value` with tuples, mappings and NumPy arrays and numbers as lists, dicts and Python numbers."""
    if isinstance(value, Mapping):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    return value
