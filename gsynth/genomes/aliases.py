"""Contig names that two files spell differently: renaming on request, and the error that shows how to ask for it.

An alias is applied to the names found in intervals, masks and tracks, so that they match the genome's. Nothing is
guessed: without an alias a foreign name is an error, and the error says what to type.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping
from typing import Final

from attrs import define, frozen

from gsynth.errors import ArgumentError, ArgumentTypeError, ContigError, MissingFileError
from gsynth.files import PathLike
from gsynth.files.tables import rows
from gsynth.files.textblocks import TextFile
from gsynth.genomes.aliased import Alias as Alias
from gsynth.genomes.aliased import AliasedGenome
from gsynth.genomes.opened import OpenGenome
from gsynth.plugins.contracts import Genome

UCSC_ENSEMBL: Final = "ucsc-ensembl"
"""The alias that adds or removes ``chr``, and maps chrM to MT and back."""

_MITOCHONDRION: Final = {"chrM": "MT", "chrMT": "MT", "M": "MT", "MT": "chrM"}
_SHOWN: Final = 3


AliasLike = PathLike | Mapping[str, str] | Alias
"""A mapping of the names in a file to the genome's, a text file of two columns with the same, or "ucsc-ensembl"."""


@frozen
class NoAlias:
    """Every name stands for itself."""

    def rename(self, name: str, contigs: Mapping[str, int]) -> str:
        return name


@frozen
class TableAlias:
    """Names from a table: the name in the file -> the name in the genome."""

    table: Mapping[str, str]

    def rename(self, name: str, contigs: Mapping[str, int]) -> str:
        return self.table.get(name, name)


@define
class NotedAlias:
    """An alias that remembers whether it renamed anything, so that one without effect can be reported."""

    alias: Alias
    used: bool = False

    def rename(self, name: str, contigs: Mapping[str, int]) -> str:
        """As the alias does."""
        renamed = self.alias.rename(name, contigs)
        self.used |= renamed != name
        return renamed


@frozen
class UcscEnsemblAlias:
    """chr1 <-> 1, chrM <-> MT; whichever of the two the genome has."""

    def rename(self, name: str, contigs: Mapping[str, int]) -> str:
        # A name that fits already is never renamed: a genome may have both chr1 and 1.
        if name in contigs:
            return name
        return next((spelling for spelling in _other_spellings(name) if spelling in contigs), name)


def _other_spellings(name: str) -> list[str]:
    bare = name.removeprefix("chr")
    mitochondrial = _MITOCHONDRION.get(name)
    return ([mitochondrial] if mitochondrial else []) + [bare if bare != name else f"chr{name}"]


def resolve_alias(alias: AliasLike | None = None, genome: Genome | None = None) -> Alias:
    """What a user gives as `chrom_alias` as an `Alias`.

    Parameters
    ----------
    alias : None, mapping, path, "ucsc-ensembl" or Alias
        A mapping of the name in the file to the genome's name; a two-column text file of the same (tabs or spaces,
        ``#`` comments; plain or gzip, a file or a pipe); or the word "ucsc-ensembl": chr1 <-> 1, chrM <-> MT.
    genome : Genome, optional
        A table must map to a contig of this genome at least once. With `alias` None, the alias that the genome was
        opened with (``open_genome(..., chrom_alias=...)``) holds.

    Raises
    ------
    MissingFileError, FormatError, ArgumentTypeError

    Examples
    --------
    >>> resolve_alias("ucsc-ensembl").rename("chrM", {"1": 230218, "MT": 85779})
    'MT'
    >>> resolve_alias({"NC_001133.9": "chrI"}).rename("NC_001133.9", {"chrI": 230218})
    'chrI'
    """
    if alias is None:
        carried = genome.chrom_alias if isinstance(genome, AliasedGenome | OpenGenome) else None
        return carried if carried is not None else NoAlias()
    if isinstance(alias, Mapping):
        return _of_genome(TableAlias(dict(_checked_table(alias))), genome)
    if isinstance(alias, str) and alias == UCSC_ENSEMBL:
        return UcscEnsemblAlias()
    if isinstance(alias, str | os.PathLike):
        return _of_genome(TableAlias(_read_table(os.fspath(alias))), genome)
    if hasattr(alias, "rename"):
        return alias
    raise ArgumentTypeError(
        f"chrom_alias must be a mapping, a two-column file or {UCSC_ENSEMBL!r}, found {type(alias).__name__}"
    )


def noted_alias(alias: AliasLike | None, genome: Genome) -> Alias:
    """`resolve_alias` of what a caller of the API gives; a `NotedAlias`, where it is given."""
    resolved = resolve_alias(alias, genome)
    return resolved if alias is None or isinstance(resolved, NotedAlias) else NotedAlias(resolved)


def _of_genome(alias: TableAlias, genome: Genome | None) -> TableAlias:
    """`alias`, unless none of its names is the genome's: its columns are then swapped, or it is of another genome."""
    # One name that fits is enough: tables of an assembly often list more contigs than a genome file has.
    if genome is None or not alias.table or any(name in genome.contigs for name in alias.table.values()):
        return alias
    swapped = any(name in genome.contigs for name in alias.table)
    raise ArgumentError(
        f"chrom_alias maps to {_first(alias.table.values())}, but the genome ({genome.name}) has none of these; it has "
        f"{_first(genome.contigs)}"
        + ("; the other way round it would fit: the file's name comes first, then the genome's" if swapped else "")
    )


def _checked_table(table: Mapping[str, str]) -> Mapping[str, str]:
    for old, new in table.items():
        if not (isinstance(old, str) and isinstance(new, str)):
            raise ArgumentTypeError(f"chrom_alias must map names to names, found {old!r}: {new!r}")
    return table


def _read_table(path: str) -> dict[str, str]:
    if not os.path.lexists(path):
        near = f"; did you mean {UCSC_ENSEMBL!r}?" if difflib.get_close_matches(path, [UCSC_ENSEMBL]) else ""
        raise MissingFileError(
            f"chrom_alias: no file {path!r}; give a two-column file, a mapping or {UCSC_ENSEMBL!r}{near}"
        )
    file = TextFile(path, "table of two names", "chrom_alias")
    table: dict[str, str] = {}
    for number, columns in rows(file):
        if len(columns) != 2:
            raise file.refused(number, " ".join(columns), "two names (the file's, the genome's)")
        if table.setdefault(columns[0], columns[1]) != columns[1]:
            raise file.error(f"line {number}: {columns[0]!r} is mapped twice, to different names")
    if not table:
        raise file.error(f"it holds no names{'' if file.head else ' (0 bytes)'}")
    return table


def contig_error(found: Iterable[str], source: str, genome: Genome) -> ContigError:
    """The error for names that the genome lacks: both sides' names and, where an alias would do, what to type.

    Parameters
    ----------
    found : iterable of str
        The source's contig names, in its order.
    source : str
        What the message calls the source: a path, or an argument's name.
    genome : Genome

    Examples
    --------
    >>> from gsynth.genomes import open_genome
    >>> print(contig_error(["chrX"], "cpg.bed", open_genome({"X": "ACGT"})))
    cpg.bed: contig 'chrX' is not in the genome (a dict of 1 contig)
      cpg.bed has: chrX
      the genome has: X
      chrX is the genome's X: pass chrom_alias='ucsc-ensembl' (--chrom-alias ucsc-ensembl)
    """
    names = list(dict.fromkeys(found))
    unknown = [name for name in names if name not in genome.contigs]
    shown = ", ".join(repr(name) for name in unknown[:_SHOWN])
    more = f" and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
    are = "contig {} is" if len(unknown) == 1 else "contigs {} are"
    lines = [
        f"{source}: {are.format(shown + more)} not in the genome ({genome.name})",
        f"  {source} has: {_first(names)}",
        f"  the genome has: {_first(genome.contigs)}",
    ]
    return ContigError("\n".join([*lines, *_advice(unknown, genome)]))


def _first(names: Iterable[str]) -> str:
    listed = list(names)
    return ", ".join(listed[:_SHOWN]) + (f", ... ({len(listed)} in all)" if len(listed) > _SHOWN else "")


def _advice(unknown: list[str], genome: Genome) -> list[str]:
    toggle = UcscEnsemblAlias()
    fixed = [name for name in unknown if toggle.rename(name, genome.contigs) in genome.contigs]
    if fixed:
        which = f"{fixed[0]} is the genome's {toggle.rename(fixed[0], genome.contigs)}"
        return [f"  {which}: pass chrom_alias={UCSC_ENSEMBL!r} (--chrom-alias {UCSC_ENSEMBL})"]
    near = difflib.get_close_matches(unknown[0], list(genome.contigs), n=1) if len(unknown) == 1 else []
    meant = [f"  did you mean {near[0]!r}?"] if near else []
    return [*meant, "  pass chrom_alias={'name in the file': 'name in the genome'}, or leave those contigs out"]
