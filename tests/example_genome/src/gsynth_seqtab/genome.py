"""A genome whose sequences lie in the columns of a table."""

from __future__ import annotations

import os
import weakref
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from gsynth.plugins import ContigError, FormatError

Stretch = tuple[int, int]
"""Where a sequence begins in the file, and its length, in bytes."""


class TableGenome:
    """See `gsynth.plugins.Genome`. Any number of threads may read: each read names its own place in the file."""

    has_sequence = True

    def __init__(self, path: Path, stretches: Mapping[str, Stretch], source: object) -> None:
        self.name = str(path)
        self.contigs: Mapping[str, int] = MappingProxyType({name: size for name, (_, size) in stretches.items()})
        self._begins = {name: begin for name, (begin, _) in stretches.items()}
        self._source = source
        self._file = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._file)

    def fetch(self, contig: str, start: int, end: int) -> NDArray[np.uint8]:
        if contig not in self._begins:
            raise ContigError(f"{self.name} has no contig {contig!r}")
        found = os.pread(self._file, end - start, self._begins[contig] + start)
        if len(found) != end - start:
            raise FormatError(f"{self.name} has become shorter since it was opened")
        return np.frombuffer(found, dtype=np.uint8)

    def __reduce__(self) -> tuple[object, ...]:
        # Another process opens the file by itself.
        from gsynth_seqtab.opener import TableOpener

        return TableOpener().open, (self._source,)
