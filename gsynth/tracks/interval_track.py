"""Tracks from BED, bedGraph and wig files: coverage, numbers or names."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, SupportsIndex

import attrs
import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from gsynth.files.columns import NotANumber
from gsynth.files.intervaltables import IntervalTable, read_intervals
from gsynth.files.textblocks import head_of
from gsynth.plugins import ArgumentError, FormatError, Genome, Track, source_options
from gsynth.tracks.bed_columns import column_index
from gsynth.tracks.overlaps import Meetings, ValuedIntervals
from gsynth.tracks.reopening import Origin
from gsynth.tracks.sniffing import holds_four_with_numbers
from gsynth.tracks.wig import read_wig

# A column with more names is an identifier, not a category; each name would be a bin of its own.
MAX_CATEGORIES: Final = 1000

Summary = Callable[[ValuedIntervals, Meetings], NDArray[np.float64]]


@frozen(eq=False)
class IntervalTrack:
    """Intervals held in memory, contig by contig (see `gsynth.plugins.Track`).

    Attributes
    ----------
    intervals : dict of str to ValuedIntervals
    summary : callable
        How a window's value follows from the intervals in it.
    elsewhere : float
        The value on a contig without intervals.
    origin : Origin or None
        From what it was made, so that a pickle need not hold the intervals.
    """

    intervals: Mapping[str, ValuedIntervals]
    summary: Summary
    elsewhere: float
    uses_sequence: bool = False
    flank: int = 0
    origin: Origin | None = field(default=None, kw_only=True, repr=False)

    def __reduce_ex__(self, protocol: SupportsIndex, /) -> Any:
        # What was read from a pipe is there only once, and goes as a table.
        if self.origin is None or not self.origin.remains:
            return super().__reduce_ex__(protocol)
        return self.origin.reduced()

    @property
    def contigs(self) -> Mapping[str, int]:
        """Contig name -> end of its last interval."""
        return {name: int(part.ends.max(initial=0)) for name, part in self.intervals.items()}

    def window_values(
        self, contig: str, edges: NDArray[np.int64], sequence: NDArray[np.uint8] | None
    ) -> NDArray[np.float64]:
        """One value for each window."""
        if contig not in self.intervals:
            return np.full(edges.size - 1, self.elsewhere)
        intervals = self.intervals[contig]
        return self.summary(intervals, intervals.along(edges))

    def many_values(
        self, contigs: Sequence[str], ids: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """One value for each window, contig by contig (see `gsynth.plugins.ManyWindows`)."""
        values = np.full(ids.size, self.elsewhere)
        order = np.argsort(ids, kind="stable")
        for rows in np.split(order, np.flatnonzero(np.diff(ids[order])) + 1):
            intervals = self.intervals.get(contigs[int(ids[rows[0]])]) if rows.size else None
            if intervals is not None:
                values[rows] = self.summary(intervals, intervals.anywhere(starts[rows], ends[rows]))
        return values


@frozen(eq=False)
class CategoryTrack(IntervalTrack):
    """Named intervals: a window has the number of the name that covers most of its bases.

    Attributes
    ----------
    categories : tuple of str
        The names, sorted.
    """

    categories: tuple[str, ...] = ()


class BedGraphOpener:
    """Opens a bedGraph: window means over the bases that have a value, NaN where none has."""

    def open(self, source: object, genome: Genome) -> Track:
        return open_bedgraph(source)


class WigOpener:
    """Opens a UCSC wig (fixedStep, variableStep): window means, as of a bedGraph."""

    def open(self, source: object, genome: Genome) -> Track:
        return open_wig(source)


class BedOpener:
    """Opens a BED file: the fraction of the window that it covers, or the values of a column.

    Options: ``column``, BED's name for it or its number from 1; ``kind``, "number" or "category" (without it, a column
    that holds only numbers is a number); ``pattern``, a regular expression whose match (its first group, if it has one)
    is the category, for names such as ``BLACK_17``. With ``format="bed"`` four columns that end in a number are
    coverage too.
    """

    def open(self, source: object, genome: Genome) -> Track:
        return open_bed(source)


def open_bedgraph(source: object) -> Track:
    """The track of a bedGraph, by its path, or a mapping with it."""
    path, _ = source_options(source, ())
    return _from(open_bedgraph, source, _apart(_number_track(read_intervals(path, "bedGraph", column=3)), path))


def open_wig(source: object) -> Track:
    """The track of a wig, by its path, or a mapping with it."""
    path, _ = source_options(source, ())
    return _from(open_wig, source, _apart(_number_track(read_wig(path)), path))


def open_bed(source: object) -> Track:
    """The track of a BED file, by its path, or a mapping with it and options."""
    return _from(open_bed, source, _bed_track(source))


def _from(opens: Callable[[object], Track], source: object, track: IntervalTrack) -> Track:
    return attrs.evolve(track, origin=Origin(opens, source))


def _bed_track(source: object) -> IntervalTrack:
    path, options = source_options(source, ("column", "kind", "pattern"))
    kind, pattern = options.get("kind"), options.get("pattern")
    if kind not in (None, "number", "category") or (kind == "number" and pattern is not None):
        raise ArgumentError(f"kind must be 'category', or 'number' without a pattern, found {kind!r}")
    if options.get("column") is None:
        if kind is not None or pattern is not None:
            raise ArgumentError(f"{path}: kind and pattern need the column that they are about")
        if not (isinstance(source, Mapping) and source.get("format")):
            _check_coverage(path)
        return _coverage_track(read_intervals(path))
    column = column_index(options["column"])
    if kind == "category" or pattern is not None:
        return category_track(read_intervals(path, column=column, kind="word"), pattern)
    try:
        # Numbers first, the common and cheap case; texts are kept only by the second reading.
        return _number_track(read_intervals(path, column=column))
    except NotANumber:
        if kind == "number":
            raise
        return category_track(read_intervals(path, column=column, kind="word"), pattern)


def _check_coverage(path: Path) -> None:
    """Refuse to treat intervals with numbers as coverage unless it is asked for."""
    if holds_four_with_numbers(head_of(path) or b""):
        raise ArgumentError(
            f"{path} is named .bed, and its fourth column holds numbers: for their means say {path}:4 (or "
            f"{path}:format=bedgraph), for the covered fraction {path}:format=bed"
        )


def _grouped(table: IntervalTable, values: NDArray[np.float64]) -> dict[str, ValuedIntervals]:
    return {
        contig: ValuedIntervals.of(table.starts[rows], table.ends[rows], values[rows])
        for contig, rows in table.by_contig()
    }


def _number_track(table: IntervalTable) -> IntervalTrack:
    _warn_if_empty(table, "no window has a value")
    values = np.empty(0) if table.values is None else table.values
    return IntervalTrack(_grouped(table, values), ValuedIntervals.means, np.nan)


def _apart(track: IntervalTrack, path: Path) -> IntervalTrack:
    """The track; FormatError if a base has two values, of which a reader would have to choose or make one."""
    for contig, part in track.intervals.items():
        at = part.first_overlap()
        if at is not None:
            raise FormatError(
                f"{path}: two intervals overlap at {contig}:{at}, but such a file gives each base one value: for the "
                "mean of all, read it as BED, {'path': ..., 'format': 'bed', 'column': 4}"
            )
    return track


def _coverage_track(table: IntervalTable) -> IntervalTrack:
    _warn_if_empty(table, "it covers 0 everywhere")
    grouped = _grouped(table, np.ones(table.starts.size))
    # A base under two intervals is covered once.
    merged = {contig: part.merged() for contig, part in grouped.items()}
    return IntervalTrack(merged, ValuedIntervals.coverage, 0.0)


def _warn_if_empty(table: IntervalTable, consequence: str) -> None:
    if table.problem:
        warnings.warn(f"{table.path} holds no intervals ({table.problem}): {consequence}", UserWarning, stacklevel=4)


def category_track(table: IntervalTable, pattern: str | None = None) -> CategoryTrack:
    """The track of the words in `table`, or of what `pattern` matches in them."""
    _warn_if_empty(table, "no window has a category")
    names = [_category(text, table.path, pattern) for text in table.words]
    categories = tuple(sorted({name for name in names if name is not None}))
    if len(categories) > MAX_CATEGORIES:
        raise ArgumentError(
            f"{table.path}: the column holds {len(categories):,} different names, such as "
            f"{', '.join(categories[:3])}, but at most {MAX_CATEGORIES:,} can be strata; give a pattern that matches "
            "the part that counts: {'path': ..., 'column': ..., 'pattern': '[A-Za-z]+'} (--track "
            "NAME=FILE:COLUMN:[A-Za-z]+)"
        )
    numbers = {name: float(code) for code, name in enumerate(categories)}
    values = np.array([np.nan if name is None else numbers[name] for name in names], dtype=np.float64)
    codes = np.empty(0, dtype=np.int32) if table.codes is None else table.codes
    return CategoryTrack(_grouped(table, values[codes]), ValuedIntervals.majority, np.nan, categories=categories)


def _category(text: str, path: str, pattern: str | None) -> str | None:
    """The category that a column's text stands for; None for ``.``, which in BED means no name."""
    name = text.strip()
    if name in ("", "."):
        return None
    if pattern is None:
        return name
    try:
        match = re.search(pattern, name)
    except re.error as error:
        raise ArgumentError(f"pattern {pattern!r} is not a regular expression: {error}") from None
    if match is None:
        raise FormatError(f"{path}: the pattern {pattern!r} matches nothing in {name[:40]!r}")
    return str(match.group(1) if match.re.groups else match.group())
