"""Finds where each sequence begins in a table, and opens the genome."""

from __future__ import annotations

from pathlib import Path

from gsynth.plugins import ArgumentError, FormatError, MissingFileError, source_options
from gsynth_seqtab.genome import Stretch, TableGenome


class TableOpener:
    """See `gsynth.plugins.GenomeOpener`. Options: ``name`` and ``sequence``, the numbers of their columns, from 1."""

    def open(self, source: object) -> TableGenome:
        path, options = source_options(source, ["name", "sequence"])
        name, sequence = (_column(options.get(key, default), key) for key, default in (("name", 1), ("sequence", 2)))
        if not path.is_file():
            raise MissingFileError(f"genome: no file {str(path)!r}")
        return TableGenome(path, _stretches(path, name, sequence), source)


def _column(value: object, key: str) -> int:
    # From the command line it is text.
    number = int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 4 else value
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise ArgumentError(f"{key} must be the number of a column, from 1 on, found {value!r}")
    return number - 1


def _stretches(path: Path, name: int, sequence: int) -> dict[str, Stretch]:
    found: dict[str, Stretch] = {}
    offset = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            columns = line.rstrip(b"\r\n").split(b"\t")
            if len(columns) <= max(name, sequence):
                raise FormatError(
                    f"{path}, line {number}: {len(columns)} columns, expected {max(name, sequence) + 1} or more, "
                    "separated by tabs"
                )
            try:
                contig = columns[name].decode()
            except UnicodeDecodeError:
                raise FormatError(f"{path}, line {number}: the name is not UTF-8") from None
            if not contig or contig in found:
                raise FormatError(f"{path}, line {number}: contig {contig!r}, expected a name, and each once")
            begin = offset + sum(len(column) + 1 for column in columns[:sequence])
            found[contig] = begin, len(columns[sequence])
            offset += len(line)
    if not found:
        raise FormatError(f"{path} is empty, expected a name and a sequence in each line")
    return found
