"""Records as arrays: the codes of bases, or a one-hot vector for each; in memory, or as NumPy's .npy."""

from __future__ import annotations

import io
from typing import Any, Final

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from gsynth.alphabet import NOT_ACGT, encode
from gsynth.files.segments import copy_segments, places_of
from gsynth.outputs.placed import ByteTarget
from gsynth.outputs.records import Records
from gsynth.outputs.sinks import Part

Codes = NDArray[np.uint8] | list[NDArray[np.uint8]]
"""uint8[records, bases], or an array for each record where they differ in length: A C G T = 0 1 2 3, N = 4."""

OneHot = NDArray[Any]
"""uint8 or float32 [records, bases, 4]: channels A, C, G, T; all 0 for N."""

BASES: Final = 4
"""Channels of a one-hot vector: A, C, G, T."""


@frozen(eq=False)
class Cells:
    """What stands for a base: its code, or its row of a table."""

    dtype: np.dtype[Any]
    table: NDArray[Any] | None = None
    """The one-hot vectors of the codes 0 to 4, each as one item."""

    @classmethod
    def codes(cls) -> Cells:
        """A C G T = 0 1 2 3, anything else 4."""
        return cls(np.dtype(np.uint8))

    @classmethod
    def one_hot(cls, dtype: str) -> Cells:
        """A vector with a 1 for the base, and none for what is not A, C, G or T."""
        kind = np.dtype(dtype)
        vectors = np.eye(NOT_ACGT + 1, BASES, dtype=kind)
        # As items of one size, which NumPy moves whole: four times faster than row by row.
        return cls(kind, vectors.view(np.dtype((np.void, BASES * kind.itemsize))).reshape(-1))

    @property
    def size(self) -> int:
        """Bytes of one base."""
        return 1 if self.table is None else int(self.table.dtype.itemsize)

    def shape(self, rows: int, width: int) -> tuple[int, ...]:
        """The shape of an array of `rows` rows of `width` bases."""
        return (rows, width) if self.table is None else (rows, width, BASES)

    def of(self, codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The bytes of the cells of some bases."""
        return codes if self.table is None else self.table[codes].view(np.uint8)


def filled_rows(letters: NDArray[np.uint8], lengths: NDArray[np.int64], width: int) -> NDArray[np.uint8]:
    """The codes of records (ASCII `letters`, one record after the other) in rows of `width`, padded with 4.

    Examples
    --------
    >>> filled_rows(np.frombuffer(b"ACG", dtype=np.uint8), np.array([2, 1]), 3).tolist()
    [0, 1, 4, 2, 4, 4]
    """
    codes = encode(letters)
    if (lengths == width).all():
        return codes
    rows = np.full(lengths.size * width, NOT_ACGT, dtype=np.uint8)
    copy_segments(codes, places_of(lengths)[:-1], rows, np.arange(lengths.size) * width, lengths)
    return rows


@define
class ArraySink:
    """Writes the cells of each record at its row of an array, which begins at byte `_begin` of the target.

    Without a `_width` records follow one another without padding.
    """

    _target: ByteTarget
    _records: Records
    _cells: Cells
    _width: int | None
    _begin: int = 0
    _reserved: int = field(default=0, init=False)

    def reserve(self, numbers: NDArray[np.int64]) -> int:
        """The first base of the records, among those of the array."""
        place = self._reserved
        bases = self._records.lengths(numbers).sum() if self._width is None else numbers.size * self._width
        self._reserved += int(bases)
        return place

    def made(self, part: Part) -> Any:
        """The cells of the part."""
        if part.begins and part.ends and self._width is not None:
            codes = filled_rows(part.letters, part.lengths, self._width)
        else:
            codes = encode(part.letters)
            if part.ends and self._width is not None:
                rest = self._width - part.done - part.letters.size
                codes = np.append(codes, np.full(rest, NOT_ACGT, dtype=np.uint8))
        return self._target.made(self._cells.of(codes), self._byte(part))

    def corrected(self, part: Part, made: Any, count: int) -> None:
        """See `gsynth.outputs.Sink`."""
        self._target.corrected(made, self._cells.of(encode(part.letters[:count])), self._byte(part))

    def take(self, part: Part, made: Any) -> None:
        """See `gsynth.outputs.Sink`."""
        self._target.take(made)

    def result(self) -> None:
        """None: everything is in the file."""

    def _byte(self, part: Part) -> int:
        return self._begin + (part.place + part.done) * self._cells.size


@define
class MemoryTarget:
    """Memory that is written anywhere, on any thread."""

    data: NDArray[np.uint8]

    @property
    def path(self) -> None:
        """None: other processes have other memory."""

    def made(self, data: NDArray[np.uint8], place: int) -> None:
        """See `gsynth.outputs.placed.ByteTarget`."""
        self.data[place : place + data.size] = data

    def corrected(self, made: object, data: NDArray[np.uint8], place: int) -> None:
        """See `gsynth.outputs.placed.ByteTarget`."""
        self.made(data, place)

    def take(self, made: object) -> None:
        """See `gsynth.outputs.placed.ByteTarget`."""

    def finish(self) -> None:
        """See `gsynth.outputs.placed.ByteTarget`."""


@define
class MemoryArraySink(ArraySink):
    """Returns the array; a list of one array for each record if they are not of one length and not padded."""

    @classmethod
    def of(cls, records: Records, cells: Cells, width: int | None) -> MemoryArraySink:
        """With room for all records."""
        bases = records.bases if width is None else len(records) * width
        return cls(MemoryTarget(np.empty(bases * cells.size, dtype=np.uint8)), records, cells, width)

    def result(self) -> Any:
        """See `gsynth.outputs.Sink`."""
        assert isinstance(self._target, MemoryTarget)
        values = self._target.data.view(self._cells.dtype)
        if self._width is not None:
            return values.reshape(self._cells.shape(len(self._records), self._width))
        places = places_of(self._records.lengths(np.arange(len(self._records), dtype=np.int64)))
        return [values[first:last] for first, last in zip(places[:-1].tolist(), places[1:].tolist(), strict=True)]


def npy_header(shape: tuple[int, ...], dtype: np.dtype[Any]) -> bytes:
    """The beginning of a .npy file."""
    file = io.BytesIO()
    described = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, described)
    return file.getvalue()
