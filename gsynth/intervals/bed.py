"""The intervals of a BED file, as rows."""

from __future__ import annotations

import os

from gsynth.files.intervaltables import read_intervals
from gsynth.intervals.rows import Rows


def read_bed(path: str | os.PathLike[str], what: str = "intervals") -> Rows:
    """The intervals of a BED file (plain or gzip, a file or a pipe), its lines in order; see `read_intervals`.

    Raises
    ------
    MissingFileError, FormatError
        The message names the line.
    """
    table = read_intervals(path, "BED file", numbered=True, role=what)
    return Rows(
        table.path, table.names, table.ids, table.starts, table.ends, "line", table.numbers, nothing=table.problem
    )
