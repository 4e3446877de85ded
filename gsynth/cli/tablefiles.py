"""Files that options name: the rows of a prior, redirects of cells."""

from __future__ import annotations

import os
import re
from typing import Any

from gsynth.files.tables import rows
from gsynth.files.textblocks import TextFile
from gsynth.files.words import number


def read_matrix(path: str) -> list[list[float]]:
    """Rows of four numbers, A C G T, a row for each bin; commas, tabs or spaces between, ``#`` begins a comment.

    A first line ``A C G T`` names the columns; in another order it is refused.
    """
    file = TextFile(path, "table of four numbers (A C G T)", "prior")
    matrix: list[list[float]] = []
    for place, columns in rows(file):
        line = " ".join(columns)
        words = _split(line.partition("#")[0])
        if not matrix and [word.upper() for word in words] == list("ACGT"):
            continue
        found = [number(word) for word in words]
        row = [value for value in found if value is not None]
        if len(found) != 4 or len(row) != 4:
            raise file.refused(place, line, "four numbers (A C G T)")
        matrix.append(row)
    if not matrix:
        raise file.error(f"it holds no rows of four numbers (A C G T){'' if file.head else ': it has 0 bytes'}")
    return matrix


def _split(line: str) -> list[str]:
    """The words between commas or blanks; of two commas side by side the empty word between."""
    return re.split(r"\s*,\s*|\s+", line.strip())


def read_cells(path: str | os.PathLike[str]) -> list[dict[str, Any]]:
    """Redirects of joint cells from a table with the columns from_1, to_1, from_2, ...; commas or tabs between."""
    file = TextFile(os.fspath(path), "table of cells", "cell_merge")
    table = ((place, _split(" ".join(columns))) for place, columns in rows(file))
    _, header = next(table, (0, []))
    dims = len(header) // 2
    ends = {end: [f"{end}_{i + 1}" for i in range(dims)] for end in ("from", "to")}
    if not dims or sorted(header) != sorted(ends["from"] + ends["to"]):
        found = ", ".join(header) or "nothing"
        raise file.error(f"expected the columns from_1, to_1, from_2, to_2, ..., found {found!r}")
    return [_cell(file, place, header, row, ends) for place, row in table]


def _cell(file: TextFile, place: int, header: list[str], row: list[str], ends: dict[str, list[str]]) -> dict[str, Any]:
    values = {name: number(text) for name, text in zip(header, row, strict=False)}
    if len(row) != len(header) or None in values.values():
        raise file.refused(place, " ".join(row), f"a number in each of the {len(header)} columns")
    return {end: [values[name] for name in names] for end, names in ends.items()}
