"""The YAML text of the metadata: read from a stranger, written the same way every time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import yaml

from gsynth.plugins import ArgumentError, ArgumentTypeError, FormatError
from gsynth_gsm.signature import MAX_METADATA_BYTES, METADATA

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

_MAX_NODES: Final = 2_000_000
_MAX_SCALAR: Final = 1024
_MAX_DEPTH: Final = 200
_TEXT_TAG: Final = "tag:yaml.org,2002:str"


def parse(text: bytes, where: str) -> dict[str, Any]:
    """The mapping that the YAML `text` holds; FormatError, naming `where`, for anything unfit."""
    if len(text) > MAX_METADATA_BYTES:
        raise FormatError(f"{where}: {METADATA} is larger than {MAX_METADATA_BYTES:,} bytes")
    _check_size(text, where)
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise FormatError(f"{where}: {METADATA} is empty")
        _check_nodes(node, where)
        value = loader.construct_document(node)
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"{where}: {METADATA} is not valid YAML: {error}") from error
    finally:
        loader.dispose()
    if not isinstance(value, dict):
        raise FormatError(f"{where}: {METADATA} must hold a mapping, found a {type(value).__name__}")
    return value


def _check_size(text: bytes, where: str) -> None:
    # Every node but the first has one of these before it, so the parser's memory is bounded before it starts.
    nodes = sum(text.count(mark) for mark in (b",", b"\n", b"[", b"{", b": ", b"- ", b"? "))
    if nodes > 2 * _MAX_NODES:
        raise FormatError(f"{where}: {METADATA} has more than {_MAX_NODES:,} entries")
    if text.count(b"[") + text.count(b"{") > _MAX_DEPTH and _flow_depth(text) > _MAX_DEPTH:
        raise FormatError(f"{where}: {METADATA} is nested more than {_MAX_DEPTH} deep")


def _flow_depth(text: bytes) -> int:
    codes = np.frombuffer(text, np.uint8)
    steps = np.isin(codes, np.frombuffer(b"[{", np.uint8)).astype(np.int8)
    steps -= np.isin(codes, np.frombuffer(b"]}", np.uint8)).astype(np.int8)
    return int(np.cumsum(steps, dtype=np.int64).max(initial=0))


def _check_nodes(root: yaml.Node, where: str) -> None:
    """Refuse what could grow while it is turned into values: aliases, and long numbers."""
    seen = {id(root)}
    waiting: list[yaml.Node] = [root]
    while waiting:
        node = waiting.pop()
        children: list[yaml.Node] = []
        if isinstance(node, yaml.MappingNode):
            children = [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            children = node.value
        elif node.tag != _TEXT_TAG and len(node.value) > _MAX_SCALAR:
            raise FormatError(f"{where}: {METADATA} has a number of more than {_MAX_SCALAR} characters")
        for child in children:
            if id(child) in seen:
                raise FormatError(f"{where}: {METADATA} uses YAML aliases, which a model file must not")
            seen.add(id(child))
        waiting += children


class _PlainDumper(_Dumper):  # type: ignore[misc]
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
        raise ArgumentError("the model's metadata is nested too deeply, or holds itself") from error
    except yaml.representer.RepresenterError as error:
        raise ArgumentTypeError(f"the model's metadata holds a value that YAML cannot: {error}") from error
    except UnicodeEncodeError as error:
        raise ArgumentError(f"the model's metadata holds text that is not Unicode: {error}") from error
    if len(data) > MAX_METADATA_BYTES:
        raise ArgumentError(
            f"the model's metadata takes {len(data):,} bytes, a .gsm holds at most {MAX_METADATA_BYTES:,}; "
            "merge bins or shorten model.metadata"
        )
    return data


def plain(value: Any) -> Any:
    """`value` with tuples, mappings and NumPy's arrays and numbers as lists, dicts and Python's numbers."""
    if isinstance(value, Mapping):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    return value
