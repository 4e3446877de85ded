"""Whether a file is a table of names and sequences."""

from __future__ import annotations

import re
from typing import Final

from gsynth.plugins import source_path

_HEAD: Final = 4096
_LINE: Final = re.compile(rb"[^\t\n>@#]+\t[ACGTUNRYSWKMBDHVacgtunryswkmbdhv]+(\t[^\n]*)?(\r?\n|$)")


def is_table(source: object) -> bool:
    """True for a path whose first line is a name, a tab and bases; an OSError of the file passes."""
    path = source_path(source)
    if path is None or "\0" in str(path) or not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(_HEAD)
    # Of a sequence that is longer than the head, its beginning has to do.
    return _LINE.match(head) is not None
