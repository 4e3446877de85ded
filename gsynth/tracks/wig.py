"""UCSC's wig: values at fixed or listed steps [1]_, as intervals with values.

.. [1] https://genome.ucsc.edu/goldenPath/help/wiggle.html
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from gsynth.files.columns import Codes, NotANumber, numbers_of
from gsynth.files.decimals import integers
from gsynth.files.growing import Growing
from gsynth.files.intervaltables import IntervalTable
from gsynth.files.linefields import Lines
from gsynth.files.textblocks import TextFile
from gsynth.files.words import columns_of, integer

_KEYS: Final = {
    "fixedStep": frozenset({"chrom", "start", "step", "span"}),
    "variableStep": frozenset({"chrom", "span"}),
}
_PAIR: Final = re.compile(r"(\w+)=(\S+)")
# A start below this and a span below 2**40 add up without overflow.
_LARGEST: Final = 2**62

Batch = tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]
"""Contigs as codes, starts, ends, values."""


@frozen
class Declaration:
    """A line ``fixedStep ...`` or ``variableStep ...``: where the values that follow lie."""

    contig: int
    start: int
    step: int
    span: int
    fixed: bool


def read_wig(path: str | os.PathLike[str]) -> IntervalTable:
    """The values of a wig, plain or gzip; its positions, 1-based in the file, become 0-based half-open intervals.

    Raises
    ------
    MissingFileError, FormatError
        The message names the line.

    Warns
    -----
    UserWarning
        Once, for lines without a value.
    """
    return _Reading(TextFile(os.fspath(path), "wig")).table()


@define
class _Reading:
    """What is known while a wig is read: the declaration in force, and how many lines followed it."""

    file: TextFile
    names: Codes = field(factory=Codes)
    now: Declaration | None = None
    done: int = 0

    def table(self) -> IntervalTable:
        columns = [Growing(np.int32), Growing(np.int64), Growing(np.int64), Growing(np.float64)]
        for block in self.file.blocks():
            parts: Sequence[NDArray[Any]] = self._batch(Lines.of(block.text, block.first))
            for column, part in zip(columns, parts, strict=True):
                column.add(part)
        ids, starts, ends, values = (column.array() for column in columns)
        missing = int(np.isnan(values).sum())
        if missing:
            self.file.warn(f": no value in {missing:,} of its lines: 'NA' or 'nan'")
        problem = "" if ids.size else "no line with a value"
        return IntervalTable(self.file.path, self.names.texts(), ids, starts, ends, values=values, problem=problem)

    def _batch(self, lines: Lines) -> Batch:
        letters = lines.data[lines.begins]
        declares = (letters == ord("f")) | (letters == ord("v"))
        rows = np.flatnonzero(declares)
        known = [self.now, *(self._declaration(lines, row) for row in rows.tolist())]
        # Which declaration is in force in each line, and how many values it had before.
        owner = np.cumsum(declares)
        # A declaration of an earlier block goes on with the values that it had there.
        rank = np.arange(len(lines)) - np.concatenate([[-self.done], rows + 1])[owner]
        data = np.flatnonzero(~declares)
        if data.size and known[int(owner[data[0]])] is None:
            row = int(data[0])
            raise self.file.refused(
                int(lines.numbers[row]), lines.text(row), "a line fixedStep ... or variableStep ... before the values"
            )
        if len(lines):
            self.now, self.done = known[-1], int(rank[-1]) + 1
        table = np.array(
            [(0, 0, 0, 0, 0) if d is None else (d.contig, d.start, d.step, d.span, d.fixed) for d in known],
            dtype=np.int64,
        )
        ids, start, step, span, fixed = table[owner[data]].T
        positions, values = self._values(lines[data], fixed.astype(np.bool_))
        starts = np.where(fixed == 1, start + step * rank[data], positions) - 1
        return ids.astype(np.int32), starts, starts + span, values

    def _values(self, lines: Lines, fixed: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The position (of variableStep) and the value in each line."""
        expected = np.where(fixed, 1, 2)
        firsts, seconds = lines.column(0), lines.column(1)
        positions, whole = integers(lines.data, *firsts)
        plain = (lines.counts == expected) & (fixed | (whole & (positions >= 1)))
        begins, ends = (np.where(fixed, one, other) for one, other in zip(firsts, seconds, strict=True))
        plain &= ends > begins
        texts: dict[int, str] = {}
        for row in np.flatnonzero(~plain).tolist():
            positions[row], texts[row] = self._line(lines, row, int(expected[row]))
        try:
            return positions, numbers_of(lines.data, begins, ends, texts)
        except NotANumber as error:
            number, line = int(lines.numbers[error.row]), lines.text(error.row)
            raise self.file.refused(number, line, "a number") from None

    def _line(self, lines: Lines, row: int, expected: int) -> tuple[int, str]:
        """One line by itself."""
        columns, number = columns_of(lines.text(row)), int(lines.numbers[row])
        form = "a value alone" if expected == 1 else "a position and a value"
        if len(columns) != expected:
            raise self.file.refused(number, lines.text(row), form)
        position = 1 if expected == 1 else integer(columns[0])
        if position is None or not 1 <= position < _LARGEST:
            raise self.file.refused(number, lines.text(row), f"{form}, positions from 1 on")
        return position, columns[-1]

    def _declaration(self, lines: Lines, row: int) -> Declaration:
        text, number = lines.text(row), int(lines.numbers[row])
        word, *pairs = text.split()
        found = dict(pair.partition("=")[::2] for pair in pairs)
        fixed = word == "fixedStep"
        if word not in _KEYS or not {"chrom"} <= set(found) <= _KEYS[word] or not all(map(_PAIR.fullmatch, pairs)):
            raise self.file.refused(
                number, text, "fixedStep chrom= start= step= [span=], or variableStep chrom= [span=]"
            )
        sizes = [integer(found.get(key, "1")) for key in ("start", "step", "span")]
        if None in sizes or min(size or 0 for size in sizes) < 1 or max(size or 0 for size in sizes) > 2**40:
            raise self.file.refused(number, text, "whole numbers from 1 on")
        start, step, span = (size or 0 for size in sizes)
        if fixed and ("start" not in found or span > step):
            raise self.file.refused(number, text, "a start, and a span of at most the step")
        return Declaration(self.names[found["chrom"].encode()], start, step, span, fixed)
