"""Small text tables, row by row: sizes, aliases, cells, priors."""

from __future__ import annotations

from collections.abc import Iterator

from gsynth.files.linefields import Lines
from gsynth.files.textblocks import TextFile
from gsynth.files.words import columns_of


def rows(file: TextFile) -> Iterator[tuple[int, list[str]]]:
    """The columns of each line with data, and the line's number; blank lines and comments are skipped.

    Raises
    ------
    FormatError
        Not text, or recognised as another kind; or a line with an empty column between others.
    """
    for block in file.blocks():
        file.check_kind()
        lines = Lines.of(block.text, block.first)
        for row, place in enumerate(lines.numbers.tolist()):
            line = lines.text(row)
            columns = columns_of(line)
            if "" in columns:
                raise file.empty_column(place, line, columns.index("") + 1)
            yield place, columns
