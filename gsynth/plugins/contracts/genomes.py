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
        """Contig name -> length in bases, in the order of the source, the same at every call."""
        ...

    @property
    def has_sequence(self) -> bool:
        """False where only the sizes are known."""
        ...

    def fetch(self, contig: str, start: int, end: int) -> NDArray[np.uint8]:
        """The bases of ``[start, end)``, 0-based half-open, within the contig, as ASCII bytes.

        The letters are those of the source, lower case, N and other IUPAC codes kept; what the core does not know, such
        as U, it refuses itself. Positions are 64-bit. Returns a contiguous uint8[end - start], or a memory map; the
        caller does not write to it.
        """
        ...


@runtime_checkable
class GenomeOpener(Protocol):
    """Opens one kind of genome source."""

    def open(self, source: object) -> Genome:
        """Open `source`.

        Parameters
        ----------
        source : object
            What the user passed: a path (str or path-like; of a pipe, that of a copy), a dict of ``path``, ``format``
            and options, a mapping, anything. Either the descriptor's ``accepts`` was true for it, or it is a dict whose
            ``format`` names this plugin.

        Raises
        ------
        FormatError, MissingFileError, ArgumentError
            What was found, what was expected, what to do. Unknown options of a dict are refused (`source_options`).
        """
        ...


@runtime_checkable
class ManyFetcher(Protocol):
    """Optional ability of a genome: read many stretches at once."""

    def fetch_many(
        self,
        ids: NDArray[np.int64],
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        out: NDArray[np.uint8],
    ) -> None:
        """Write what `Genome.fetch` gives for stretch after stretch into `out`, one after the other.

        Parameters
        ----------
        ids : int64[n]
            Each stretch's contig, as its place in the order of `Genome.contigs`.
        starts, ends : int64[n]
            0-based half-open, within the contig; in any order, overlapping or not, and some may be empty.
        out : uint8[sum(ends - starts)]
            Written to. The cost may grow with the bases, and by little with the number of stretches.
        """
        ...


@runtime_checkable
class ClosableGenome(Protocol):
    """Optional ability of a genome: give back the files that it holds."""

    def close(self) -> None:
        """Close them. Called at most once, when nobody reads from the genome any more; nothing is fetched after it.

        A genome without this ability closes its files when it is collected.
        """
        ...
