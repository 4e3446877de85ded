"""A genome of which only the contig sizes are known: sampling needs no more."""

from __future__ import annotations

import os
from collections.abc import Mapping
from numbers import Integral
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

from attrs import field, frozen

from gsynth.errors import ArgumentError, ArgumentTypeError
from gsynth.files.tables import rows
from gsynth.files.textblocks import TextFile
from gsynth.files.words import integer
from gsynth.genomes.contignames import check_name
from gsynth.genomes.paths import path_in
from gsynth.genomes.sizes_lines import is_header, is_sizes_line
from gsynth.genomes.sniffing import sniff
from gsynth.model.values import shown
from gsynth.plugins import source_format


def _checked(sizes: Mapping[str, int]) -> Mapping[str, int]:
    for name, size in sizes.items():
        check_name(name)
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
        if isinstance(source, Mapping) and source_format(source) is None:
            return SizesGenome(source)
        if isinstance(source, Mapping):
            path = path_in(source, "the path of a file of sizes")
            return SizesGenome(read_sizes(path), os.fspath(path))
        if isinstance(source, str | os.PathLike):
            return SizesGenome(read_sizes(source), os.fspath(source))
        raise ArgumentTypeError(f"genome: expected name -> size or a file of them, found {type(source).__name__}")


def read_sizes(path: str | os.PathLike[str]) -> dict[str, int]:
    """Contig name -> size, from a file of two columns (``chrom.sizes``), ``chromInfo.txt`` of UCSC or a ``.fai``."""
    file = TextFile(os.fspath(path), "table of contig sizes", "genome")
    sizes: dict[str, int] = {}
    for number, columns in rows(file):
        size = integer(columns[1]) if len(columns) > 1 else None
        if is_header(columns) and not sizes:
            file.warn(f", line {number}: skipped, a header line ({' '.join(columns)})")
            continue
        if size is None or size < 0 or not is_sizes_line(columns):
            raise file.refused(number, " ".join(columns), "a name and a size")
        if columns[0] in sizes:
            raise file.error(f"line {number}: contig {columns[0]!r} appears twice")
        sizes[columns[0]] = size
    if not sizes:
        raise file.error(f"it holds no contig sizes{'' if file.head else ' (0 bytes)'}")
    return sizes
