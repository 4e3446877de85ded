"""Work, counted and not timed: lines of Python that run, and elements that NumPy handles; and memory at its peak."""

from __future__ import annotations

import os
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

import numpy as np
import pytest
from attrs import define
from numpy.typing import NDArray

_OWN: Final = (os.path.dirname(np.__file__), __file__)
"""Lines of these files are not the plugin's work."""


@define
class Tally:
    """What has been done so far."""

    elements: int = 0
    lines: int = 0

    @property
    def total(self) -> int:
        """Both together."""
        return self.elements + self.lines


class Watched(np.ndarray[Any, Any]):
    """An array that notes how many elements each of NumPy's functions handles, and so do those made from it."""

    tally: Tally | None

    def __array_finalize__(self, parent: object) -> None:
        self.tally = getattr(parent, "tally", None)

    def note(self, elements: int) -> None:
        """Add to the work."""
        if self.tally is not None:
            self.tally.elements += elements

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **more: Any) -> Any:
        out = more.pop("out", ())
        # `ufunc.at` touches as many elements as it has indices, whatever the size of its first operand.
        sizes = [np.size(value) for value in (*(inputs[1:] if method == "at" else inputs), *out)]
        self.note(max(sizes, default=1))
        if out:
            more["out"] = tuple(_plain(value) for value in out)
        found = getattr(ufunc, method)(*map(_plain, inputs), **more)
        return out[0] if len(out) == 1 else self._watched(found)

    def __array_function__(self, function: Any, types: Any, args: Any, more: Any) -> Any:
        found = function(*_plain(args), **_plain(more))
        self.note(max(_size(args), _size(tuple(more.values())), _size(found)))
        return self._watched(found)

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        # A view costs nothing, whatever its size.
        views = all(isinstance(part, slice | int | np.integer) for part in (key if isinstance(key, tuple) else (key,)))
        self.note(1 if views else np.size(found))
        return found

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, value)
        place = np.ndarray.__getitem__(self.view(np.ndarray), key)
        self.note(np.size(place))

    def _watched(self, found: Any) -> Any:
        if isinstance(found, tuple):
            return tuple(map(self._watched, found))
        if isinstance(found, np.ndarray) and not isinstance(found, Watched):
            found = found.view(Watched)
            found.tally = self.tally
        return found


def _counting(name: str) -> Callable[..., Any]:
    method = getattr(np.ndarray, name)

    def counted(self: Watched, *args: Any, **more: Any) -> Any:
        found = method(self.view(np.ndarray), *_plain(args), **_plain(more))
        self.note(max(self.size, _size(found)))
        return self._watched(found)

    return counted


# NumPy does not say when these are called: they are no ufuncs, and are methods.
for _name in ("argsort", "astype", "choose", "compress", "copy", "cumsum", "fill", "flatten", "nonzero", "repeat",
              "searchsorted", "sort", "take", "tobytes", "tolist"):  # fmt: skip
    setattr(Watched, _name, _counting(_name))


def _plain(value: Any) -> Any:
    if isinstance(value, Watched):
        return value.view(np.ndarray)
    if isinstance(value, list | tuple):
        return type(value)(map(_plain, value))
    return {key: _plain(item) for key, item in value.items()} if isinstance(value, dict) else value


def _size(value: Any) -> int:
    if isinstance(value, list | tuple):
        return sum(_size(item) for item in value if isinstance(item, np.ndarray))
    return value.size if isinstance(value, np.ndarray) else 0


def watched(tally: Tally, array: NDArray[Any]) -> NDArray[Any]:
    """A copy of an array that adds to `tally` what is done with it."""
    made = array.copy().view(Watched)
    made.tally = tally
    return made


def work_of(call: Callable[[Tally], object], least: int) -> int:
    """The work of a call, in lines and elements; skips the test where less than `least` can be seen of it."""
    tally = Tally()
    try:
        with _lines(tally):
            call(tally)
    except Exception as error:
        pytest.skip(f"the work of this plugin cannot be counted: it takes no subclass of an array ({error!r:.100})")
    if tally.total < least:
        pytest.skip("the work of this plugin cannot be counted: it is compiled, or hands its arrays to what is")
    return tally.total


@contextmanager
def _lines(tally: Tally) -> Iterator[None]:
    def trace(frame: FrameType, event: str, _: object) -> Any:
        if frame.f_code.co_filename.startswith(_OWN):
            return None
        if event == "line":
            tally.lines += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)


def peak_of(call: Callable[[], object]) -> int:
    """The bytes that a call held at once, as Python and NumPy report them; call it once before, for imports."""
    running = tracemalloc.is_tracing()
    if not running:
        tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        call()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        if not running:
            tracemalloc.stop()
