"""A genome that lies in memory: a mapping of names to sequences."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from gsynth.alphabet import NOT_ACGT
from gsynth.errors import ArgumentError, ArgumentTypeError
from gsynth.genomes.bounds import check_range
from gsynth.genomes.contignames import check_name
from gsynth.genomes.letters import SHOWN, codes_in, first_wrong, letter_error, report_codes

Bases = str | bytes | bytearray | memoryview | NDArray[np.uint8]


def is_dict_source(source: object) -> bool:
    """True for a mapping whose values are sequences."""
    if not isinstance(source, Mapping) or not source:
        return False
    return all(isinstance(value, str | bytes | bytearray | memoryview | np.ndarray) for value in source.values())


def bases_of(name: str, value: Bases) -> NDArray[np.uint8]:
    """A sequence as ASCII bytes, uint8[n], read-only; an array or bytes are not copied."""
    if isinstance(value, str):
        try:
            value = value.encode("ascii")
        except UnicodeEncodeError as error:
            raise ArgumentError(f"genome: the sequence of {name!r} holds {value[error.start]!r}, not ASCII") from None
    if isinstance(value, np.ndarray):
        if value.dtype != np.uint8 or value.ndim != 1:
            raise ArgumentTypeError(
                f"genome: the sequence of {name!r} must be a one-dimensional uint8 array of ASCII bytes, "
                f"found {value.dtype} of shape {value.shape}"
            )
        # A view of its own, so that only it becomes read-only, not the caller's array.
        array = np.ascontiguousarray(value).view()
    else:
        array = np.frombuffer(value, dtype=np.uint8)
    _check_letters(name, array)
    array.flags.writeable = False
    return array


def _check_letters(name: str, array: NDArray[np.uint8]) -> None:
    """ArgumentError for what is no nucleotide, of which all would be read as N."""
    if array.size and int(array.max()) <= NOT_ACGT:
        raise ArgumentError(
            f"genome: the sequence of {name!r} looks like codes 0 to {int(array.max())}; expected letters in ASCII: "
            "np.frombuffer(b'ACGTN', np.uint8)[codes]"
        )
    at = first_wrong(array)
    if at is not None:
        around = array[max(0, at - SHOWN) : at + SHOWN].tobytes()
        raise ArgumentError(str(letter_error(f"genome: {name!r} at position {at:,}", int(array[at]), around)))


def _sequences(source: Mapping[str, Bases]) -> dict[str, NDArray[np.uint8]]:
    for name in source:
        check_name(name)
    return {name: bases_of(name, value) for name, value in source.items()}


@frozen(eq=False)
class DictGenome:
    """Sequences held in memory.

    Examples
    --------
    >>> genome = DictGenome({"chr1": "ACGTn"})
    >>> genome.fetch("chr1", 1, 4).tobytes()
    b'CGT'
    """

    sequences: Mapping[str, NDArray[np.uint8]] = field(converter=_sequences, repr=False)
    contigs: Mapping[str, int] = field(init=False)
    has_sequence: bool = field(default=True, init=False)

    def __attrs_post_init__(self) -> None:
        sizes = {name: int(bases.size) for name, bases in self.sequences.items()}
        object.__setattr__(self, "contigs", MappingProxyType(sizes))

    @property
    def name(self) -> str:
        count = len(self.contigs)
        return f"a dict of {count} contig{'s' * (count != 1)}"

    def fetch(self, contig: str, start: int, end: int) -> NDArray[np.uint8]:
        """The bases of ``[start, end)`` as ASCII bytes: a view, not a copy."""
        check_range(self, contig, start, end)
        return self.sequences[contig][start:end]

    def fetch_many(
        self, ids: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64], out: NDArray[np.uint8]
    ) -> None:
        """Write the bases of many stretches, one after the other; a `gsynth.plugins.ManyFetcher`."""
        sequences = list(self.sequences.values())
        bounds = zip(ids.tolist(), starts.tolist(), ends.tolist(), strict=True)
        # The empty piece is for no stretches at all: `concatenate` refuses an empty list.
        np.concatenate([out[:0], *(sequences[row][start:end] for row, start, end in bounds)], out=out)

    def __reduce__(self) -> tuple[object, ...]:
        return DictGenome, (dict(self.sequences),)


class DictOpener:
    """Opens a mapping of names to sequences."""

    def open(self, source: object) -> DictGenome:
        if not isinstance(source, Mapping):
            raise ArgumentTypeError(f"genome: expected a dict of name -> sequence, found {type(source).__name__}")
        genome = DictGenome(source)
        report_codes("genome", np.sum([codes_in(bases) for bases in genome.sequences.values()], axis=0, dtype=np.int64))
        return genome
