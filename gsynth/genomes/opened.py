"""A genome as `open_genome` gives it: to read from, and to close."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Self

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from gsynth.errors import ArgumentError
from gsynth.genomes.aliased import Alias, AliasedGenome
from gsynth.plugins import checking
from gsynth.plugins.contracts import Genome


@define(eq=False)
class OpenGenome:
    """A genome, and a context manager that closes it. Any number of threads may read from it at once.

    Attributes
    ----------
    genome : Genome
        What the plugin opened.
    name : str
        The path, or a short description.
    contigs : mapping of str to int
        The length of each contig in bases, in the order of the source.
    has_sequence : bool
        False where only the sizes are known.
    closed : bool
        Whether it was closed.
    """

    genome: Genome
    _owned: bool = field(default=True, repr=False)
    closed: bool = field(default=False, init=False, repr=False)

    @property
    def name(self) -> str:
        return self.genome.name

    @property
    def contigs(self) -> Mapping[str, int]:
        return self.genome.contigs

    @property
    def has_sequence(self) -> bool:
        return self.genome.has_sequence

    @property
    def chrom_alias(self) -> Alias | None:
        """The alias that it was opened with."""
        return self.genome.chrom_alias if isinstance(self.genome, AliasedGenome) else None

    def fetch(self, contig: str, start: int, end: int) -> NDArray[np.uint8]:
        """The bases of ``[start, end)``, 0-based half-open, as ASCII bytes of the source's case: uint8[end - start].

        Raises
        ------
        ArgumentError
            The genome is closed, has only sizes, or the range does not lie within the contig.
        ContigError
            No such contig.
        """
        self.check_open()
        return checking.fetch(self.genome, contig, start, end)

    def close(self) -> None:
        """Close the files that opening it opened; reading from it is an error from now on. May be called twice.

        A genome that was already open when it was passed to `open_genome` stays open.
        """
        if not self.closed and self._owned:
            checking.close(self.genome)
        self.closed = True

    def check_open(self) -> None:
        """ArgumentError if it is closed."""
        if self.closed:
            raise ArgumentError(f"{self.name} was closed; open it again (gsynth.open_genome)")

    def __enter__(self) -> Self:
        self.check_open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def bare(genome: Genome) -> Genome:
    """The genome itself, without what `open_genome` puts around it."""
    # For `isinstance` tests of a genome's optional abilities, which the wrappers do not pass on.
    if isinstance(genome, OpenGenome):
        genome.check_open()
        return bare(genome.genome)
    return genome.genome if isinstance(genome, AliasedGenome) else genome
