"""A genome with an alias for the names that are to match it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.plugins import checking
from gsynth.plugins.contracts import Genome


class Alias(Protocol):
    """Renames the contigs of a file so that they match a genome's."""

    def rename(self, name: str, contigs: Mapping[str, int]) -> str:
        """The genome's name for `name`, or `name` itself if this alias does not rename it."""
        ...


@frozen(eq=False)
class AliasedGenome:
    """A genome, and the alias for the names that are to match it."""

    genome: Genome
    chrom_alias: Alias

    @property
    def name(self) -> str:
        return self.genome.name

    @property
    def contigs(self) -> Mapping[str, int]:
        return self.genome.contigs

    @property
    def has_sequence(self) -> bool:
        return self.genome.has_sequence

    def fetch(self, contig: str, start: int, end: int) -> NDArray[np.uint8]:
        """As the genome's own."""
        return self.genome.fetch(contig, start, end)

    def close(self) -> None:
        """Close the genome."""
        checking.close(self.genome)
