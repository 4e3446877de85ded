"""From what a user gives as a genome to a `Genome`: the plugins are asked in turn; and the genome of the process."""

from __future__ import annotations

import os
import weakref
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gsynth.errors import ArgumentError, ArgumentTypeError, FormatError, MissingFileError
from gsynth.files import PathLike
from gsynth.files.addresses import address_error, is_address
from gsynth.files.pipes import spooled
from gsynth.files.textblocks import is_pipe
from gsynth.genomes.aliased import AliasedGenome
from gsynth.genomes.aliases import AliasLike, resolve_alias
from gsynth.genomes.opened import OpenGenome
from gsynth.genomes.sniffing import described
from gsynth.plugins import checking, source_format, source_path
from gsynth.plugins.contracts import Genome
from gsynth.plugins.origins import class_of, note_origin, origin_of
from gsynth.plugins.registry import registry
from gsynth.plugins.roles import GENOME

_Bases = str | bytes | bytearray | memoryview | NDArray[np.uint8]

GenomeLike = PathLike | Mapping[str, _Bases | PathLike | int | np.integer[Any]] | Genome
"""A path that a genome plugin reads, or a dict of it and a format; contigs with their sequences or sizes; or
an open genome."""


def open_genome(source: GenomeLike | None = None, *, chrom_alias: AliasLike | None = None) -> OpenGenome:
    """Open a genome; in a ``with`` block, it is closed at its end.

    Calls open and close what they are given as ``genome=`` by themselves. A genome that is opened here is read without
    looking for its index again.

    Parameters
    ----------
    source : None, path, mapping or Genome
        A path to FASTA (plain, gzip, bgzip) or anything else that a genome plugin reads, recognised by its content; a
        mapping of names to sequences (str, bytes, uint8 arrays of ASCII) or to sizes; a dict with ``path``, ``format``
        (the name of a genome plugin) and its options; an open genome, which stays open when the one that is returned
        is closed; None: the genome of `gsynth.use_genome`.
    chrom_alias : mapping, path or "ucsc-ensembl", optional
        Renames the contigs found in intervals, masks and tracks so that they match this genome: a mapping of their
        names to the genome's, a text file of two columns with the same, or "ucsc-ensembl" (chr1 is 1, chrM is MT). The
        genome keeps its own names.

    Returns
    -------
    OpenGenome
        What any ``genome=`` takes, with ``name``, ``contigs`` (name to length), ``has_sequence`` and ``fetch``.

    Raises
    ------
    ArgumentError
        None was given and none was set.
    MissingFileError, FormatError
        No such file; no plugin reads it.
    ArgumentTypeError
        Neither a path, a mapping nor a genome.

    Examples
    --------
    >>> import gsynth
    >>> with gsynth.open_genome({"chr1": "ACGTNN"}) as genome:
    ...     genome.contigs["chr1"], genome.fetch("chr1", 1, 4).tobytes()
    (6, b'CGT')
    """
    borrowed = isinstance(source, OpenGenome) or source is None or checking.is_genome(source)
    genome = resolve_genome(source, chrom_alias)
    made = OpenGenome(genome, not borrowed)
    note_origin(made, "genome", origin_of(genome, "genome"))
    return made


def resolve_genome(source: GenomeLike | None, chrom_alias: AliasLike | None = None) -> Genome:
    """The genome that `open_genome` wraps, as the calls use it."""
    genome = _opened(source)
    if chrom_alias is None:
        return genome
    aliased = AliasedGenome(genome, resolve_alias(chrom_alias))
    note_origin(aliased, "genome", origin_of(genome, "genome"))
    return aliased


def _opened(source: object) -> Genome:
    if source is None:
        return _current()
    if isinstance(source, OpenGenome):
        source.check_open()
        return source.genome
    if checking.is_genome(source):
        note_origin(source, "genome", f"the object passed as genome=, of {class_of(source)}")
        checking.check_genome(source)
        return source
    # A dict of sequences may hold one named "path"; only together with a format it says where a file is.
    path = source if isinstance(source, str | os.PathLike) else None
    if isinstance(source, Mapping) and source_format(source) is not None:
        path = source_path(source)
    if path is None or not is_pipe(path):
        return _by_plugin(source, asked=path is not None)
    copy = ExitStack()
    place = copy.enter_context(spooled(path, "genome"))
    genome = _by_plugin({**source, "path": place} if isinstance(source, Mapping) else place, asked=True)
    # The copy of a pipe is needed for as long as the genome is used.
    weakref.finalize(genome, copy.close)
    return genome


def _by_plugin(source: object, *, asked: bool) -> Genome:
    """The genome of the plugin that the source asks for by name, or of the best one that accepts it."""
    chosen = source_format(source) if asked else None
    if chosen is not None:
        return checking.opened_genome(registry().load(GENOME, chosen), source)
    problems: list[str] = []
    for _, opener in checking.openers(registry(), GENOME, source, problems):
        return checking.opened_genome(opener, source)
    refusal = _refusal(source)
    failed = [f"problem: {problem}" for problem in problems]
    failed += [f"could not be loaded: {plugin}" for plugin in registry().broken]
    raise type(refusal)("\n  ".join([str(refusal), *failed]))


def _refusal(source: object) -> Exception:
    if isinstance(source, type):
        return ArgumentTypeError(f"genome must be an object, found the class {source.__name__}: make one of it")
    if isinstance(source, str | os.PathLike):
        return address_error("genome", source) if is_address(source) else _path_refusal(Path(source))
    if isinstance(source, Mapping):
        if not source:
            return ArgumentError("genome: the mapping is empty")
        kinds = sorted({type(value).__name__ for value in source.values()})
        return ArgumentTypeError(
            f"genome: a mapping must hold sequences (str, bytes, uint8 arrays) or sizes (int), found {', '.join(kinds)}"
        )
    hint = ""
    if hasattr(source, "read"):
        hint = "; of an open file pass the path, of text in memory a mapping of names to sequences"
    return ArgumentTypeError(f"genome must be a path, a mapping or an open genome, found {type(source).__name__}{hint}")


def _path_refusal(path: Path) -> Exception:
    if not path.exists():
        return MissingFileError(f"genome: no file {str(path)!r}")
    found = "is a folder" if path.is_dir() else described(path)
    names = ", ".join(registry().names(GENOME))
    return FormatError(
        f"genome: {path} {found}; no genome plugin reads it (installed: {names}): "
        "expected FASTA ('>' first; plain, gzip or bgzip), .2bit, "
        "the folder of a misha database (chrom_sizes.txt, seq/), or contig sizes"
    )


# Of the process, not of a thread or a context: worker threads must see it too.
_genome: Genome | None = None


def _current() -> Genome:
    """The genome that `use_genome` set; ArgumentError if none was."""
    if _genome is None:
        raise ArgumentError(
            "no genome: pass genome= (a FASTA or .2bit path, a dict of name -> sequence, or contig sizes; --genome on "
            "the command line), or call gsynth.use_genome(...) once"
        )
    return _genome


class use_genome:
    """Set the genome of the process, from now on or for a ``with`` block.

    Parameters
    ----------
    source : path, mapping, Genome or None
        As for `gsynth.open_genome`; None clears it.
    chrom_alias : mapping, path or "ucsc-ensembl", optional
        As for `gsynth.open_genome`.

    Examples
    --------
    >>> import gsynth
    >>> with gsynth.use_genome({"chr1": "ACGT"}):
    ...     dict(gsynth.open_genome().contigs)
    {'chr1': 4}
    """

    def __init__(self, source: GenomeLike | None, *, chrom_alias: AliasLike | None = None) -> None:
        genome = None if source is None else resolve_genome(source, chrom_alias)
        global _genome
        self._previous, _genome = _genome, genome
        self.genome = genome

    def __enter__(self) -> Genome | None:
        return self.genome

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        global _genome  # noqa: PLW0603  # the setting is of the process
        _genome = self._previous

    def __repr__(self) -> str:
        return f"use_genome({self.genome.name if self.genome else None!r})"
