"""A pickle as plain data: a stack machine for the few instructions that the pickle of a model needs.

Python's own unpickler is not used: it imports and calls what a pickle names, allocates what a pickle asks for, and
hashes what a pickle nests. Here globals are only names, and the only calls are those of `arrays`.
"""

from __future__ import annotations

import mmap
import pickletools
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from attrs import define, field, frozen

from gsynth.plugins import FormatError, NotAModelError
from gsynth_pickle.arrays import CALLS, StoredArray, StoredDtype

MODEL: Final = ("pymisha.gsynth", "GsynthModel")
_MARKER: Final = object()

_VALUES: Final = frozenset(
    [
        "BININT",
        "BININT1",
        "BININT2",
        "LONG1",
        "BINFLOAT",
        "BINUNICODE",
        "SHORT_BINUNICODE",
        "BINUNICODE8",
        "SHORT_BINBYTES",
        "BINBYTES",
        "BINBYTES8",
        "BYTEARRAY8",
    ]
)
_CONSTANTS: Final[dict[str, Callable[[], Any]]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_LIST": list,
    "EMPTY_DICT": dict,
    "EMPTY_TUPLE": tuple,
    "MARK": lambda: _MARKER,
}
_TUPLES: Final = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


@frozen
class GlobalName:
    """A name that a pickle refers to; never imported."""

    module: str
    name: str

    @property
    def pair(self) -> tuple[str, str]:
        """Module and name."""
        return self.module, self.name


@define
class StoredModel:
    """The fields of a pickled model."""

    fields: dict[str, Any] = field(factory=dict)


def read_pickle(path: Path) -> Any:
    """The value that the pickle at `path` describes, in plain containers, StoredArray and StoredModel.

    Raises FormatError for a damaged file, NotAModelError for a pickle that needs anything that models do not.
    """
    if not path.is_file():
        raise FormatError(f"{path} is not a file, so not a pickle")
    with path.open("rb") as file:
        try:
            # Mapped, so that a length in the pickle that exceeds the file is an error and not an allocation.
            view = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError as error:
            raise FormatError(f"{path} is empty") from error
        with view:
            return _run(view, str(path))


def _run(view: mmap.mmap, where: str) -> Any:
    machine = Machine(where)
    try:
        for opcode, argument, _ in pickletools.genops(view):  # type: ignore[arg-type]  # any buffer will do
            if opcode.name == "STOP":
                return machine.pop()
            machine.step(opcode.name, argument)
    except (ValueError, IndexError, KeyError, TypeError, UnicodeDecodeError, OverflowError) as error:
        # These are a ValueError and a TypeError themselves.
        if isinstance(error, FormatError | NotAModelError):
            raise
        raise FormatError(f"{where} is a damaged pickle: {error}") from error
    raise FormatError(f"{where} is a pickle that ends too early")


@define
class Machine:
    """The stack, the memo, and what each instruction does to them."""

    where: str
    stack: list[Any] = field(factory=list)
    memo: dict[int, Any] = field(factory=dict)

    def pop(self) -> Any:
        """Take the top of the stack."""
        value = self.stack.pop()
        # The mark is our own object, so it must not get into a value.
        if value is _MARKER:
            raise FormatError(f"{self.where} is a damaged pickle: a value is missing")
        return value

    def _pop_mark(self) -> list[Any]:
        values = []
        while (value := self.stack.pop()) is not _MARKER:
            values.append(value)
        return values[::-1]

    def step(self, name: str, argument: Any) -> None:
        """Do one instruction."""
        if name in _VALUES:
            self.stack.append(argument)
        elif name in _CONSTANTS:
            self.stack.append(_CONSTANTS[name]())
        elif name in _TUPLES:
            self._tuple([self.pop() for _ in range(_TUPLES[name])][::-1])
        elif name in ("PROTO", "FRAME"):
            return
        elif (action := getattr(self, f"_do_{name.lower()}", None)) is not None:
            action(argument)
        else:
            raise NotAModelError(f"{self.where} is a pickle, but not of a pymisha model: it uses {name}")

    def _tuple(self, values: list[Any]) -> None:
        self.stack.append(tuple(values))

    def _do_tuple(self, _: Any) -> None:
        self._tuple(self._pop_mark())

    def _do_pop(self, _: Any) -> None:
        self.stack.pop()

    def _do_memoize(self, _: Any) -> None:
        self.memo[len(self.memo)] = self.stack[-1]

    def _do_binput(self, argument: int) -> None:
        self.memo[argument] = self.stack[-1]

    _do_long_binput = _do_binput

    def _do_binget(self, argument: int) -> None:
        self.stack.append(self.memo[argument])

    _do_long_binget = _do_binget

    def _do_append(self, _: Any) -> None:
        self._extend([self.pop()])

    def _do_appends(self, _: Any) -> None:
        self._extend(self._pop_mark())

    def _extend(self, values: list[Any]) -> None:
        target = self.stack[-1]
        if not isinstance(target, list):
            raise FormatError(f"{self.where} is a damaged pickle: it appends to a {type(target).__name__}")
        target.extend(values)

    def _do_setitem(self, _: Any) -> None:
        value = self.pop()
        self._update([self.pop(), value])

    def _do_setitems(self, _: Any) -> None:
        self._update(self._pop_mark())

    def _update(self, flat: list[Any]) -> None:
        target = self.stack[-1]
        if not isinstance(target, dict) or len(flat) % 2:
            raise FormatError(f"{self.where} is a damaged pickle: it sets items of a {type(target).__name__}")
        for key, value in zip(flat[::2], flat[1::2], strict=True):
            # Hashing nested tuples as keys could take forever.
            if not isinstance(key, str):
                raise NotAModelError(f"{self.where} is a pickle, but not of a pymisha model: a key is not text")
            target[key] = value

    def _do_global(self, argument: str) -> None:
        module, _, name = argument.partition(" ")
        self.stack.append(self._known(GlobalName(module, name)))

    def _do_stack_global(self, _: Any) -> None:
        name, module = self.pop(), self.pop()
        # Not turned into text: tuples of tuples, each twice the one before, have a text that never ends.
        if not isinstance(name, str) or not isinstance(module, str):
            raise FormatError(f"{self.where} is a damaged pickle: a name is not text")
        self.stack.append(self._known(GlobalName(module, name)))

    def _known(self, found: GlobalName) -> GlobalName:
        if found.pair != MODEL and found.pair not in CALLS and found.pair != ("numpy", "ndarray"):
            raise NotAModelError(
                f"{self.where} is a pickle, but not of a pymisha model: it refers to "
                f"{found.module[:60]}.{found.name[:60]}"
            )
        return found

    def _do_newobj(self, _: Any) -> None:
        arguments, target = self.pop(), self.pop()
        if not isinstance(target, GlobalName) or target.pair != MODEL or arguments != ():
            raise NotAModelError(f"{self.where} is a pickle, but not of a pymisha model: it makes another object")
        self.stack.append(StoredModel())

    def _do_reduce(self, _: Any) -> None:
        arguments, target = self.pop(), self.pop()
        call = CALLS.get(target.pair) if isinstance(target, GlobalName) else None
        if call is None or not isinstance(arguments, tuple):
            raise NotAModelError(f"{self.where} is a pickle, but not of a pymisha model: it calls something else")
        self.stack.append(call([a.pair if isinstance(a, GlobalName) else a for a in arguments]))

    def _do_build(self, _: Any) -> None:
        state, target = self.pop(), self.stack[-1]
        if isinstance(target, StoredModel) and isinstance(state, dict):
            target.fields.update(state)
        elif isinstance(target, StoredArray | StoredDtype) and isinstance(state, tuple):
            target.build(state)
        else:
            raise NotAModelError(f"{self.where} is a pickle, but not of a pymisha model: it fills another object")
