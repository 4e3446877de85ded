"""Tracks from BED and bedGraph files: coverage, numbers or names."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.plugins import ArgumentError, FormatError, Genome, Track
from gsynth.tracks.interval_text import TextIntervals, column_index, numbers, read_intervals
from gsynth.tracks.options import checked_options
from gsynth.tracks.overlaps import Meetings, ValuedIntervals

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
    """

    intervals: Mapping[str, ValuedIntervals]
    summary: Summary
    elsewhere: float
    uses_sequence: bool = False
    flank: int = 0

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
        path, _ = checked_options(source, ())
        return _number_track(read_intervals(path, 3), path)


class BedOpener:
    """Opens a BED file: the fraction of the window that it covers, or the values of a column.

    Options: ``column``, BED's name for it or its number from 1; ``kind``, "number" or "category" (without it, a column
    of numbers alone is a number); ``pattern``, a regular expression whose match (its first group, if it has one) is the
    category, for names such as ``BLACK_17``.
    """

    def open(self, source: object, genome: Genome) -> Track:
        path, options = checked_options(source, ("column", "kind", "pattern"))
        kind, pattern = options.get("kind"), options.get("pattern")
        if kind not in (None, "number", "category") or (kind == "number" and pattern is not None):
            raise ArgumentError(f"kind must be 'category', or 'number' without a pattern, found {kind!r}")
        if options.get("column") is None:
            if kind is not None or pattern is not None:
                raise ArgumentError(f"{path}: kind and pattern need the column that they are about")
            return _coverage_track(read_intervals(path))
        lines = read_intervals(path, column_index(options["column"]))
        if kind == "category" or pattern is not None or (kind is None and not _all_numbers(lines.texts)):
            return category_track(lines, path, pattern)
        return _number_track(lines, path)


def _all_numbers(texts: list[bytes]) -> bool:
    try:
        numbers(texts, "")
    except ValueError:
        return False
    return True


def _grouped(lines: TextIntervals, values: NDArray[np.float64]) -> dict[str, ValuedIntervals]:
    return {
        contig: ValuedIntervals.of(lines.starts[rows], lines.ends[rows], values[rows])
        for contig, rows in lines.by_contig()
    }


def _number_track(lines: TextIntervals, path: str | os.PathLike[str]) -> Track:
    return IntervalTrack(_grouped(lines, numbers(lines.texts, path)), ValuedIntervals.means, np.nan)


def _coverage_track(lines: TextIntervals) -> Track:
    grouped = _grouped(lines, np.ones(lines.starts.size))
    merged = {contig: part.merged() for contig, part in grouped.items()}
    return IntervalTrack(merged, ValuedIntervals.coverage, 0.0)


def category_track(lines: TextIntervals, path: object, pattern: str | None = None) -> CategoryTrack:
    """The track of the names in `lines`, or of what `pattern` matches in them."""
    names = {text: name for text in set(lines.texts) if (name := _category(text, path, pattern)) is not None}
    categories = tuple(sorted(set(names.values())))
    if len(categories) > MAX_CATEGORIES:
        raise ArgumentError(
            f"{path}: the column holds {len(categories):,} different names, such as {', '.join(categories[:3])}, and "
            f"at most {MAX_CATEGORIES:,} can be strata; give a pattern that matches the part that counts: "
            "{'path': ..., 'column': ..., 'pattern': '[A-Za-z]+'} (--track NAME=FILE:COLUMN:[A-Za-z]+)"
        )
    codes = {name: float(code) for code, name in enumerate(categories)}
    values = np.array([codes[names[text]] if text in names else np.nan for text in lines.texts], dtype=np.float64)
    return CategoryTrack(_grouped(lines, values), ValuedIntervals.majority, np.nan, categories=categories)


def _category(text: bytes, path: object, pattern: str | None) -> str | None:
    """The category that a column's text stands for; None for ``.``, which is BED's way of having no name."""
    name = text.decode("utf-8", "replace").strip()
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
