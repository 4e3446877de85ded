"""From a user's intervals or masks to rows: the kind of each source, and its rows."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from numbers import Integral
from typing import SupportsIndex, Union

import attrs
import numpy as np

from gsynth.errors import ArgumentError, ArgumentTypeError
from gsynth.files import PathLike
from gsynth.files.frames import Frame, Series
from gsynth.genomes.aliases import Alias
from gsynth.intervals.bed import read_bed
from gsynth.intervals.frames import as_frame, as_series, frame_rows
from gsynth.intervals.regions import Region, parse_region, text_error
from gsynth.intervals.rows import Rows
from gsynth.intervals.table import Interval, Intervals
from gsynth.plugins.contracts import Genome

IntervalsLike = Union[  # noqa: UP007  # a type that names itself cannot be written with |
    PathLike,
    tuple[str, SupportsIndex, SupportsIndex],
    Interval,
    Intervals,
    Frame,
    Series,
    Sequence["IntervalsLike"],
]
"""The path of a BED file, a region, (contig, start, end), a DataFrame with these columns, or a sequence of such."""


def flattened(source: object) -> Iterator[object]:
    """The single sources in a list, tuple, Series or array of them, at any depth; a single one by itself."""
    # A list of pending items, not recursion: a list may be nested deeper than Python's stack.
    pending = [source]
    while pending:
        item = pending.pop()
        members = _members(item)
        if members is None:
            yield item
        else:
            pending += reversed(members)


def _members(item: object) -> list[object] | None:
    if isinstance(item, str | os.PathLike | Interval | Intervals) or _is_triple(item):
        return None
    if isinstance(item, list | tuple):
        return list(item)
    if isinstance(item, np.ndarray):
        members: list[object] = item.tolist()
        return members
    return as_series(item)


def _is_triple(item: object) -> bool:
    """True for ``(contig, start, end)``, also as a list."""
    return (
        isinstance(item, list | tuple)
        and len(item) == 3
        and isinstance(item[0], str)
        # Whole numbers after the name; ["chr1", "chr2", "chr3"] is a list of three regions.
        and all(isinstance(value, Integral) and not isinstance(value, bool) for value in item[1:])
    )


def collect(source: object, genome: Genome, what: str, alias: Alias, *, labelled: bool = False) -> Iterator[Rows]:
    """The rows of each single source in `source`, in order; adjacent tuples are rows of one source."""
    # Together, because a hundred thousand tuples must not make as many sources of one row.
    triples: list[tuple[str, int, int]] = []
    first = 0
    for number, item in enumerate(flattened(source)):
        triple = _triple(item)
        if triple is not None:
            first = first if triples else number
            triples.append(triple)
            continue
        if triples:
            yield _triple_rows(triples, what, first)
            triples = []
        yield _rows(item, genome, what, alias, labelled)
    if triples:
        yield _triple_rows(triples, what, first)


def _triple(item: object) -> tuple[str, int, int] | None:
    if isinstance(item, Interval):
        return item.contig, item.start, item.end
    if isinstance(item, list | tuple) and _is_triple(item):
        return item[0], int(item[1]), int(item[2])
    return None


def _triple_rows(triples: list[tuple[str, int, int]], what: str, first: int) -> Rows:
    contigs, starts, ends = zip(*triples, strict=True)
    rows = Rows.of(what, contigs, starts, ends)
    return Rows(what, rows.names, rows.ids, rows.starts, rows.ends, numbers=np.arange(first, first + len(triples)))


def _rows(item: object, genome: Genome, what: str, alias: Alias, labelled: bool) -> Rows:
    if isinstance(item, Intervals):
        return Rows(what, item.names, item.ids, item.starts, item.ends, labels=item.labels)
    if isinstance(item, str):
        return _text_rows(item, genome, what, alias, labelled)
    if isinstance(item, os.PathLike):
        return read_bed(item, what, labelled=labelled)
    frame = as_frame(item)
    if frame is not None:
        return frame_rows(frame, what, labelled=labelled)
    raise ArgumentTypeError(
        f"{what}: expected a BED path, a region such as 'chr1:1-1,000', (contig, start, end), a DataFrame with chrom, "
        f"start and end, or a list of these; found {_shown(item)}"
    )


def _shown(item: object) -> str:
    text = repr(item)
    return f"{type(item).__name__} {text}" if len(text) <= 60 else type(item).__name__


def _text_rows(text: str, genome: Genome, what: str, alias: Alias, labelled: bool) -> Rows:
    """A region if its contig is the genome's; else a BED file if there is one; else the appropriate error."""
    region = parse_region(text, genome.contigs)
    size = genome.contigs.get(alias.rename(region.contig, genome.contigs))
    if size is not None:
        return _region_rows(text, region, size, what)
    if os.path.lexists(text):
        return read_bed(text, what, labelled=labelled)
    raise text_error(text, genome, what)


def _region_rows(text: str, region: Region, size: int, what: str) -> Rows:
    if region.start < 0:
        raise ArgumentError(f"{what}: {text!r} starts before 1; regions are 1-based and inclusive")
    if size == 0:
        raise ArgumentError(f"{what}: {text!r}: contig {region.contig!r} has no bases")
    # At least one base, so that a start beyond the contig is reported as such and not as an empty interval.
    end = max(size, region.start + 1) if region.end is None else region.end
    return attrs.evolve(Rows.of(what, [region.contig], [region.start], [end]), typed=text)
