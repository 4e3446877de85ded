"""Compares rows with a genome: names, then bounds."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from gsynth.errors import ArgumentError, FormatError
from gsynth.genomes.aliases import Alias, AliasLike, contig_error, resolve_alias
from gsynth.intervals.collecting import IntervalsLike, collect
from gsynth.intervals.labels import Labels
from gsynth.intervals.rows import Rows
from gsynth.intervals.table import Intervals
from gsynth.plugins.contracts import Genome

UNKNOWN = -1


def resolve_intervals(
    source: IntervalsLike | None,
    genome: Genome,
    *,
    what: str = "intervals",
    alias: AliasLike | None = None,
    labelled: bool = False,
) -> Intervals:
    """A user's intervals, checked against `genome`.

    Parameters
    ----------
    source : object
        None: every contig from end to end, in the genome's order. A BED path (plain or gzip); a region string
        ``chr1`` or ``chr1:1,001-2,000`` (1-based, inclusive, as in samtools); a tuple (contig, start, end); a DataFrame
        (pandas, polars, pyarrow) with the columns chrom, start and end; an `Intervals`; or a list or Series that mixes
        these. All except region strings are 0-based, half-open. A string that is a contig's name is that contig, even
        if a file has the same name.
    genome : Genome
    what : str
        What messages call the argument.
    labelled : bool
        Keep the names and strands of BED files and DataFrames, too; an error for a source that has none.
    alias : mapping, path, "ucsc-ensembl" or Alias, optional
        Renames contigs; see `gsynth.genomes.aliases.resolve_alias`. None: the genome's own alias, if it has one.

    Returns
    -------
    Intervals
        In the caller's order. Intervals that reach beyond a contig's end are clipped, or left out if nothing remains,
        with one warning that counts both.

    Raises
    ------
    ContigError
        A contig that the genome does not have; the message shows both spellings, and the alias that would help.
    ArgumentError
        A start below 0, or not below its end; the message names the row.
    FormatError
        A file that is not BED, or holds no intervals.
    MissingFileError, ArgumentTypeError

    Examples
    --------
    >>> from gsynth.genomes import open_genome
    >>> genome = open_genome({"chr1": "ACGTACGT"})
    >>> list(resolve_intervals(["chr1:1-3", ("chr1", 4, 8)], genome))
    [Interval(contig='chr1', start=0, end=3), Interval(contig='chr1', start=4, end=8)]
    """
    if source is None:
        if labelled:
            raise ArgumentError(f"names='bed' takes the names of a BED file's fourth column: pass it as {what}")
        return Intervals.whole(genome)
    if isinstance(source, Intervals) and source.names == tuple(genome.contigs):
        # Resolved already. An alias is for the names of files: a second renaming could turn one contig into another.
        return source
    renaming = resolve_alias(alias, genome)
    sources = list(collect(source, genome, what, renaming, labelled=labelled))
    ids = []
    for rows in sources:
        if rows.nothing:
            raise FormatError(f"{what}: {rows.source} holds no intervals: {rows.nothing}")
        found = genome_ids(rows, genome, renaming)
        if (found == UNKNOWN).any():
            raise unknown_contigs(rows, genome, renaming)
        if labelled and rows.labels is None:
            raise ArgumentError(
                f"names='bed' takes the names of a BED file's fourth column, and {rows.source} has none"
            )
        ids.append(found[rows.ids])
        rows.check()
    return clipped(sources, ids, genome, what)


def genome_ids(rows: Rows, genome: Genome, alias: Alias) -> NDArray[np.int64]:
    """For each of the rows' names, its index among the genome's contigs, or UNKNOWN."""
    table = {name: row for row, name in enumerate(genome.contigs)}
    renamed = (alias.rename(name, genome.contigs) for name in rows.names)
    return np.array([table.get(name, UNKNOWN) for name in renamed], dtype=np.int64)


def unknown_contigs(rows: Rows, genome: Genome, alias: Alias) -> Exception:
    """The error for rows on contigs that the genome does not have."""
    return contig_error([alias.rename(name, genome.contigs) for name in rows.names], rows.source, genome)


def clipped(sources: list[Rows], ids: list[NDArray[np.int64]], genome: Genome, what: str) -> Intervals:
    """The rows of all sources, clipped to their contigs; one warning if any had to be."""
    # Concatenated with an empty array, because there may be no source at all.
    none = [np.empty(0, dtype=np.int64)]
    contig = np.concatenate(none + ids)
    starts = np.concatenate(none + [rows.starts for rows in sources])
    ends = np.concatenate(none + [rows.ends for rows in sources])
    # Sizes by row, so that one comparison serves all intervals of all sources.
    sizes = np.array(list(genome.contigs.values()), dtype=np.int64)[contig]
    labels = _labels(sources)
    beyond = np.flatnonzero(ends > sizes)
    if not beyond.size:
        return Intervals(tuple(genome.contigs), contig, starts, ends, labels)
    dropped = starts >= sizes
    _warn_beyond(what, _described(sources, int(beyond[0])), beyond.size, int(dropped.sum()), starts.size, genome)
    kept = ~dropped
    labels = None if labels is None else labels[kept]
    return Intervals(tuple(genome.contigs), contig[kept], starts[kept], np.minimum(ends, sizes)[kept], labels)


def _labels(sources: list[Rows]) -> Labels | None:
    """Names and strands of all, if all have them."""
    found = [rows.labels for rows in sources if rows.labels is not None]
    return Labels.joined(found) if found and len(found) == len(sources) else None


def _described(sources: list[Rows], row: int) -> str:
    """How a message refers to a row, counted through all sources."""
    for rows in sources:
        if row < rows.starts.size:
            return rows.describe(row)
        row -= rows.starts.size
    raise IndexError(row)


def _warn_beyond(what: str, first: str, beyond: int, dropped: int, total: int, genome: Genome) -> None:
    many = "1 interval reaches" if beyond == 1 else f"{beyond:,} intervals reach"
    gone = "left out" if dropped == beyond else "clipped"
    rest = f" ({dropped:,} of them left out, because nothing remained)" if 0 < dropped < beyond else ""
    # One or two are probably rounded ends; many probably belong to another assembly.
    asked = f"; of another assembly than {genome.name}?" if beyond > 2 and beyond * 10 >= total else ""
    warnings.warn(
        f"{what}: {many} beyond the end of the contig: {gone}{rest} ({first}){asked}", UserWarning, stacklevel=4
    )
