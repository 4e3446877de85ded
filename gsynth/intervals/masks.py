"""Masks: sets of positions, asked for block by block as runs."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from gsynth.errors import ArgumentError
from gsynth.genomes.aliases import Alias, AliasSource, resolve_alias
from gsynth.intervals.collecting import collect, flattened
from gsynth.intervals.resolving import UNKNOWN, clipped, genome_ids, unknown_contigs
from gsynth.intervals.rows import Rows
from gsynth.intervals.table import Intervals
from gsynth.plugins.contracts import Genome

SOFT: Final = "soft"
"""The mask of the genome's lowercase runs."""

_SHOWN: Final = 3

Runs = NDArray[np.int64]
"""int64[m, 2]: half-open runs in absolute coordinates, sorted, apart from one another."""


class Mask(Protocol):
    """Positions of a genome. Safe to ask from many threads at once."""

    @property
    def uses_sequence(self) -> bool:
        """True if `runs` needs the bases."""
        ...

    def runs(self, contig: str, start: int, end: int, sequence: NDArray[np.uint8] | None) -> Runs:
        """The masked runs within ``[start, end)`` of `contig`.

        Parameters
        ----------
        contig : str
        start, end : int
            0-based, half-open.
        sequence : uint8[end - start] or None
            The ASCII bases of ``[start, end)``, if `uses_sequence`.

        Returns
        -------
        int64[m, 2]
            Half-open runs in absolute coordinates, clipped to ``[start, end)``, sorted, not touching one another.
        """
        ...


@frozen
class SoftMask:
    """The lowercase letters of the sequence.

    Examples
    --------
    >>> SoftMask().runs("chr1", 100, 106, np.frombuffer(b"ACgtAn", dtype=np.uint8)).tolist()
    [[102, 104], [105, 106]]
    """

    uses_sequence: bool = field(default=True, init=False)

    def runs(self, contig: str, start: int, end: int, sequence: NDArray[np.uint8] | None) -> Runs:
        """As `Mask.runs`."""
        if sequence is None or sequence.size != end - start:
            raise ArgumentError(f"the soft mask needs the {end - start} bases of {contig}:{start}-{end}")
        padded = np.zeros(sequence.size + 2, dtype=np.bool_)
        np.less(sequence - np.uint8(ord("a")), 26, out=padded[1:-1])
        edges = np.flatnonzero(padded[1:] != padded[:-1]).astype(np.int64)
        edges += start
        return edges.reshape(-1, 2)


@frozen(eq=False)
class IntervalMask:
    """Given intervals, merged.

    Parameters
    ----------
    by_contig : mapping of str to int64[m, 2]
        For each contig its runs, sorted, not touching one another.
    """

    by_contig: Mapping[str, Runs] = field(repr=False)
    uses_sequence: bool = field(default=False, init=False)

    def runs(self, contig: str, start: int, end: int, sequence: NDArray[np.uint8] | None = None) -> Runs:
        """As `Mask.runs`; a binary search, however many runs there are."""
        table = self.by_contig.get(contig)
        if table is None or start >= end:
            return np.empty((0, 2), dtype=np.int64)
        low = int(np.searchsorted(table[:, 1], start, side="right"))
        high = int(np.searchsorted(table[:, 0], end, side="left"))
        return np.clip(table[low : max(low, high)], start, end)


@frozen(eq=False)
class UnionMask:
    """What any of its members masks."""

    members: Sequence[Mask]

    @property
    def uses_sequence(self) -> bool:
        return any(member.uses_sequence for member in self.members)

    def runs(self, contig: str, start: int, end: int, sequence: NDArray[np.uint8] | None) -> Runs:
        """As `Mask.runs`."""
        return merged(np.concatenate([member.runs(contig, start, end, sequence) for member in self.members]))


def merged(runs: Runs) -> Runs:
    """Half-open runs in any order, overlapping or touching, as sorted runs that do neither.

    Examples
    --------
    >>> merged(np.array([[5, 7], [0, 3], [3, 4], [6, 6]])).tolist()
    [[0, 4], [5, 7]]
    """
    runs = runs[runs[:, 0] < runs[:, 1]]
    if not runs.size:
        return np.empty((0, 2), dtype=np.int64)
    if (runs[1:, 0] < runs[:-1, 0]).any():
        runs = runs[np.argsort(runs[:, 0], kind="stable")]
    reach = np.maximum.accumulate(runs[:, 1])
    first = np.flatnonzero(np.append(True, runs[1:, 0] > reach[:-1]))
    last = np.append(first[1:], runs.shape[0]) - 1
    return np.stack([runs[first, 0], reach[last]], axis=1)


def resolve_mask(
    source: object, genome: Genome, *, what: str = "mask", alias: AliasSource | Alias = None
) -> Mask | None:
    """What a user gives as a mask.

    Parameters
    ----------
    source : object
        None: no mask. "soft": the genome's lowercase runs. Else as `gsynth.intervals.resolve_intervals`, in any
        order, overlapping or not; a list may mix these.
    genome : Genome
    what : str
        What messages call the argument.
    alias : mapping, path, "ucsc-ensembl" or Alias, optional
        As for `resolve_intervals`.

    Returns
    -------
    Mask or None

    Warns
    -----
    UserWarning
        Once for runs beyond a contig's end, which are clipped; and once for runs on contigs that the genome lacks,
        which are left out as long as others are on contigs that it has (a mask of the whole assembly may serve a
        genome of one chromosome).

    Raises
    ------
    ContigError
        The genome has none of a source's contigs.
    ArgumentError, ArgumentTypeError, MissingFileError, FormatError

    Examples
    --------
    >>> from gsynth.genomes import open_genome
    >>> genome = open_genome({"chr1": "ACGTacgtACGT"})
    >>> mask = resolve_mask(["soft", ("chr1", 7, 10)], genome)
    >>> mask.runs("chr1", 0, 12, genome.fetch("chr1", 0, 12)).tolist()
    [[4, 10]]
    """
    if source is None:
        return None
    items = list(flattened(source))
    given = [item for item in items if not _is_soft(item)]
    members: list[Mask] = [SoftMask()] if len(given) < len(items) else []
    if members and not genome.has_sequence:
        raise ArgumentError(f"{what}='soft' needs a genome with sequence, and {genome.name} has sizes alone")
    if given or not members:
        members.append(_interval_mask(given, genome, what, resolve_alias(alias, genome)))
    return members[0] if len(members) == 1 else UnionMask(members)


def _is_soft(item: object) -> bool:
    return isinstance(item, str) and item == SOFT


def _interval_mask(source: list[object], genome: Genome, what: str, alias: Alias) -> IntervalMask:
    sources, ids = [], []
    for rows in collect(source, genome, what, alias):
        known = _known(rows, genome, alias)
        known.check()
        sources.append(known)
        ids.append(genome_ids(known, genome, alias)[known.ids])
    return IntervalMask(dict(_merged_by_contig(clipped(sources, ids, genome, what))))


def _known(rows: Rows, genome: Genome, alias: Alias) -> Rows:
    """The rows on the genome's contigs; an error if there are none, a warning if there are others."""
    found = genome_ids(rows, genome, alias)
    unknown = [name for name, row in zip(rows.names, found, strict=True) if row == UNKNOWN]
    if not unknown:
        return rows
    if len(unknown) == len(rows.names):
        raise unknown_contigs(rows, genome, alias)
    kept = found[rows.ids] != UNKNOWN
    more = f" and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
    warnings.warn(
        f"{rows.source}: {int((~kept).sum())} {rows.unit}s are on contigs that {genome.name} lacks "
        f"({', '.join(unknown[:_SHOWN])}{more}) and were left out",
        UserWarning,
        stacklevel=4,
    )
    return rows.selected(kept)


def _merged_by_contig(intervals: Intervals) -> Iterator[tuple[str, Runs]]:
    order = np.argsort(intervals.ids, kind="stable")
    ids = intervals.ids[order]
    runs = np.stack([intervals.starts[order], intervals.ends[order]], axis=1)
    edges = np.searchsorted(ids, np.arange(len(intervals.names) + 1))
    for row in np.unique(ids):
        yield intervals.names[row], merged(runs[edges[row] : edges[row + 1]])
