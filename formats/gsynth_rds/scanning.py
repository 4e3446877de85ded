"""What an .rds file holds, before anything of it is kept: R's serialisation, item by item, sizes only.

The library that makes values of it allocates whatever the file asks for: a sequence of 2**31 numbers takes 60 bytes
there.
The format is section 1.8 of R Internals (https://cran.r-project.org/doc/manuals/R-ints.html).
"""

from __future__ import annotations

import struct
from typing import Final, Protocol

from attrs import define

from gsynth.plugins import FormatError, NotAModelError

HEADS: Final = tuple(b"X\n\0\0\0" + version for version in (b"\2", b"\3"))
"""How R's binary serialisation begins, in its two versions."""

MAX_ITEMS: Final = 300_000
"""Each becomes several objects of Python; a model has about ten for each of its bins."""
_MAX_DEPTH: Final = 100
_MAX_SEQUENCE: Final = 1_000_000
"""Numbers that sequences may stand for without being written out."""
_PART: Final = 1 << 20

_SYMBOL, _PAIRS, _CHARS, _TEXTS, _LIST, _ALTERNATIVE, _REFERENCE = 1, 2, 9, 16, 19, 238, 255
_WIDTHS: Final = {10: 4, 13: 4, 14: 8, 15: 16, 24: 1}
"""Bytes of an element: logical, integer, real, complex, raw."""
_VALUELESS: Final = frozenset({254, 253, 251, 250, 242, 241})
"""NULL, and the environments and markers that are only named."""
_SEQUENCES: Final = frozenset({b"compact_intseq", b"compact_realseq"})
_OTHERS: Final = frozenset(
    {b"deferred_string", b"wrap_integer", b"wrap_real", b"wrap_logical", b"wrap_string", b"wrap_list"}
)
_HAS_ATTRIBUTES, _HAS_TAG = 1 << 9, 1 << 10


class Readable(Protocol):
    """A binary file."""

    def read(self, size: int, /) -> bytes: ...


@define
class Scanner:
    """Goes through a file from front to back.

    Attributes
    ----------
    size : int
        Bytes so far.
    items : int
        R objects so far.
    """

    file: Readable
    limit: int
    size: int = 0
    items: int = 0
    _sequences: int = 0

    def scan(self) -> None:
        """Go through one value.

        Raises
        ------
        FormatError
            Damaged or cut short, or larger than any model.
        NotAModelError
            It holds what no model holds: functions, bytecode, environments.
        """
        head = self._take(6)
        if head not in HEADS:
            raise FormatError("it is not R's binary serialisation")
        # The versions of R that wrote it, and that can read it.
        self._take(8)
        if head.endswith(b"\3"):
            # The name of the encoding.
            self._take(self._count(self._whole()))
        self._item(0)

    def _take(self, size: int) -> bytes:
        self._check(size)
        data = self.file.read(size)
        while len(data) < size and (more := self.file.read(size - len(data))):
            data += more
        if len(data) < size:
            raise FormatError("it is cut short")
        self.size += size
        return data

    def _skip(self, size: int) -> None:
        self._check(size)
        while size:
            part = self.file.read(min(size, _PART))
            if not part:
                raise FormatError("it is cut short")
            size -= len(part)
            self.size += len(part)

    def _check(self, size: int) -> None:
        if self.size + size > self.limit:
            raise FormatError(f"unpacks to more than {self.limit:,} bytes")

    def _whole(self) -> int:
        return int(struct.unpack(">i", self._take(4))[0])

    def _count(self, count: int) -> int:
        if count < 0:
            raise FormatError("it holds an impossible length")
        return count

    def _length(self) -> int:
        length = self._whole()
        # Long vectors have -1 and the length in two halves.
        return self._count((self._whole() << 32) + (self._whole() & 0xFFFFFFFF) if length == -1 else length)

    def _item(self, depth: int) -> bytes:
        """Go through one item; returns the bytes of a symbol or text, and of short vectors of numbers."""
        while True:
            self.items += 1
            if self.items > MAX_ITEMS or depth > _MAX_DEPTH:
                raise FormatError(f"it holds more than {MAX_ITEMS:,} values, or values nested over {_MAX_DEPTH} deep")
            flags = self._whole()
            kind = flags & 0xFF
            if kind != _PAIRS:
                return self._value(kind, flags, depth)
            # A list of pairs is one cell after the other: not a recursion for each.
            for has in (_HAS_ATTRIBUTES, _HAS_TAG):
                if flags & has:
                    self._item(depth + 1)
            self._item(depth + 1)

    def _value(self, kind: int, flags: int, depth: int) -> bytes:
        found = b""
        if kind in _VALUELESS:
            return found
        if kind == _SYMBOL:
            return self._item(depth + 1)
        if kind == _REFERENCE:
            if not flags >> 8:
                self._take(4)
            return found
        if kind == _ALTERNATIVE:
            self._alternative(depth + 1)
            return found
        if kind == _CHARS:
            length = self._whole()
            found = self._take(self._count(max(length, 0)))
        elif kind in _WIDTHS:
            size = self._length() * _WIDTHS[kind]
            found = self._take(size) if size <= 64 else b""
            self._skip(0 if size <= 64 else size)
        elif kind in (_TEXTS, _LIST):
            for _ in range(self._length()):
                self._item(depth + 1)
        else:
            raise NotAModelError(f"it holds an R object of kind {kind}, which no model does")
        if flags & _HAS_ATTRIBUTES:
            self._item(depth + 1)
        return found

    def _alternative(self, depth: int) -> None:
        """A vector in another representation: what it is, its state, its attributes."""
        name = self._class_name(depth)
        state = self._item(depth)
        if name in _SEQUENCES:
            length = struct.unpack(">d", state[:8])[0] if len(state) == 24 else -1.0
            if not 0 <= length <= _MAX_SEQUENCE - self._sequences:
                raise FormatError(f"it holds sequences of more than {_MAX_SEQUENCE:,} numbers")
            self._sequences += int(length)
        elif name not in _OTHERS:
            raise NotAModelError(f"it holds an R vector of class {name[:40]!r}, which no model does")
        self._item(depth)

    def _class_name(self, depth: int) -> bytes:
        """The first entry of the list of pairs that describes the class."""
        flags = self._whole()
        if flags & 0xFF != _PAIRS:
            raise FormatError("it holds a vector of no class")
        for has in (_HAS_ATTRIBUTES, _HAS_TAG):
            if flags & has:
                self._item(depth)
        name = self._item(depth)
        self._item(depth)
        return name
