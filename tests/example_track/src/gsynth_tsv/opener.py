"""Reads a column of a table, and makes the track of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from gsynth.plugins import ArgumentError, FormatError, Genome, MissingFileError, Track, source_options
from gsynth_tsv.looks import PLACE, header_of
from gsynth_tsv.track import CategoryTrack, Intervals, MeanTrack

Row = tuple[str, int, int, str]


class TableOpener:
    """See `gsynth.plugins.TrackOpener`. Options: ``column``, a name of the header (without it the fourth)."""

    def open(self, source: object, genome: Genome) -> Track:
        path, options = source_options(source, ["column"])
        if not path.is_file():
            raise MissingFileError(f"track: no file {str(path)!r}")
        rows = list(_rows(path, _column(path, options.get("column"))))
        texts = sorted({text for *_, text in rows if text})
        numbers = {text: _number(text) for text in texts}
        if all(number is not None for number in numbers.values()):
            return MeanTrack(_intervals(rows, numbers))
        # In the order of their names: a model keeps them, and refuses a track that numbers them in another way.
        return CategoryTrack(_intervals(rows, {text: float(i) for i, text in enumerate(texts)}), tuple(texts))


def _column(path: Path, wanted: object) -> int:
    header = header_of(path)
    if tuple(header[:3]) != PLACE or len(header) < 4:
        raise FormatError(f"{path}, line 1: expected a header of {', '.join(PLACE)} and more, found {header[:5]}")
    if wanted is None:
        return 3
    if wanted not in header[3:]:
        raise ArgumentError(f"{path}: column must be one of {', '.join(header[3:])}, found {wanted!r}")
    return header.index(str(wanted))


def _rows(path: Path, column: int) -> Iterator[Row]:
    with path.open(encoding="utf-8", errors="strict") as file:
        next(file)
        for number, line in enumerate(file, 2):
            cells = line.rstrip("\r\n").split("\t")
            if len(cells) <= column:
                raise FormatError(f"{path}, line {number}: {len(cells)} columns, expected {column + 1} or more")
            start, end = (int(cell) if cell.isascii() and cell.isdecimal() else -1 for cell in cells[1:3])
            if not 0 <= start < end < 2**62:
                raise FormatError(f"{path}, line {number}: {cells[1]!r} to {cells[2]!r}, expected whole start < end")
            yield cells[0], start, end, cells[column].strip()


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _intervals(rows: list[Row], values: dict[str, float | None]) -> dict[str, Intervals]:
    """The intervals that have a value, contig by contig, sorted."""
    found: dict[str, list[tuple[int, int, float]]] = {}
    for contig, start, end, text in rows:
        own, value = found.setdefault(contig, []), values.get(text)
        if value is not None:
            own.append((start, end, value))
    columns = {name: np.array(sorted(own), dtype=np.float64).reshape(-1, 3).T for name, own in found.items()}
    return {
        name: Intervals(starts.astype(np.int64), ends.astype(np.int64), numbers)
        for name, (starts, ends, numbers) in columns.items()
    }
