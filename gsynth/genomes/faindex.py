"""Where the bases of each contig lie in a FASTA: a table of stretches of equally long lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from gsynth.errors import FormatError

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
"""May stand before the first header line; it is no part of it."""

NAME_LIMIT: Final = 1 << 20
"""Longest header line that is read as one."""

_LONGEST_END: Final = 2
"""Bytes of CRLF."""


@frozen(eq=False)
class FastaIndex:
    """The contigs of a FASTA and the stretches of lines that hold them.

    A stretch is a run of adjacent lines of one shape, of which the last may be shorter. A well-formed record is one
    stretch, which is what a ``.fai`` can say; a ragged one is several.

    Parameters
    ----------
    names : tuple of str
    lengths : int64[n]
        Bases of each contig.
    first : int64[n + 1]
        Contig i is the stretches ``first[i] .. first[i+1]``.
    base : int64[s]
        The position in its contig at which a stretch begins.
    offset : int64[s]
        The byte of its first base.
    line_bases, line_width : int64[s]
        Bases and bytes (line end included) of a full line.
    """

    names: tuple[str, ...]
    lengths: NDArray[np.int64]
    first: NDArray[np.int64]
    base: NDArray[np.int64]
    offset: NDArray[np.int64]
    line_bases: NDArray[np.int64]
    line_width: NDArray[np.int64]
    rows: Mapping[str, int] = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        rows = dict(zip(self.names, range(len(self.names)), strict=True))
        if len(rows) < len(self.names):
            row = next(row for row, name in enumerate(self.names) if rows[name] != row)
            name = self.names[row]
            again = self.names.index(name, row + 1)
            raise FormatError(f"contig {name!r} appears twice (records {row + 1} and {again + 1})")
        object.__setattr__(self, "rows", rows)

    @property
    def regular(self) -> bool:
        """True if a ``.fai`` can describe the file: each contig is one stretch at most, and no line ends in blanks."""
        one = (np.diff(self.first) <= 1).all()
        return bool(one and (self.line_width - self.line_bases <= _LONGEST_END).all())


def contig_name(header: bytes, record: int) -> str:
    """The name in a header line: its first word, without the ``>`` and blanks after it."""
    words = header[1:].split(None, 1)
    if not words:
        raise FormatError(f"record {record} has no name after the '>'")
    try:
        return words[0].decode()
    except UnicodeDecodeError:
        shown = words[0][:60].decode(errors="replace")
        raise FormatError(f"record {record}: the name {shown!r} is not UTF-8") from None
