"""Tracks from arrays and from functions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import ArrayLike, NDArray

from gsynth.plugins import ArgumentError, ArgumentTypeError, Genome, Track

WindowFunction = Callable[[str, NDArray[np.int64], NDArray[np.int64]], ArrayLike]


@frozen(eq=False)
class ArrayTrack:
    """One array of values per contig, each value for `width` bases (see `gsynth.plugins.Track`).

    A window's value is the mean over its bases that have a value; a NaN in an array means no value.
    """

    arrays: Mapping[str, NDArray[Any]]
    width: int = 1
    uses_sequence: bool = False
    flank: int = 0

    @property
    def counts(self) -> Mapping[str, int]:
        """Contig name -> how many values it has; too few of them are refused (see `gsynth.plugins.PerContig`)."""
        return {name: values.size for name, values in self.arrays.items()}

    @property
    def contigs(self) -> Mapping[str, int]:
        """Contig name -> the first base of its last value, plus one: a last value may reach beyond the contig's end."""
        return {name: max((values.size - 1) * self.width + 1, 0) for name, values in self.arrays.items()}

    def window_values(
        self, contig: str, edges: NDArray[np.int64], sequence: NDArray[np.uint8] | None
    ) -> NDArray[np.float64]:
        """One value for each window."""
        array = self.arrays.get(contig)
        result = np.full(edges.size - 1, np.nan)
        if array is None or edges[-1] <= edges[0]:
            return result
        # Bases beyond the last value have none: windows are cut there, and one that lies wholly beyond becomes empty.
        within = np.minimum(edges, array.size * self.width)
        cuts = self._cuts(within, edges)
        if cuts.size < 2:
            return result
        # Only what is needed is converted: the array may hold a whole contig in int8 or float16, or be mapped from a
        # file.
        values = array[cuts[:-1] // self.width].astype(np.float64)
        bases = np.where(np.isnan(values), 0.0, np.diff(cuts))
        # For an empty window `reduceat` would give the piece at its start instead of 0.
        filled = np.flatnonzero(np.diff(within))
        firsts = np.searchsorted(cuts, within[filled])
        covered = np.add.reduceat(bases, firsts)
        # NaN times 0 bases is NaN: one base without a value would take the whole window with it.
        sums = np.add.reduceat(np.where(bases > 0, values * bases, 0.0), firsts)
        result[filled] = np.divide(sums, covered, out=np.full(filled.size, np.nan), where=covered > 0)
        return result

    def _cuts(self, within: NDArray[np.int64], edges: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where the value or the window changes."""
        if self.width == 1:
            return np.arange(within[0], within[-1] + 1)
        first = (within[0] // self.width + 1) * self.width
        cuts: NDArray[np.int64] = np.union1d(within, np.arange(first, within[-1], self.width))
        return cuts


class ArrayOpener:
    """Opens arrays: a mapping of contigs to 1-D arrays, or ``{"arrays": mapping, "width": bases per value}``."""

    def open(self, source: object, genome: Genome) -> Track:
        if not isinstance(source, Mapping):
            raise ArgumentTypeError(f"arrays must be a mapping of contigs to arrays, found {type(source).__name__}")
        arrays, width = source, 1
        if "arrays" in source:
            unknown = sorted(set(source) - {"arrays", "width", "format"})
            if unknown:
                raise ArgumentError(f"arrays take only the option width, found {', '.join(map(str, unknown))}")
            arrays, width = source["arrays"], source.get("width", 1)
        if isinstance(width, bool) or not isinstance(width, int | np.integer) or width < 1:
            raise ArgumentError(f"width must be a positive whole number of bases per value, found {width!r}")
        return ArrayTrack({str(name): _numeric(str(name), values) for name, values in arrays.items()}, int(width))


def _numeric(contig: str, values: ArrayLike) -> NDArray[Any]:
    array = np.asarray(values)
    if array.ndim != 1 or array.dtype.kind not in "biuf":
        raise ArgumentError(f"{contig}: expected a 1-D array of numbers, found shape {array.shape} of {array.dtype}")
    return array


@frozen(eq=False)
class FunctionTrack:
    """A function of windows (see `gsynth.plugins.Track`); it is called by one thread at a time."""

    function: WindowFunction
    uses_sequence: bool = False
    flank: int = 0
    _lock: threading.Lock = field(factory=threading.Lock, init=False, repr=False)

    def __reduce__(self) -> tuple[object, ...]:
        # A lock belongs to a process.
        return FunctionTrack, (self.function,)

    def window_values(
        self, contig: str, edges: NDArray[np.int64], sequence: NDArray[np.uint8] | None
    ) -> NDArray[np.float64]:
        """One value for each window."""
        try:
            with self._lock:
                # Copies, as a function may change its arguments in place, and other tracks get the same edges.
                found = self.function(contig, edges[:-1].copy(), edges[1:].copy())
        except Exception as error:
            raise ArgumentError(
                f"{self._name} failed for the {edges.size - 1} windows of {contig}:{edges[0]}-{edges[-1]} "
                f"(0-based half-open): {type(error).__name__}: {error}"
            ) from error
        try:
            values = np.asarray(found, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise ArgumentError(f"{self._name} must return numbers, found {type(found).__name__}: {error}") from error
        if values.shape != (edges.size - 1,):
            raise ArgumentError(
                f"{self._name} must return one number for each of the {edges.size - 1} windows, found {values.shape}"
            )
        return values

    @property
    def _name(self) -> str:
        return f"the track function {getattr(self.function, '__name__', repr(self.function))}"


class FunctionOpener:
    """Opens a function ``f(contig, starts, ends) -> values``."""

    def open(self, source: object, genome: Genome) -> Track:
        if not callable(source):
            raise ArgumentTypeError(f"expected a function f(contig, starts, ends), found {type(source).__name__}")
        return FunctionTrack(source)
