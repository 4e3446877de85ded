"""A model as plain values and arrays, and back: whatever attributes it has, so that a format loses none of them."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args, get_type_hints

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from gsynth.errors import ArgumentError
from gsynth.model.model import GsynthModel

_FOREIGN: Final = "metadata"
"""The attribute whose contents are not gsynth's: it stays one value, whatever it holds."""


def model_parts(model: GsynthModel) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Everything that makes a model, as values that JSON or YAML can hold, and as arrays.

    Parameters
    ----------
    model : GsynthModel

    Returns
    -------
    plain : dict
        Each attribute by its name: numbers, texts, None, lists and dicts of such. ``metadata`` is a copy.
    arrays : dict of str to array
        The arrays by dotted names, such as ``counts``, ``outside.counts`` and ``dims.0.breaks``: the model's own,
        read-only. An array that the model lacks is None in ``plain``.

    Examples
    --------
    >>> plain, arrays = model_parts(GsynthModel(k=1, counts=np.ones((1, 4, 4))))
    >>> plain["k"], plain["outside"], list(arrays)
    (1, None, ['counts'])
    """
    arrays: dict[str, NDArray[Any]] = {}
    return dict(_taken(model, "", arrays)), arrays


def model_of_parts(plain: Mapping[str, Any], arrays: Mapping[str, ArrayLike]) -> GsynthModel:
    """The model that `model_parts` took apart; what is missing has its default, as in a file of an older gsynth.

    Parameters
    ----------
    plain : mapping
    arrays : mapping of str to array
        Lists of numbers will do. Arrays are copied, unless `gsynth.plugins.freeze` has given them up.

    Raises
    ------
    ValueError
        A part that no attribute has, as in a file of a newer gsynth, or any value that a model refuses.

    Examples
    --------
    >>> model = GsynthModel(k=1, counts=np.ones((1, 4, 4)))
    >>> model_of_parts(*model_parts(model)) == model
    True
    """
    left = dict(arrays)
    made: GsynthModel = _made(GsynthModel, plain, left, "")
    if left:
        raise ArgumentError(f"no attribute of a model is the array {', '.join(sorted(left))}: a newer gsynth wrote it")
    return made


def _taken(value: Any, place: str, arrays: dict[str, NDArray[Any]]) -> Iterator[tuple[str, Any]]:
    """The plain attributes of an attrs object; its arrays go to `arrays`."""
    for name in _attributes(type(value)):
        own, inner = getattr(value, name), f"{place}{name}"
        if isinstance(own, np.ndarray):
            arrays[inner] = own
        elif name == _FOREIGN:
            yield name, copy.deepcopy(own)
        elif attrs.has(type(own)):
            yield name, dict(_taken(own, f"{inner}.", arrays))
        elif isinstance(own, tuple | list):
            yield name, [_item(item, f"{inner}.{i}.", arrays) for i, item in enumerate(own)]
        else:
            yield name, own


def _item(item: Any, place: str, arrays: dict[str, NDArray[Any]]) -> Any:
    return dict(_taken(item, place, arrays)) if attrs.has(type(item)) else copy.deepcopy(item)


_known: Final[dict[type, dict[str, type | None]]] = {}
"""What `_attributes` found, because the types of annotations take evaluating their texts."""


def _attributes(kind: type) -> dict[str, type | None]:
    """The attributes that make an object of an attrs class; the attrs class of those that hold such objects."""
    if kind not in _known:
        hints = get_type_hints(kind)
        _known[kind] = {field.name: _inner(hints[field.name]) for field in attrs.fields(kind) if field.init}
    return _known[kind]


def _inner(hint: Any) -> type | None:
    """The attrs class in a type such as ``Outside | None`` or ``tuple[DimSpec, ...]``."""
    if isinstance(hint, type) and attrs.has(hint):
        return hint
    return next((found for part in get_args(hint) if (found := _inner(part)) is not None), None)


def _made(kind: type, plain: object, arrays: dict[str, Any], place: str) -> Any:
    """An object of an attrs class; the arrays that it takes are removed from `arrays`."""
    if not isinstance(plain, Mapping):
        raise ArgumentError(f"{place or 'a model'} must be a mapping, found {type(plain).__name__}")
    known = _attributes(kind)
    unknown = sorted(map(str, set(plain) - set(known)))
    if unknown:
        raise ArgumentError(f"no attribute of {kind.__name__} is {', '.join(unknown)}: a newer gsynth wrote it")
    given: dict[str, Any] = {}
    for name, inner in known.items():
        if f"{place}{name}" in arrays:
            given[name] = arrays.pop(f"{place}{name}")
        elif name in plain:
            given[name] = _again(plain[name], inner, arrays, f"{place}{name}.")
    try:
        return kind(**given)
    except TypeError as error:
        raise ArgumentError(f"{place or 'a model'} is not whole: {error}") from error


def _again(value: Any, inner: type | None, arrays: dict[str, Any], place: str) -> Any:
    if inner is None or value is None:
        return value
    if isinstance(value, list | tuple):
        return [_made(inner, item, arrays, f"{place}{i}.") for i, item in enumerate(value)]
    return _made(inner, value, arrays, place)
