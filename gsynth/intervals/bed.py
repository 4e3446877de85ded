"""The intervals of a BED file, as rows."""

from __future__ import annotations

import os
from typing import Final

from gsynth.files.intervaltables import IntervalTable, read_intervals
from gsynth.intervals.labels import Labels
from gsynth.intervals.rows import Rows

_NAME: Final = 3


def read_bed(path: str | os.PathLike[str], what: str = "intervals", *, labelled: bool = False) -> Rows:
    """The intervals of a BED file (plain or gzip, a file or a pipe), its lines in order; see `read_intervals`.

    `labelled`: keep the names and strands, too.

    Raises
    ------
    MissingFileError, FormatError
        The message names the line.
    """
    if labelled:
        table = read_intervals(path, "BED file", column=_NAME, kind="label", numbered=True, role=what)
    else:
        table = read_intervals(path, "BED file", numbered=True, role=what)
    return Rows(
        table.path, table.names, table.ids, table.starts, table.ends, "line", table.numbers,
        nothing=table.problem, labels=_labels(table),
    )  # fmt: skip


def _labels(table: IntervalTable) -> Labels | None:
    if table.codes is None:
        return None
    # Only the distinct words are taken apart; most names may be, but strands are two.
    words = [word.split("\t") for word in table.words]
    names, strands = ([word[column] for word in words] for column in (0, 1))
    return Labels.of(names, strands)[table.codes]
