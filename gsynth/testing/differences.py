"""What did not come back of a model that was saved: every attribute is compared, whatever attributes it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs
import numpy as np

from gsynth.plugins import DimSpec, GsynthModel

Difference = tuple[str, str]
"""The clause, and what to say."""

_CLAUSES: Final = {
    "bin_map": "bin-map",
    "bin_merge": "dimension",
    "categories": "dimension",
    "closed": "dimension",
    "outside": "outside",
    "forbidden": "forbidden",
    "stored_cdf": "stored-cdf",
    "metadata": "unknown-keys",
}
"""Attribute -> its clause, if that is not the one on everything."""

_LARGE: Final = 2**50
"""Counts above this are lost by formats that keep them in 32 bits, or in single precision."""


def differences(found: GsynthModel, expected: GsynthModel) -> Iterator[Difference]:
    """For each thing that did not come back, the clause and what to say about it."""
    yield from _of_objects(found, expected, "", "round-trip")
    # What follows from the attributes: all of them may be right by themselves.
    yield from _of_arrays(found.cdf, expected.cdf, "cdf", "stored-cdf")


def plain(value: Any) -> Any:
    """`value` with tuples as lists: a file need not distinguish them."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def _of_objects(found: Any, expected: Any, place: str, clause: str) -> Iterator[Difference]:
    for field in attrs.fields(type(expected)):
        if not field.init:
            continue
        own = _CLAUSES.get(field.name, clause)
        one, other = getattr(found, field.name), getattr(expected, field.name)
        if field.name == "bin_map" and isinstance(expected, DimSpec):
            # No map is the same as every bin to itself.
            one, other = found.merged(), expected.merged()
        if field.name == "metadata":
            yield from _of_metadata(one, other)
        else:
            yield from _of_values(one, other, f"{place}{field.name}", own)


def _of_values(found: Any, expected: Any, place: str, clause: str) -> Iterator[Difference]:
    if isinstance(expected, np.ndarray) or isinstance(found, np.ndarray):
        yield from _of_arrays(found, expected, place, clause)
    elif attrs.has(type(expected)):
        if type(found) is not type(expected):
            yield clause, f"{place} is {_shown(found)}, was a {type(expected).__name__}"
        else:
            yield from _of_objects(found, expected, f"{place}.", clause)
    elif isinstance(expected, list | tuple) and any(attrs.has(type(item)) for item in (*expected, *_items(found))):
        if len(_items(found)) != len(expected):
            yield clause, f"{place} has {len(_items(found))} items, had {len(expected)}"
        for i, (one, other) in enumerate(zip(_items(found), expected, strict=False)):
            yield from _of_values(one, other, f"{place}[{i}]", clause)
    elif plain(found) != plain(expected):
        yield clause, f"{place} is {_shown(found)}, was {_shown(expected)}"


def _items(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _of_metadata(found: Mapping[str, Any], expected: Mapping[str, Any]) -> Iterator[Difference]:
    """Keys may be added, such as the name of the writer."""
    for key, value in expected.items():
        if key not in found:
            yield "unknown-keys", f"metadata[{key!r}] is lost, was {_shown(value)}"
        # By their texts, because True equals 1 and 1 equals 1.0.
        elif _text(found[key]) != _text(value):
            yield "unknown-keys", f"metadata[{key!r}] is {_shown(found[key])}, was {_shown(value)}"


def _text(value: Any) -> str:
    """`value` as text, whatever the order of the keys of a dict."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(sorted(f'{key!r}: {_text(item)}' for key, item in value.items()))}}}"
    return f"[{', '.join(map(_text, value))}]" if isinstance(value, list | tuple) else repr(value)


def _of_arrays(found: Any, expected: Any, place: str, clause: str) -> Iterator[Difference]:
    if not isinstance(found, np.ndarray) or not isinstance(expected, np.ndarray):
        kinds = [f"{a.dtype}{list(a.shape)}" if isinstance(a, np.ndarray) else _shown(a) for a in (found, expected)]
        yield clause, f"{place} is {kinds[0]}, was {kinds[1]}"
        return
    if found.shape != expected.shape or found.dtype != expected.dtype:
        yield clause, f"{place} is {found.dtype}{list(found.shape)}, was {expected.dtype}{list(expected.shape)}"
        return
    differs = found != expected
    if expected.dtype.kind == "f":
        missing = np.isnan(expected)
        if not np.array_equal(np.isnan(found), missing):
            yield "nan-rows", f"{place} has {int(np.isnan(found).sum())} NaN cells, had {int(missing.sum())}"
            return
        differs &= ~missing
    if differs.any():
        if expected.dtype.kind == "u" and expected.max() > _LARGE:
            clause = "big-counts" if clause == "round-trip" else clause
        first = tuple(np.argwhere(differs)[0].tolist())
        more = f", and {int(differs.sum()) - 1} more cells differ" if differs.sum() > 1 else ""
        yield clause, f"{place}{list(first)} is {found[first]!r}, was {expected[first]!r}{more}"


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 200 else f"{text[:200]}..."
