"""The one check that every fetch begins with."""

from __future__ import annotations

from gsynth.errors import ArgumentError
from gsynth.genomes.aliases import contig_error
from gsynth.plugins.contracts import Genome


def check_range(genome: Genome, contig: str, start: int, end: int) -> None:
    """ContigError or ArgumentError unless ``[start, end)`` lies within `contig`."""
    size = genome.contigs.get(contig)
    if size is None:
        raise contig_error([contig], "fetch", genome)
    if not 0 <= start <= end <= size:
        raise ArgumentError(f"{genome.name}: [{start}, {end}) does not lie within contig {contig!r} of {size} bases")
