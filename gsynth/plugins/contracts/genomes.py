"""What a genome, and the opener of a kind of genome, must do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray


@runtime_checkable
class Genome(Protocol):
    """Contigs with lengths and, mostly, sequence. Safe to read from many threads at once."""

    @property
    def name(self) -> str:
        """What messages call it: the path, or a short description."""
        ...

    @property
    def contigs(self) -> Mapping[str, int]:
        """Contig name -> length in bases, in the order of the source."""
        ...

    @property
    def has_sequence(self) -> bool:
        """False where only the sizes are known."""
        ...

    def fetch(self, contig: str, start: int, end: int) -> NDArray[np.uint8]:
        """The bases of ``[start, end)``, 0-based half-open, within the contig, as ASCII bytes, case kept.

        Returns uint8[end - start]; the caller does not write to it.
        """
        ...


@runtime_checkable
class GenomeOpener(Protocol):
    """Opens one kind of genome source."""

    def open(self, source: object) -> Genome:
        """Open `source`, for which the descriptor's `accepts` was true, or which the user named explicitly."""
        ...
