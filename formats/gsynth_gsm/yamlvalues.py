"""YAML as plain values, made from the parser's events: nothing is built that is not kept, and nothing runs twice.

The library's own constructor hashes keys of any kind (numbers can all have one hash), keeps the last of two equal keys,
and makes a tree of the whole text first, at fifty times its size.
"""

from __future__ import annotations

import math
import re
from typing import Any, Final

import yaml
from attrs import define, field
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from gsynth.plugins import FormatError

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Far above what any model needs: limits of the time and memory that a hostile file can take.
MAX_EVENTS: Final = 1_000_000
MAX_DEPTH: Final = 100
MAX_NUMBER: Final = 1024
"""Characters: YAML 1.1 has numbers in base 60, which take quadratic time to read."""

_NUMBER_LIKE: Final = re.compile(r"[-+0-9a-fA-FxX_:. \t]+")
_STANDARD: Final = "tag:yaml.org,2002:"
_TEXT: Final = f"{_STANDARD}str"
_NOTHING: Final = object()


def values(text: bytes) -> Any:
    """The value that the YAML `text` holds: dicts with texts as keys, lists, and what stands in them.

    A key that is not text, such as ``2024``, is the text as it is written.

    Raises
    ------
    FormatError
        Aliases, tags that are not of plain values, a key given twice, or more or deeper than any model needs.
    yaml.YAMLError, ValueError, TypeError, ArithmeticError, LookupError, AttributeError
        What the library raises for text that is not YAML, or not a value of the kind that it claims to be.
    """
    builder = _Builder()
    for number, event in enumerate(yaml.parse(text, Loader=LOADER)):
        if number > MAX_EVENTS:
            raise FormatError(f"has more than {MAX_EVENTS:,} entries")
        builder.take(event)
    return None if builder.root is _NOTHING else builder.root


@define
class _Builder:
    """The collections that are open, the innermost last, each with the key that waits for its value."""

    root: Any = _NOTHING
    _open: list[list[Any]] = field(factory=list)
    _resolver: Any = field(factory=Resolver)
    _constructor: SafeConstructor = field(factory=SafeConstructor)

    def take(self, event: yaml.Event) -> None:
        """Do what the event says."""
        if isinstance(event, yaml.AliasEvent):
            # Nested aliases of aliases expand a few lines to any size.
            raise FormatError("uses YAML aliases, which a model file must not")
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.MappingStartEvent):
            self._begin({}, event.tag, "map")
        elif isinstance(event, yaml.SequenceStartEvent):
            self._begin([], event.tag, "seq")
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()

    def _begin(self, collection: Any, tag: str | None, kind: str) -> None:
        if tag not in (None, "!", _STANDARD + kind):
            raise FormatError(f"uses the YAML tag {tag[:60]!r}, which a model file must not")
        self._add(collection, None)
        self._open.append([collection, _NOTHING])
        if len(self._open) > MAX_DEPTH:
            raise FormatError(f"is nested more than {MAX_DEPTH} deep")

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        if self._awaits_key():
            tag = event.tag or self._resolved(event)
            if tag == f"{_STANDARD}merge":
                raise FormatError("uses a YAML merge key (<<), which a model file must not")
            self._add(None, event.value)
            return
        self._add(self._value(event), None)

    def _awaits_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1][0], dict) and self._open[-1][1] is _NOTHING

    def _add(self, value: Any, key: str | None) -> None:
        if not self._open:
            if self.root is not _NOTHING:
                raise FormatError("holds more than one YAML document")
            self.root = value
            return
        frame = self._open[-1]
        collection = frame[0]
        if isinstance(collection, list):
            collection.append(value)
        elif frame[1] is not _NOTHING:
            collection[frame[1]] = value
            frame[1] = _NOTHING
        elif key is None:
            raise FormatError("has a key that is a list or a mapping")
        elif key in collection:
            # Programs disagree on which one counts.
            raise FormatError(f"gives the key {key[:60]!r} twice")
        else:
            frame[1] = key

    def _resolved(self, event: yaml.ScalarEvent) -> str:
        if len(event.value) > MAX_NUMBER and event.implicit[0] and _NUMBER_LIKE.fullmatch(event.value):
            raise FormatError(f"has a number of more than {MAX_NUMBER:,} characters")
        if len(event.value) > MAX_NUMBER or not event.implicit[0]:
            return _TEXT
        return str(self._resolver.resolve(yaml.ScalarNode, event.value, event.implicit))

    def _value(self, event: yaml.ScalarEvent) -> Any:
        tag = event.tag if event.tag not in (None, "!") else self._resolved(event)
        if tag == _TEXT:
            return event.value
        make = SafeConstructor.yaml_constructors.get(tag)
        if make is None or not tag.startswith(_STANDARD) or tag.removeprefix(_STANDARD) not in _SCALARS:
            raise FormatError(f"uses the YAML tag {tag[:60]!r}, which a model file must not")
        if len(event.value) > MAX_NUMBER and tag != f"{_STANDARD}binary":
            raise FormatError(f"has a number of more than {MAX_NUMBER:,} characters")
        value = make(self._constructor, yaml.ScalarNode(tag, event.value))
        if isinstance(value, float) and math.isinf(value) and "inf" not in event.value.lower():
            raise FormatError(f"has a number that is too large for a float: {event.value[:60]}")
        return value


_SCALARS: Final = frozenset({"null", "bool", "int", "float", "binary", "timestamp"})
