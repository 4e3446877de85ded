"""Masks: sets of positions, as runs in the pieces of a block."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from typing import Any, Final, Literal, Protocol, SupportsIndex, get_args

import attrs
import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from gsynth.errors import ArgumentError
from gsynth.files.addressing import FileAddress
from gsynth.files.segments import runs_outside, runs_within
from gsynth.genomes.aliases import Alias, AliasLike, resolve_alias
from gsynth.intervals.collecting import IntervalsLike, collect, flattened
from gsynth.intervals.pieces import Pieces
from gsynth.intervals.resolving import UNKNOWN, clipped, genome_ids, unknown_contigs
from gsynth.intervals.rows import Rows
from gsynth.intervals.table import Intervals
from gsynth.plugins.contracts import Genome

SOFT: Final = "soft"
"""The mask of the genome's lowercase runs."""

_SHOWN: Final = 3

_SMALL: Final = 1 << 16
"""Bytes of runs that are sent to another process as they are."""

MaskOverlap = Literal["start", "any"]
"""Which windows of k + 1 bases a mask keeps out: those whose first base is in it, or those that hold any base of it."""
ANY: Final = "any"
MASK_OVERLAPS: Final = get_args(MaskOverlap)

MaskLike = IntervalsLike
"""Intervals in any order, overlapping or not, and the word "soft"; a sequence may mix these."""

Runs = NDArray[np.int64]
"""int64[m, 2]: half-open runs, sorted, disjoint."""


class Mask(Protocol):
    """Positions of a genome. Safe to use from many threads at once."""

    @property
    def uses_sequence(self) -> bool:
        """True if `runs` needs the bases."""
        ...

    def block_runs(self, pieces: Pieces, places: NDArray[np.int64], bases: NDArray[np.uint8]) -> Runs:
        """The masked runs of the pieces, as they lie in a block.

        Parameters
        ----------
        pieces : Pieces
        places : int64[p]
            Where in the block the first position of each piece lies; the pieces are in order, with or without gaps.
        bases : uint8[at least places[-1] + size of the last piece]
            The ASCII bases of the block, if `uses_sequence`.

        Returns
        -------
        int64[m, 2]
            Half-open runs in places of the block, sorted, disjoint, each within one piece.
        """
        ...


@frozen
class SoftMask:
    """The lowercase letters of the sequence."""

    uses_sequence: bool = field(default=True, init=False)

    def block_runs(self, pieces: Pieces, places: NDArray[np.int64], bases: NDArray[np.uint8]) -> Runs:
        """See `Mask.block_runs`."""
        ends = places + pieces.sizes
        padded = np.zeros(int(ends[-1]) + 2 if ends.size else 2, dtype=np.bool_)
        # One comparison for both ends of the range: bytes below "a" wrap around to large numbers.
        np.less(bases[: padded.size - 2] - np.uint8(ord("a")), 26, out=padded[1:-1])
        runs = np.flatnonzero(padded[1:] != padded[:-1]).astype(np.int64).reshape(-1, 2)
        # A run that continues in the next piece, or in the gap between, is cut where the piece ends.
        return overlaps(runs, np.stack([places, ends], axis=1)) if ends.size > 1 else runs


@frozen
class MaskFiles:
    """The files from which a mask was made, and the genome on which they lie."""

    paths: tuple[str, ...]
    genome: Genome
    alias: Alias

    @property
    def remain(self) -> bool:
        """Whether the files are still there: what was read from a pipe is not."""
        return all(os.path.isfile(path) for path in self.paths)

    def reduced(self) -> tuple[object, ...]:
        """What ``__reduce__`` of the mask returns."""
        return _reopened, (tuple(FileAddress.of(path) for path in self.paths), self.genome, self.alias)


@frozen(eq=False)
class IntervalMask:
    """Given intervals, merged, on one axis: the contigs follow one another, each as long as its runs reach.

    Parameters
    ----------
    offsets, extents : int64[contigs]
        Where on the axis each of the genome's contigs begins, and how far its runs reach.
    table : int64[m, 2]
        The runs on the axis, sorted, on one contig not touching one another.
    files : MaskFiles or None
        From what it was made, so that a pickle need not hold the runs.
    """

    offsets: NDArray[np.int64] = field(repr=False)
    extents: NDArray[np.int64] = field(repr=False)
    table: Runs = field(repr=False)
    uses_sequence: bool = field(default=False, init=False)
    _files: MaskFiles | None = field(default=None, kw_only=True, repr=False)

    def __reduce_ex__(self, protocol: SupportsIndex, /) -> Any:
        # Millions of repeats are read again from the file by each process, and are not sent to it.
        if self._files is None or self.table.nbytes < _SMALL or not self._files.remain:
            return super().__reduce_ex__(protocol)
        return self._files.reduced()

    @classmethod
    def of(cls, intervals: Intervals) -> IntervalMask:
        """The union of intervals in any order, overlapping or not."""
        extents = np.zeros(len(intervals.names), dtype=np.int64)
        np.maximum.at(extents, intervals.ids, intervals.ends)
        # One position between contigs, so that runs at the end of one and the start of the next do not merge.
        offsets = np.cumsum(extents + 1) - extents - 1
        shift = offsets[intervals.ids]
        return cls(offsets, extents, merged(np.stack([intervals.starts + shift, intervals.ends + shift], axis=1)))

    def block_runs(self, pieces: Pieces, places: NDArray[np.int64], bases: NDArray[np.uint8]) -> Runs:
        """See `Mask.block_runs`; binary searches, however many runs there are."""
        offsets, extents = self.offsets[pieces.ids], self.extents[pieces.ids]
        firsts, lasts = (offsets + np.minimum(ends, extents) for ends in (pieces.firsts, pieces.lasts))
        piece, runs = runs_within(self.table, firsts, lasts)
        moved: Runs = runs + (places - pieces.firsts - offsets)[piece, None]
        return moved


@frozen(eq=False)
class UnionMask:
    """Positions that any of its members masks."""

    members: Sequence[Mask]

    @property
    def uses_sequence(self) -> bool:
        return any(member.uses_sequence for member in self.members)

    def block_runs(self, pieces: Pieces, places: NDArray[np.int64], bases: NDArray[np.uint8]) -> Runs:
        """See `Mask.block_runs`."""
        runs = merged(np.concatenate([member.block_runs(pieces, places, bases) for member in self.members]))
        return overlaps(runs, np.stack([places, places + pieces.sizes], axis=1)) if len(pieces) > 1 else runs


@frozen(eq=False)
class ComplementMask:
    """Positions that its member does not mask."""

    member: Mask

    @property
    def uses_sequence(self) -> bool:
        return self.member.uses_sequence

    def block_runs(self, pieces: Pieces, places: NDArray[np.int64], bases: NDArray[np.uint8]) -> Runs:
        """See `Mask.block_runs`."""
        whole = np.stack([places, places + pieces.sizes], axis=1)
        return runs_outside(whole[whole[:, 0] < whole[:, 1]], self.member.block_runs(pieces, places, bases))


def copied_outside(only: Mask | None, copied: Mask | None) -> Mask | None:
    """Everything but `only`, and what is in `copied`."""
    if only is None:
        return copied
    outside = ComplementMask(only)
    return outside if copied is None else UnionMask([outside, copied])


def overlaps(runs: Runs, within: Runs) -> Runs:
    """The intersection of runs and ranges, both sorted and disjoint, cut at the ends of the ranges.

    Examples
    --------
    >>> overlaps(np.array([[0, 4], [6, 9]]), np.array([[1, 3], [3, 7]])).tolist()
    [[1, 3], [3, 4], [6, 7]]
    """
    _, common = runs_within(runs, within[:, 0], within[:, 1])
    found: Runs = common[common[:, 0] < common[:, 1]]
    return found


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
    # Files are mostly sorted, and seeing that is much cheaper than sorting.
    if (runs[1:, 0] < runs[:-1, 0]).any():
        runs = runs[np.argsort(runs[:, 0], kind="stable")]
    # The farthest end so far: a run may lie inside a longer one that began before it.
    reach = np.maximum.accumulate(runs[:, 1])
    first = np.flatnonzero(np.append(True, runs[1:, 0] > reach[:-1]))
    last = np.append(first[1:], runs.shape[0]) - 1
    return np.stack([runs[first, 0], reach[last]], axis=1)


def check_mask_overlap(overlap: object) -> str:
    """`overlap` if it is one of `MASK_OVERLAPS`."""
    if not isinstance(overlap, str) or overlap not in MASK_OVERLAPS:
        raise ArgumentError(f"mask_overlap must be one of {', '.join(MASK_OVERLAPS)}, found {overlap!r}")
    return overlap


def resolve_mask(
    source: MaskLike | None, genome: Genome, *, what: str = "mask", alias: AliasLike | None = None
) -> Mask | None:
    """A user's mask, opened and checked.

    Parameters
    ----------
    source : object
        None: no mask. "soft": the genome's lowercase runs. Otherwise as for `gsynth.intervals.resolve_intervals`, in
        any order, overlapping or not; a list may mix these.
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
        Once for runs beyond a contig's end, which are clipped; and once for runs on contigs that the genome does not
        have, which are left out as long as others are on contigs that it has (a mask of the whole assembly can be used
        with a genome of one chromosome).

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
    >>> from gsynth.intervals.pieces import Pieces
    >>> whole = [np.array([value]) for value in (0, 0, 12, 0, 12)]
    >>> mask.block_runs(Pieces(("chr1",), *whole), np.array([0]), genome.fetch("chr1", 0, 12)).tolist()
    [[4, 10]]
    """
    if source is None:
        return None
    items = list(flattened(source))
    given = [item for item in items if not _is_soft(item)]
    members: list[Mask] = [SoftMask()] if len(given) < len(items) else []
    if members and not genome.has_sequence:
        raise ArgumentError(f"{what}='soft' needs a genome with sequence, but {genome.name} has only contig sizes")
    if given or not members:
        members.append(_interval_mask(given, genome, what, resolve_alias(alias, genome)))
    return members[0] if len(members) == 1 else UnionMask(members)


def _is_soft(item: object) -> bool:
    return isinstance(item, str) and item == SOFT


def _interval_mask(source: list[object], genome: Genome, what: str, alias: Alias) -> IntervalMask:
    sources, ids = [], []
    paths = [os.fspath(item) for item in source if isinstance(item, str | os.PathLike)]
    for rows in collect(source, genome, what, alias):
        if rows.nothing:
            warnings.warn(f"{what}: {rows.source} holds no intervals: {rows.nothing}", UserWarning, stacklevel=4)
        known = _known(rows, genome, alias)
        known.check()
        sources.append(known)
        ids.append(genome_ids(known, genome, alias)[known.ids])
    mask = IntervalMask.of(clipped(sources, ids, genome, what))
    if len(paths) < len(source) or any(rows.typed for rows in sources):
        return mask
    return attrs.evolve(mask, files=MaskFiles(tuple(paths), genome, alias))


def _reopened(addresses: tuple[FileAddress, ...], genome: Genome, alias: Alias) -> IntervalMask:
    """The mask of the files, where this process runs."""
    paths: list[object] = [address.checked() for address in addresses]
    with warnings.catch_warnings():
        # About the files they were given where they were opened first.
        warnings.simplefilter("ignore")
        return _interval_mask(paths, genome, "mask", alias)


def _known(rows: Rows, genome: Genome, alias: Alias) -> Rows:
    """The rows on the genome's contigs; an error if there are none, a warning if there are others."""
    found = genome_ids(rows, genome, alias)
    unknown = [name for name, row in zip(rows.names, found, strict=True) if row == UNKNOWN]
    if not unknown:
        return rows
    if unknown and len(unknown) == len(rows.names):
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
