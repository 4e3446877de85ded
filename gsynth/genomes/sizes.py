"""A genome of which only the contig sizes are known: sampling needs no more."""

from __future__ import annotations

import os
from collections.abc import Mapping
from numbers import Integral
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

from attrs import field, frozen

from gsynth.errors import ArgumentError, ArgumentTypeError, FormatError, MissingFileError
from gsynth.genomes.sniffing import sniff
from gsynth.model.values import shown

# name, size; or the five columns of a .fai, of which the first two are the same.
_COLUMNS = (2, 5)

_DIGITS = 19
"""No size has more; Python refuses to read numbers of thousands."""


def _checked(sizes: Mapping[str, int]) -> Mapping[str, int]:
    for name, size in sizes.items():
        if not isinstance(name, str) or not name:
            raise ArgumentTypeError(f"genome: contig names must be non-empty strings, found {name!r}")
        if isinstance(size, bool) or not isinstance(size, Integral):
            raise ArgumentTypeError(f"genome: the size of {name!r} must be an integer, found {size!r}")
        if not 0 <= size < 2**62:
            raise ArgumentError(f"genome: the size of {name!r} is {shown(size)}, expected 0 .. 2**62")
    return MappingProxyType({name: int(size) for name, size in sizes.items()})


def is_sizes_source(source: object) -> bool:
    """True for a mapping of names to integers, and for a file of names and sizes."""
    if isinstance(source, Mapping):
        return bool(source) and all(isinstance(v, Integral) and not isinstance(v, bool) for v in source.values())
    return isinstance(source, str | os.PathLike) and sniff(Path(source)) == "sizes"


@frozen(eq=False)
class SizesGenome:
    """Contig names and sizes, no bases.

    Examples
    --------
    >>> SizesGenome({"chr1": 1000}).contigs["chr1"]
    1000
    """

    contigs: Mapping[str, int] = field(converter=_checked)
    name: str = "chromosome sizes"
    has_sequence: bool = field(default=False, init=False)

    def fetch(self, contig: str, start: int, end: int) -> NoReturn:
        """Always ArgumentError: there is no sequence."""
        raise ArgumentError(
            f"{self.name} holds no sequence, and this needs the bases of {contig!r}: "
            "pass a genome with sequence (genome=FASTA, .2bit or a dict of name -> sequence)"
        )

    def __reduce__(self) -> tuple[object, ...]:
        return SizesGenome, (dict(self.contigs), self.name)


class SizesOpener:
    """Opens a mapping of names to sizes, or a two-column (or ``.fai``) file of them."""

    def open(self, source: object) -> SizesGenome:
        if isinstance(source, Mapping):
            return SizesGenome(source)
        if isinstance(source, str | os.PathLike):
            return SizesGenome(read_sizes(Path(source)), os.fspath(source))
        raise ArgumentTypeError(f"genome: expected name -> size or a file of them, found {type(source).__name__}")


def read_sizes(path: Path) -> dict[str, int]:
    """Contig name -> size, from a file of two columns (``chrom.sizes``) or a ``.fai``."""
    if not path.is_file():
        raise MissingFileError(f"genome: no file {str(path)!r}")
    sizes: dict[str, int] = {}
    with path.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            if len(words) not in _COLUMNS or not words[1].isdecimal() or len(words[1]) > _DIGITS:
                raise FormatError(f"{path}, line {number}: expected a name and a size, found {line!r:.80}")
            if words[0] in sizes:
                raise FormatError(f"{path}, line {number}: contig {words[0]!r} appears twice")
            sizes[words[0]] = int(words[1])
    if not sizes:
        raise FormatError(f"{path} holds no contig sizes")
    return sizes
